//! The title of the browser window.

use leptos::prelude::*;

use crate::text;

/// Sets the title of the browser window to the title of the page and the product name.
pub(crate) fn set_title(page: impl Fn() -> String + Send + Sync + 'static) {
    Effect::new(move || document().set_title(&format!("{} · {}", page(), text::PRODUCT)));
}
