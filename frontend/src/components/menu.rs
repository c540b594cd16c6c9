//! A button that opens a few things to do.

use leptos::prelude::*;

/// The menu. The browser opens it, closes it and knows about Esc.
#[component]
pub(crate) fn Menu(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    /// What the button says.
    #[prop(into)]
    label: String,
    /// Whether the label is for screen readers only, and three dots are shown.
    #[prop(optional)]
    is_icon: bool,
    /// Links and buttons.
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

/// Closes a menu: something in it was chosen.
fn close(id: &str) {
    if let Some(menu) = document().get_element_by_id(id) {
        let menu: leptos::web_sys::HtmlElement = wasm_bindgen::JsCast::unchecked_into(menu);
        // It fails only when it is closed already.
        let _ = menu.hide_popover();
    }
}
