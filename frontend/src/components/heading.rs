//! The heading of a page.

use leptos::prelude::*;

use super::title::set_title;

/// The title of the page, a link to the parent page, and the actions of the page.
#[component]
pub(crate) fn Heading(
    /// The title of the page and of the browser window.
    #[prop(into)]
    title: Signal<String>,
    /// The parent page: its address and its name.
    #[prop(optional_no_strip)]
    within: Option<(String, String)>,
    /// The actions of the page.
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
