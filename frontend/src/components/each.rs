//! Something for each of several: rows of a table, chips, messages.

use std::sync::Arc;

use leptos::prelude::*;

/// One of them: what tells it from the others, and how it is shown.
struct One {
    key: String,
    show: Box<dyn FnOnce() -> AnyView + Send>,
}

/// [`For`], compiled once and not once for each type. What has a key that was there
/// before stays as it is.
#[component]
pub(crate) fn Each<T: Clone + Send + Sync + 'static, V: IntoView + 'static>(
    /// All of them.
    #[prop(into)]
    of: Signal<Vec<T>>,
    /// What tells one from the others.
    key: fn(&T) -> String,
    /// Shows one.
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
