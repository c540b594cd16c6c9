//! A button that opens a menu.

use leptos::prelude::*;

/// The menu. It is a popover: the browser opens and closes it, also on Esc.
#[component]
pub(crate) fn Menu(
    /// The element id, unique on the page.
    #[prop(into)]
    id: String,
    /// The label of the button.
    #[prop(into)]
    label: String,
    /// Whether the button shows three dots and its label is only for screen readers.
    #[prop(optional)]
    is_icon: bool,
    /// The links and buttons in the menu.
    children: Children,
) -> impl IntoView {
    let name = is_icon.then(|| label.clone());
    view! {
        <button
            type="button"
            class=if is_icon { "icon" } else { "quiet menu-button" }
            popovertarget=id.clone()
            aria-label=name.clone()
            title=name
        >
            {if is_icon { "⋯".to_owned() } else { label }}
        </button>
        <div id=id.clone() popover="auto" class="menu" on:click=move |_| close(&id)>
            {children()}
        </div>
    }
}

/// Closes the menu after a choice.
fn close(id: &str) {
    if let Some(menu) = document().get_element_by_id(id) {
        let menu: leptos::web_sys::HtmlElement = wasm_bindgen::JsCast::unchecked_into(menu);
        // It fails only if the menu is already closed.
        let _ = menu.hide_popover();
    }
}
