//! Dialogs. They use the modal `<dialog>` of the browser, which keeps the focus inside, closes on Esc and
//! returns the focus.

use leptos::html;
use leptos::prelude::*;
use leptos::web_sys::HtmlElement;
use wasm_bindgen::JsCast as _;

use super::notice::Notice;
use super::write::Write;
use crate::text;

/// A dialog with a title. Its content exists only while it is open.
#[component]
pub(crate) fn Dialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// The title.
    #[prop(into)]
    title: Signal<String>,
    /// Whether the dialog is wide.
    #[prop(optional)]
    is_wide: bool,
    /// The content.
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let children = StoredValue::new(children);
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        if open.get() && !dialog.open() {
            // It fails only if the dialog was removed from the page.
            let _ = dialog.show_modal();
            request_animation_frame(focus_inside);
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    view! {
        <dialog
            node_ref=dialog
            class:wide=is_wide
            aria-labelledby="dialog-title"
            on:close=move |_| open.set(false)
        >
            <Show when=move || open.get()>
                <h2 id="dialog-title">{title}</h2>
                {children.with_value(|children| children())}
            </Show>
        </dialog>
    }
}

/// Focuses the `autofocus` element. The browser looked for it before the content existed.
fn focus_inside() {
    let found = document().query_selector("dialog:focus [autofocus]").ok().flatten();
    if let Some(first) = found.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
        // The element may have been removed. The error is then irrelevant.
        let _ = first.focus();
    }
}

/// A dialog that asks before it does something.
#[component]
pub(crate) fn Confirm(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// The question.
    #[prop(into)]
    title: Signal<String>,
    /// The label of the button, at rest and while the request is pending.
    button: (&'static str, &'static str),
    /// The request to send. Its `then` closes the dialog.
    write: Write<()>,
    /// Whether the user may confirm yet.
    #[prop(default = Signal::stored(true), into)]
    is_ready: Signal<bool>,
    /// Whether the action destroys something.
    #[prop(optional)]
    is_dangerous: bool,
    /// The explanation.
    children: ChildrenFn,
) -> impl IntoView {
    let children = StoredValue::new(children);
    Effect::new(move || {
        if open.get() {
            write.clear();
        }
    });
    let failure = write.failure();
    view! {
        <Dialog open title>
            <form
                class="form"
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    if is_ready.get_untracked() {
                        write.send(());
                    }
                }
            >
                {children.with_value(|children| children())}
                <Notice message=failure />
                <div class="buttons">
                    <button type="button" class="quiet" autofocus on:click=move |_| open.set(false)>
                        {text::cancel()}
                    </button>
                    <button
                        type="submit"
                        class:danger=is_dangerous
                        disabled=move || write.pending().get() || !is_ready.get()
                    >
                        {move || if write.pending().get() { button.1 } else { button.0 }}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}

/// A signal that opens a dialog while `about` holds the item that the dialog is about.
pub(crate) fn dialog_for<T: Send + Sync + 'static>(about: RwSignal<Option<T>>) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    Effect::new(move || open.set(about.read().is_some()));
    open
}
