//! Lists that can have thousands of rows.

use leptos::prelude::*;

/// A list that opens and closes. It is open at first if it has at most `open_up_to` rows. The rows are
/// rendered when it opens.
#[component]
pub(crate) fn LongList(
    summary: AnyView,
    #[prop(into)] label: String,
    #[prop(into)] class: String,
    count: usize,
    open_up_to: usize,
    /// The rows.
    children: ChildrenFn,
) -> impl IntoView {
    let is_long = count > open_up_to;
    let is_open = RwSignal::new(!is_long);
    view! {
        <details
            class="part"
            open=is_open.get_untracked()
            on:toggle:target=move |event| is_open.set(event.target().open())
        >
            <summary>{summary}</summary>
            <Show when=move || is_open.get()>
                <ul class=class.clone() class:long=is_long tabindex="0" aria-label=label.clone()>{children()}</ul>
            </Show>
        </details>
    }
}
