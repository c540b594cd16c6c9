//! Keyboard shortcuts for the whole page: `/` focuses the search box, `n` applies for a token or adds an
//! entry. The browser itself closes dialogs and menus on Esc.

use leptos::ev::keydown;
use leptos::prelude::*;
use leptos::web_sys::{Element, HtmlElement};
use wasm_bindgen::JsCast as _;

/// Listens for shortcuts as long as the calling component exists.
pub(crate) fn listen() {
    let handle = window_event_listener(keydown, |event| {
        let is_plain = !(event.ctrl_key() || event.meta_key() || event.alt_key() || event.is_composing());
        let is_typing =
            event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|at| {
                at.closest("input, textarea, select, [contenteditable], dialog").ok().flatten().is_some()
            });
        if !is_plain || is_typing || document().query_selector("dialog[open]").ok().flatten().is_some() {
            return;
        }
        let wanted = match event.key().as_str() {
            "/" => "main input[type='search']",
            "n" => "main [aria-keyshortcuts='n']",
            _ => return,
        };
        let Some(found) = document().query_selector(wanted).ok().flatten() else { return };
        let Ok(found) = found.dyn_into::<HtmlElement>() else { return };
        event.prevent_default();
        if event.key() == "n" {
            found.click();
        } else {
            // The element may have been removed. The error is then irrelevant.
            let _ = found.focus();
        }
    });
    on_cleanup(move || handle.remove());
}
