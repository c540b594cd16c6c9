//! The switches for the language and the theme.

use leptos::prelude::*;

use crate::preferences::{Language, Preferences, Theme};
use crate::text;

/// The language switch. Each language is written in itself.
#[component]
pub(crate) fn LanguageChoice() -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    view! {
        <div class="switch" role="group" aria-label=text::settings::language()>
            {Language::ALL
                .map(|one| view! {
                    <button
                        type="button"
                        lang=one.tag()
                        aria-pressed=move || (preferences.language.get() == one).to_string()
                        on:click=move |_| preferences.speak(one)
                    >
                        {one.name()}
                    </button>
                })}
        </div>
    }
}

/// The theme switch.
#[component]
pub(crate) fn ThemeChoice() -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    view! {
        <div class="switch" role="group" aria-label=text::settings::theme()>
            {Theme::ALL
                .map(|one| view! {
                    <button
                        type="button"
                        aria-pressed=move || (preferences.theme.get() == one).to_string()
                        on:click=move |_| preferences.paint(one)
                    >
                        {text::settings::theme_name(one)}
                    </button>
                })}
        </div>
    }
}
