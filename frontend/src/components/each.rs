//! Renders a view for each item of a list, such as table rows, chips or messages.

use std::sync::Arc;

use leptos::prelude::*;

/// An item: its key and the function that renders it.
struct One {
    key: String,
    show: Box<dyn FnOnce() -> AnyView + Send>,
}

/// Like [`For`], but compiled once and not once per type. An item whose key was in the list before is not
/// rendered again.
#[component]
pub(crate) fn Each<T: Clone + Send + Sync + 'static, V: IntoView + 'static>(
    /// All items.
    #[prop(into)]
    of: Signal<Vec<T>>,
    /// Returns the unique key of an item.
    key: fn(&T) -> String,
    /// Renders an item.
    children: impl Fn(T) -> V + Send + Sync + 'static,
) -> impl IntoView {
    let show = Arc::new(move |one| children(one).into_any());
    each(Box::new(move || {
        let all = of.get().into_iter();
        all.map(|one| {
            let (key, show) = (key(&one), Arc::clone(&show));
            One { key, show: Box::new(move || show(one)) }
        })
        .collect()
    }))
}

fn each(all: Box<dyn Fn() -> Vec<One> + Send>) -> AnyView {
    view! { <For each=all key=|one| one.key.clone() children=|one| (one.show)() /> }.into_any()
}
