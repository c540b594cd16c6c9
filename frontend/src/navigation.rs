//! Addresses within this app.

use leptos::prelude::window;

/// Whether a path is the path of a page. A trailing slash is ignored.
pub(crate) fn is_at(path: &str, page: &str) -> bool {
    path.trim_end_matches('/') == page
}

/// The path and the query of the current page.
pub(crate) fn here() -> String {
    let location = window().location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}

/// Appends query parameters to a path. Parameters with an empty value are left out.
pub(crate) fn with_query(path: &str, query: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        let separator = if address.contains('?') { '&' } else { '?' };
        address = format!("{address}{separator}{name}={}", String::from(js_sys::encode_uri_component(value)));
    }
    address
}

/// Adds `?next=` to a path. The page goes on to `next` when the user is done.
pub(crate) fn with_next(path: &str, next: &str) -> String {
    format!("{path}?next={}", String::from(js_sys::encode_uri_component(next)))
}

/// The page that `next` leads to. Addresses outside this app are ignored.
pub(crate) fn destination(next: Option<String>) -> String {
    next.filter(|next| next.starts_with('/') && !next.starts_with("//") && !next.contains('\\'))
        .unwrap_or_else(|| "/tokens".to_owned())
}

/// The address of a tab of a system's page.
pub(crate) fn system_link(key: &str, tab: &str) -> String {
    with_query(&format!("/systems/{key}"), &[("tab", tab)])
}
