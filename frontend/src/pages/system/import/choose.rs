//! The choice of a document, and the display of its errors.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::{DragEvent, File, HtmlInputElement};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;

use super::draft::{Document, Draft, LIMIT};
use crate::api::Error;
use crate::components::notice::Notice;
use crate::text;

/// Takes a document from a file, a drop or pasted text.
#[component]
pub(crate) fn Choose(draft: Draft, look_at: Callback<Document>) -> impl IntoView {
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
            // Reset the input, so that choosing the same file again fires an event.
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

/// The chosen document, and whether a request is pending.
#[component]
pub(crate) fn Chosen(document: Document, draft: Draft, is_busy: Signal<bool>) -> impl IntoView {
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

/// The first error in the document with its line. Otherwise the reason why the request failed.
#[component]
pub(crate) fn Fault(error: Signal<Option<Error>>, draft: Draft, again: Callback<()>) -> impl IntoView {
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

/// Reads the position from a message: `line 12 column 7`. Both parsers of the server write it like this.
fn place(message: &str) -> Option<(usize, usize)> {
    let number_after = |word: &str| -> Option<usize> {
        let (_, rest) = message.rsplit_once(word)?;
        let digits = rest.trim_start_matches([':', ' ']);
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        digits[..end].parse().ok()
    };
    Some((number_after("line ")?, number_after("column ").unwrap_or(1)))
}

/// The number of the line, and its text with a `^` below the character. A very long line is shortened.
fn excerpt(document: &str, (number, column): (usize, usize)) -> Option<(usize, String)> {
    const AROUND: usize = 60;
    let line = document.lines().nth(number.checked_sub(1)?)?;
    let from = column.saturating_sub(AROUND + 1);
    let part: String = line.chars().skip(from).take(2 * AROUND).collect();
    let before = column.saturating_sub(from + 1).min(part.chars().count());
    Some((number, format!("{part}\n{}^", " ".repeat(before))))
}
