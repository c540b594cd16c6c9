//! Importing an OpenAPI document: chosen, dropped or pasted; what it would
//! change is shown before it is applied.

use std::sync::Arc;

use latchkey_shared::systems::{ImportReport, ImportedApi};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::{DragEvent, File, HtmlInputElement};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;

use super::{Shared, link};
use crate::api::{self, Error};
use crate::components::notice::Notice;
use crate::components::toast::toasts;
use crate::components::token_links::TokenLinks;
use crate::components::write::Write;
use crate::text;

/// The largest document that the server reads, in bytes.
const LIMIT: f64 = 32.0 * 1024.0 * 1024.0;

/// A document, and where it came from.
#[derive(Clone)]
struct Document {
    /// The name of its file; none if it was pasted.
    name: Option<String>,
    text: Arc<str>,
}

/// The document that may be imported. It outlives a look at another tab.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    pasted: RwSignal<String>,
    document: RwSignal<Option<Document>>,
    /// What the document would change.
    report: RwSignal<Option<ImportReport>>,
    /// What the document changed.
    applied: RwSignal<Option<ImportReport>>,
}

impl Draft {
    /// No document yet.
    pub(super) fn new() -> Self {
        Self {
            pasted: RwSignal::new(String::new()),
            document: RwSignal::new(None),
            report: RwSignal::new(None),
            applied: RwSignal::new(None),
        }
    }

    /// Back to the choice of a document; what was pasted is still there.
    fn choose_again(self) {
        self.document.set(None);
        self.report.set(None);
        self.applied.set(None);
    }
}

/// Chooses, compares, applies.
#[component]
pub(super) fn Import(shared: Shared) -> impl IntoView {
    let draft = shared.draft;
    let toasts = toasts();
    let system = shared.key();
    let send = move |dry_run: bool| {
        let system = system.clone();
        move |document: Document| api::systems::import(&system, document.text.to_string(), dry_run)
    };
    let compare = Write::new(send(true), move |report| draft.report.set(Some(report)));
    let refresh = move || {
        let answer = api::systems::find(&shared.key());
        spawn_local(async move {
            // The document may have brought a base path. If this fails, the next visit shows it.
            if let Ok(system) = answer.await {
                shared.system.try_set(system);
            }
        });
    };
    let apply = Write::new(send(false), move |report| {
        toasts.good(text::systems::imported());
        draft.report.set(None);
        draft.applied.set(Some(report));
        draft.pasted.set(String::new());
        refresh();
    });
    let look_at = Callback::new(move |document: Document| {
        draft.report.set(None);
        draft.applied.set(None);
        apply.clear();
        draft.document.set(Some(document.clone()));
        compare.send(document);
    });
    // A tab that was left while the server compared.
    if let (Some(document), None, None) =
        (draft.document.get_untracked(), draft.report.get_untracked(), draft.applied.get_untracked())
    {
        compare.send(document);
    }
    let send_again = move |write: Write<Document>| {
        Callback::new(move |()| {
            if let Some(document) = draft.document.get_untracked() {
                write.send(document);
            }
        })
    };
    let (compare_error, apply_error) = (compare.error(), apply.error());
    let is_busy = Signal::derive(move || compare.pending().get() || apply.pending().get());
    view! {
        <section class="panel">
            <h2>{text::systems::document()}</h2>
            <p class="hint">{text::systems::document_hint()}</p>
            {move || match draft.document.get() {
                None => view! { <Choose draft look_at /> }.into_any(),
                Some(document) => view! {
                    <Chosen document draft is_busy />
                    <Fault error=compare_error draft again=send_again(compare) />
                    <Fault error=apply_error draft again=send_again(apply) />
                }
                .into_any(),
            }}
        </section>
        {move || {
            draft.report.get().map(|report| {
                let before = shared.system.with(|system| system.base_path.clone());
                let changes = changes_anything(&report, &before);
                view! {
                    <section class="panel">
                        <header>
                            <h2>{text::systems::changes()}</h2>
                            <div class="buttons">
                                <button
                                    type="button"
                                    class="quiet"
                                    disabled=is_busy
                                    on:click=move |_| draft.choose_again()
                                >
                                    {text::cancel()}
                                </button>
                                {changes
                                    .then(|| view! {
                                        <button
                                            type="button"
                                            disabled=is_busy
                                            on:click=move |_| send_again(apply).run(())
                                        >
                                            {move || {
                                                if apply.pending().get() {
                                                    text::systems::applying()
                                                } else {
                                                    text::systems::apply()
                                                }
                                            }}
                                        </button>
                                    })}
                            </div>
                        </header>
                        <Report report before />
                    </section>
                }
            })
        }}
        {move || {
            draft.applied.get().map(|report| {
                let before = report.base_path.clone();
                view! {
                    <section class="panel">
                        <header>
                            <h2>{text::systems::imported_title()}</h2>
                            <div class="buttons">
                                <button type="button" class="quiet" on:click=move |_| draft.choose_again()>
                                    {text::systems::import_next()}
                                </button>
                                <a class="button" href=link(&shared.key(), "apis")>{text::systems::see_apis()}</a>
                            </div>
                        </header>
                        <Report report before />
                    </section>
                }
            })
        }}
    }
}

fn changes_anything(report: &ImportReport, base_path: &str) -> bool {
    !(report.added.is_empty() && report.changed.is_empty() && report.removed.is_empty())
        || brings_base_path(report, base_path)
}

/// A document without servers leaves the base path as it is.
fn brings_base_path(report: &ImportReport, base_path: &str) -> bool {
    !report.base_path.is_empty() && report.base_path != base_path
}

/// By file, drop or paste.
#[component]
fn Choose(draft: Draft, look_at: Callback<Document>) -> impl IntoView {
    let fault = RwSignal::new(None::<&'static str>);
    let is_over = RwSignal::new(false);
    let read = move |file: File| {
        spawn_local(async move {
            if file.size() > LIMIT {
                fault.try_set(Some(text::systems::file_too_large()));
                return;
            }
            match JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string()) {
                Some(text) => {
                    look_at.try_run(Document { name: Some(file.name()), text: text.into() });
                }
                None => {
                    fault.try_set(Some(text::systems::file_unreadable()));
                }
            }
        });
    };
    let take = move |files: Option<leptos::web_sys::FileList>| {
        fault.set(None);
        if let Some(file) = files.and_then(|files| files.get(0)) {
            read(file);
        }
    };
    let on_choose = move |event: leptos::ev::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        if let Some(input) = input {
            take(input.files());
            // So that choosing the same file again is a choice as well.
            input.set_value("");
        }
    };
    let on_drop = move |event: DragEvent| {
        event.prevent_default();
        is_over.set(false);
        take(event.data_transfer().and_then(|dropped| dropped.files()));
    };
    let on_paste = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let pasted = draft.pasted.get_untracked();
        if pasted.trim().is_empty() {
            fault.set(Some(text::systems::no_document()));
        } else {
            fault.set(None);
            look_at.run(Document { name: None, text: pasted.into() });
        }
    };
    view! {
        <div
            class="drop"
            class:over=is_over
            on:dragover=move |event| {
                event.prevent_default();
                is_over.set(true);
            }
            on:dragleave=move |_| is_over.set(false)
            on:drop=on_drop
        >
            <label class="button quiet" for="document-file">{text::systems::choose_file()}</label>
            <input
                id="document-file"
                class="visually-hidden"
                type="file"
                accept=".json,.yaml,.yml,application/json,application/yaml"
                on:change=on_choose
            />
            <span class="hint">{text::systems::drop_here()}</span>
        </div>
        <form class="form" on:submit=on_paste>
            <div class="field">
                <label for="pasted">{text::systems::paste()}</label>
                <textarea id="pasted" class="code" rows="6" spellcheck="false" bind:value=draft.pasted />
            </div>
            <Notice message=Signal::derive(move || fault.get().map(ToOwned::to_owned)) />
            <div class="buttons">
                <button type="submit">{text::systems::see_changes()}</button>
            </div>
        </form>
    }
}

/// The document that was chosen, and whether something is being done with it.
#[component]
fn Chosen(document: Document, draft: Draft, is_busy: Signal<bool>) -> impl IntoView {
    let size = size(document.text.len());
    let again =
        if document.name.is_some() { text::systems::choose_another() } else { text::systems::edit_pasted() };
    let name = document.name.unwrap_or_else(|| text::systems::pasted_document().to_owned());
    let progress = text::systems::comparing(&size);
    view! {
        <p class="chosen">
            <strong class="anywhere">{name}</strong> " " <span class="hint">{size}</span> " "
            <button
                type="button"
                class="quiet small"
                disabled=is_busy
                on:click=move |_| draft.choose_again()
            >
                {again}
            </button>
        </p>
        <div role="status" class="notice-place">
            <Show when=move || is_busy.get()>
                <p class="hint" id="import-progress">{progress.clone()}</p>
                <progress aria-labelledby="import-progress"></progress>
            </Show>
        </div>
    }
}

#[expect(clippy::cast_precision_loss, reason = "the size of a document, shown with a digit")]
fn size(bytes: usize) -> String {
    let kilobytes = bytes as f64 / 1024.0;
    if kilobytes < 1024.0 { format!("{kilobytes:.1} KiB") } else { format!("{:.1} MiB", kilobytes / 1024.0) }
}

/// What is wrong with the document, and where in it; or why it could not be sent.
#[component]
fn Fault(error: Signal<Option<Error>>, draft: Draft, again: Callback<()>) -> impl IntoView {
    let fault = move || {
        let error = error.get()?;
        let document = draft.document.get()?;
        let about_document = match &error {
            Error::Problem(problem) => problem.errors.first().cloned(),
            _ => None,
        };
        Some(match about_document {
            Some(fault) => {
                let excerpt = place(&fault.message).and_then(|place| excerpt(&document.text, place));
                view! {
                    <h3>{text::systems::document_refused()}</h3>
                    <p>{text::systems::document_fault(&fault.code, &fault.message)}</p>
                    {excerpt.map(|(number, line)| view! {
                        <p class="hint">{text::systems::line(number)}</p>
                        <pre class="excerpt" tabindex="0"><code>{line}</code></pre>
                    })}
                }
                .into_any()
            }
            None => view! {
                <h3>{text::systems::import_failed()}</h3>
                <p>{error.message()}</p>
                <button type="button" class="quiet small" on:click=move |_| again.run(())>{text::try_again()}</button>
            }
            .into_any(),
        })
    };
    view! {
        <div role="alert" class="notice-place">
            {move || fault().map(|fault| view! { <div class="notice">{fault}</div> })}
        </div>
    }
}

/// `line 12 column 7`, as both parsers write it.
fn place(message: &str) -> Option<(usize, usize)> {
    let number_after = |word: &str| -> Option<usize> {
        let (_, rest) = message.rsplit_once(word)?;
        let digits = rest.trim_start_matches([':', ' ']);
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        digits[..end].parse().ok()
    };
    Some((number_after("line ")?, number_after("column ").unwrap_or(1)))
}

/// The line that is meant, its number, and a sign under the character; only a
/// part of a very long line.
fn excerpt(document: &str, (number, column): (usize, usize)) -> Option<(usize, String)> {
    const AROUND: usize = 60;
    let line = document.lines().nth(number.checked_sub(1)?)?;
    let from = column.saturating_sub(AROUND + 1);
    let part: String = line.chars().skip(from).take(2 * AROUND).collect();
    let before = column.saturating_sub(from + 1).min(part.chars().count());
    Some((number, format!("{part}\n{}^", " ".repeat(before))))
}

/// What an import changes.
#[component]
fn Report(
    report: ImportReport,
    /// The base path until now.
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

/// Operations of one sort; long lists are written out when they are opened.
#[component]
fn Operations(title: &'static str, apis: Vec<ImportedApi>, class: &'static str) -> impl IntoView {
    if apis.is_empty() {
        return ().into_any();
    }
    let count = apis.len();
    let is_open = RwSignal::new(count <= 50);
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
        <details
            class="part"
            open=is_open.get_untracked()
            on:toggle:target=move |event| is_open.set(event.target().open())
        >
            <summary>{title} " (" {count} ")"</summary>
            <Show when=move || is_open.get()>
                <ul class=format!("operations {class}") class:long={count > 50} tabindex="0" aria-label=title>{list()}</ul>
            </Show>
        </details>
    }
    .into_any()
}
