//! Copying: by the clipboard, or by hand where the browser refuses it.

use leptos::html::Textarea;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use super::dialog::Dialog;
use super::toast::Toasts;
use crate::text;

/// What is copied by hand; components find it with [`clipboard`].
#[derive(Clone, Copy)]
pub(crate) struct Clipboard {
    by_hand: RwSignal<String>,
    open: RwSignal<bool>,
    toasts: Toasts,
}

/// The clipboard of this app. To be asked for while a component is built, since
/// what is awaited has no context.
pub(crate) fn clipboard() -> Clipboard {
    expect_context()
}

impl Clipboard {
    /// Nothing to copy yet.
    pub(crate) fn new(toasts: Toasts) -> Self {
        Self { by_hand: RwSignal::new(String::new()), open: RwSignal::new(false), toasts }
    }

    /// Copies the text and says so; where that is refused, shows it to be copied by hand.
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
    // Outside HTTPS and localhost browsers have no clipboard at all.
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

/// A text that is selected.
#[component]
fn Selected(content: RwSignal<String>) -> impl IntoView {
    let area = NodeRef::<Textarea>::new();
    Effect::new(move || {
        let Some(area) = area.get() else { return };
        request_animation_frame(move || {
            // What is not there any more needs no selection.
            let _ = area.focus();
            area.select();
        });
    });
    // It is forgotten when the dialog closes: it may be a secret.
    on_cleanup(move || content.set(String::new()));
    view! { <textarea class="code" readonly rows="4" node_ref=area prop:value=content aria-label=text::copy_by_hand() /> }
}

/// A button that copies a text.
#[component]
pub(crate) fn CopyButton(
    /// What is copied.
    #[prop(into)]
    content: Signal<String>,
    /// What the button says; `Copy` if nothing else is said.
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

/// A text to be read and copied: a key, an address, a piece of configuration.
#[component]
pub(crate) fn Snippet(
    /// What it is.
    #[prop(into)]
    label: String,
    /// The text.
    #[prop(into)]
    content: Signal<String>,
) -> impl IntoView {
    view! {
        <figure class="snippet">
            <figcaption>{label.clone()} <CopyButton content /></figcaption>
            // It scrolls, so it can be reached with the keyboard.
            <pre tabindex="0" role="region" aria-label=label><code>{content}</code></pre>
        </figure>
    }
}
