//! Copies text to the clipboard. If the browser refuses, the user can copy it by hand.

use leptos::html::Textarea;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use super::dialog::Dialog;
use super::toast::Toasts;
use crate::text;

/// Copies text and holds the text to copy by hand. Components get it from [`clipboard`].
#[derive(Clone, Copy)]
pub(crate) struct Clipboard {
    by_hand: RwSignal<String>,
    open: RwSignal<bool>,
    toasts: Toasts,
}

/// The clipboard of the app. Call this while a component is being built: async code has no context.
pub(crate) fn clipboard() -> Clipboard {
    expect_context()
}

impl Clipboard {
    /// A clipboard with no text to copy by hand.
    pub(crate) fn new(toasts: Toasts) -> Self {
        Self { by_hand: RwSignal::new(String::new()), open: RwSignal::new(false), toasts }
    }

    /// Copies the text and confirms it with a toast. If the browser refuses, opens the dialog for copying by
    /// hand.
    pub(crate) async fn copy(self, text: String) {
        if write(&text).await {
            self.toasts.good(text::copied());
        } else {
            self.by_hand.set(text);
            self.open.set(true);
        }
    }
}

async fn write(text: &str) -> bool {
    // Browsers offer a clipboard only over HTTPS and on localhost.
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into());
    if !clipboard.is_ok_and(|clipboard| clipboard.is_object()) {
        return false;
    }
    JsFuture::from(window().navigator().clipboard().write_text(text)).await.is_ok()
}

/// The dialog for copying by hand.
#[component]
pub(crate) fn CopyByHand() -> impl IntoView {
    let clipboard = clipboard();
    view! {
        <Dialog open=clipboard.open title=Signal::derive(|| text::copy_by_hand().to_owned())>
            <p class="hint">{text::copy_by_hand_hint()}</p>
            <Selected content=clipboard.by_hand />
            <div class="buttons">
                <button type="button" on:click=move |_| clipboard.open.set(false)>{text::close()}</button>
            </div>
        </Dialog>
    }
}

/// A text area whose content is selected.
#[component]
fn Selected(content: RwSignal<String>) -> impl IntoView {
    let area = NodeRef::<Textarea>::new();
    Effect::new(move || {
        let Some(area) = area.get() else { return };
        request_animation_frame(move || {
            // The text area may have been removed. The error is then irrelevant.
            let _ = area.focus();
            area.select();
        });
    });
    // Clear the text when the dialog closes: it may be a secret.
    on_cleanup(move || content.set(String::new()));
    view! { <textarea class="code" readonly rows="4" node_ref=area prop:value=content aria-label=text::copy_by_hand() /> }
}

/// A button that copies a text.
#[component]
pub(crate) fn CopyButton(
    /// The text to copy.
    #[prop(into)]
    content: Signal<String>,
    /// The label of the button. The default is `Copy`.
    #[prop(optional, into)]
    label: Option<String>,
) -> impl IntoView {
    let clipboard = clipboard();
    view! {
        <button type="button" class="quiet small" on:click=move |_| spawn_local(clipboard.copy(content.get_untracked()))>
            {label.unwrap_or_else(|| text::copy().to_owned())}
        </button>
    }
}

/// A text to read and copy, such as a key, an address or a piece of configuration.
#[component]
pub(crate) fn Snippet(
    /// The caption.
    #[prop(into)]
    label: String,
    /// The text.
    #[prop(into)]
    content: Signal<String>,
) -> impl IntoView {
    view! {
        <figure class="snippet">
            <figcaption>{label.clone()} <CopyButton content /></figcaption>
            // The element scrolls, so it must be reachable with the keyboard.
            <pre tabindex="0" role="region" aria-label=label><code>{content}</code></pre>
        </figure>
    }
}
