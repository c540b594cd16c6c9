//! What a person chooses for this browser, and what this installation is.

use leptos::prelude::*;

use crate::components::frame::{LanguageChoice, ThemeChoice};
use crate::components::heading::Heading;
use crate::text;

/// Language and theme.
#[component]
pub(crate) fn SettingsPage() -> impl IntoView {
    view! {
        <Heading title=Signal::derive(|| text::settings().to_owned()) />
        <section class="panel">
            <h2>{text::settings::language()}</h2>
            <LanguageChoice />
            <h2>{text::settings::theme()}</h2>
            <ThemeChoice />
        </section>
    }
}
