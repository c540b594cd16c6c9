//! The title of the browser's window.

use leptos::prelude::*;

use crate::text;

/// Shows the page's title in the browser's window.
pub(crate) fn set_title(page: impl Fn() -> String + Send + Sync + 'static) {
    Effect::new(move || document().set_title(&format!("{} · {}", page(), text::PRODUCT)));
}
