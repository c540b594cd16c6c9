//! Imports an OpenAPI document. The user chooses, drops or pastes it, and sees the changes before they are
//! applied.

mod choose;
pub(super) mod draft;
mod report;

use leptos::prelude::*;
use leptos::task::spawn_local;

use self::choose::{Choose, Chosen, Fault};
use self::draft::Document;
use self::report::{Report, changes_anything};
use super::shared::Shared;
use crate::api::{self};
use crate::components::toast::toasts;
use crate::components::write::Write;
use crate::navigation::system_link;
use crate::text;

/// The steps of an import: choose, compare, apply.
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
            // The document may have changed the base path. If this request fails, the next visit shows the
            // change.
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
    // The tab was left while the server compared, so compare again.
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
                                <a class="button" href=system_link(&shared.key(), "apis")>{text::systems::see_apis()}</a>
                            </div>
                        </header>
                        <Report report before />
                    </section>
                }
            })
        }}
    }
}
