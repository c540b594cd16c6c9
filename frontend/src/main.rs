//! The single-page app for administrators. The URL holds the state. Reads are resources, writes are
//! [`components::write::Write`]s. Only [`api`] talks to the server, and [`text`] holds every sentence.

#![allow(unreachable_pub, reason = "the component macro makes its properties public")]
#![allow(clippy::needless_pass_by_value, reason = "a property of a component is its own")]
#![allow(clippy::too_many_lines, reason = "a component is read beside what it shows")]

mod api;
mod app;
mod components;
mod later;
mod navigation;
mod pages;
mod preferences;
mod session;
mod text;
mod time;

fn main() {
    if let Some(shell) = leptos::prelude::document().get_element_by_id("shell") {
        shell.remove();
    }
    leptos::mount::mount_to_body(app::App);
}
