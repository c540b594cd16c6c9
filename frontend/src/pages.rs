//! One module per page, and what several of them share.

pub(crate) mod audit;
pub(crate) mod login;
pub(crate) mod not_found;
pub(crate) mod password;
pub(crate) mod project;
pub(crate) mod projects;
pub(crate) mod settings;
pub(crate) mod system;
pub(crate) mod systems;
pub(crate) mod token;
pub(crate) mod token_form;
pub(crate) mod token_issued;
pub(crate) mod tokens;
pub(crate) mod users;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::app::with_query;
use crate::components::listing::Reload;

/// What a list is searched for, which its address keeps as `q`, and what its
/// search box does: the same search again loads anew.
fn use_search(path: &'static str, reload: Reload) -> (Memo<String>, Callback<String>) {
    let query = use_query_map();
    let search = Memo::new(move |_| query.read().get_str("q").unwrap_or_default().trim().to_owned());
    let navigate = use_navigate();
    let submit = Callback::new(move |wanted: String| {
        if wanted == *search.read_untracked() {
            reload.now();
        } else {
            let keep_place = NavigateOptions { scroll: false, ..NavigateOptions::default() };
            navigate(&with_query(path, &[("q", &wanted)]), keep_place);
        }
    });
    (search, submit)
}

/// Whether the dialog about one of several things is open.
fn dialog_for<T: Send + Sync + 'static>(about: RwSignal<Option<T>>) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    Effect::new(move || open.set(about.read().is_some()));
    open
}
