//! The choice of a language and of a theme.

use leptos::prelude::*;

use crate::preferences::{Language, Preferences, Theme};
use crate::text;

/// The choice of a language, each in its own words.
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

/// The choice of a theme.
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
