//! Addresses within this app.

use leptos::prelude::window;

/// Whether a path is that of a page, which may have a slash at its end.
pub(crate) fn is_at(path: &str, page: &str) -> bool {
    path.trim_end_matches('/') == page
}

/// The address of the page that is shown, within this app.
pub(crate) fn here() -> String {
    let location = window().location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}

/// A path with what is given after `?`; what is empty is left out.
pub(crate) fn with_query(path: &str, query: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        let separator = if address.contains('?') { '&' } else { '?' };
        address = format!("{address}{separator}{name}={}", String::from(js_sys::encode_uri_component(value)));
    }
    address
}

/// A path that leads on to `next` when the person is done there.
pub(crate) fn with_next(path: &str, next: &str) -> String {
    format!("{path}?next={}", String::from(js_sys::encode_uri_component(next)))
}

/// Where `next` leads: only ever to a page of this app.
pub(crate) fn destination(next: Option<String>) -> String {
    next.filter(|next| next.starts_with('/') && !next.starts_with("//") && !next.contains('\\'))
        .unwrap_or_else(|| "/tokens".to_owned())
}

/// The address of a part of a system's page.
pub(crate) fn system_link(key: &str, tab: &str) -> String {
    with_query(&format!("/systems/{key}"), &[("tab", tab)])
}
