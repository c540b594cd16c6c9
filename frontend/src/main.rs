//! The administrators' single-page app. The URL is the state; reads are
//! resources, writes are actions; only [`api`] talks to the server.

#![allow(unreachable_pub, reason = "the component macro makes its properties public")]

mod api;
mod app;
mod components;
mod pages;
mod text;
mod time;

fn main() {
    if let Some(shell) = leptos::prelude::document().get_element_by_id("shell") {
        shell.remove();
    }
    leptos::mount::mount_to_body(app::App);
}
