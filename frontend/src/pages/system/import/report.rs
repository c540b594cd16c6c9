//! The report of an import.

use latchkey_shared::systems::{ImportReport, ImportedApi};
use leptos::prelude::*;

use crate::components::long_list::LongList;
use crate::components::token_links::TokenLinks;
use crate::text;

/// A list of operations with more rows than this is closed at first.
const OPEN_UP_TO: usize = 50;

pub(crate) fn changes_anything(report: &ImportReport, base_path: &str) -> bool {
    !(report.added.is_empty() && report.changed.is_empty() && report.removed.is_empty())
        || brings_base_path(report, base_path)
}

/// Whether the base path changes. A document without servers does not change it.
fn brings_base_path(report: &ImportReport, base_path: &str) -> bool {
    !report.base_path.is_empty() && report.base_path != base_path
}

/// The changes of an import.
#[component]
pub(crate) fn Report(
    report: ImportReport,
    /// The current base path.
    before: String,
) -> impl IntoView {
    let base_path = brings_base_path(&report, &before)
        .then(|| text::systems::base_path_changes(&before, &report.base_path));
    let changes = changes_anything(&report, &before) || !report.dry_run;
    let numbers = [
        (text::systems::added(), report.added.len()),
        (text::systems::changed(), report.changed.len()),
        (text::systems::removed_apis(), report.removed.len()),
        (text::systems::unchanged(), report.unchanged),
    ];
    let (affected, warnings) = (report.affected_tokens, report.warnings);
    let warning_count = warnings.len();
    view! {
        <dl class="numbers">
            {numbers
                .map(|(name, number)| view! { <div><dt>{name}</dt> <dd>{number}</dd></div> })}
        </dl>
        {(!changes).then(|| view! { <p role="status">{text::systems::changes_nothing()}</p> })}
        {base_path.map(|sentence| view! { <p class="anywhere">{sentence}</p> })}
        {if affected.is_empty() {
            view! { <p class="hint">{text::systems::no_affected_tokens()}</p> }.into_any()
        } else {
            view! {
                <div class="notice warn form">
                    <h3>{text::systems::affected_tokens()}</h3>
                    <p>{text::systems::affected_tokens_hint()}</p>
                    <TokenLinks label=text::systems::affected_tokens() tokens=affected />
                </div>
            }
            .into_any()
        }}
        {(!warnings.is_empty())
            .then(|| view! {
                <details class="part" open={warning_count <= 10}>
                    <summary>{text::systems::warnings()} " (" {warning_count} ")"</summary>
                    <ul class="warnings">
                        {warnings.into_iter().map(|warning| view! { <li>{warning}</li> }).collect_view()}
                    </ul>
                </details>
            })}
        <Operations title=text::systems::added() apis=report.added class="added" />
        <Operations title=text::systems::changed() apis=report.changed class="changed" />
        <Operations title=text::systems::removed_apis() apis=report.removed class="removed" />
    }
}

/// The operations that are added, changed or removed.
#[component]
fn Operations(title: &'static str, apis: Vec<ImportedApi>, class: &'static str) -> impl IntoView {
    if apis.is_empty() {
        return ().into_any();
    }
    let count = apis.len();
    let apis = StoredValue::new(apis);
    let list = move || {
        apis.with_value(|apis| {
            apis.iter()
                .map(|api| view! {
                    <li>
                        <span class="method">{api.method.clone()}</span> " " <code>{api.path.clone()}</code>
                        <span class="sub">{api.name.clone()} " · " {api.key.clone()}</span>
                    </li>
                })
                .collect_view()
        })
    };
    view! {
        <LongList
            summary=view! { {title} " (" {count} ")" }.into_any()
            label=title
            class=format!("operations {class}")
            count
            open_up_to=OPEN_UP_TO
        >
            {list()}
        </LongList>
    }
    .into_any()
}
