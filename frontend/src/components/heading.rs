//! The head of a page.

use leptos::prelude::*;

use super::title::set_title;

/// The page's name, the way back, and what can be done here.
#[component]
pub(crate) fn Heading(
    /// The name; also the title of the browser's window.
    #[prop(into)]
    title: Signal<String>,
    /// Where the page belongs: an address and its name.
    #[prop(optional_no_strip)]
    within: Option<(String, String)>,
    /// What can be done here.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    set_title(move || title.get());
    view! {
        <header class="heading">
            <div>
                {within.map(|(href, name)| view! { <p class="within"><a href=href>{name}</a></p> })}
                <h1>{title}</h1>
            </div>
            {children.map(|children| view! { <div class="buttons">{children()}</div> })}
        </header>
    }
}
