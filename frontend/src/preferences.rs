//! The preferences of this browser: language and theme. They are kept in local storage. `index.html` applies
//! the theme before the app starts.

use std::cell::Cell;

use leptos::prelude::*;
use leptos::web_sys::Storage;

const LANGUAGE: &str = "latchkey.language";
const THEME: &str = "latchkey.theme";

/// A language of the screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Chinese,
}

impl Language {
    pub(crate) const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// The language tag of RFC 5646.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-Hans",
        }
    }

    /// The name of the language in that language.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Chinese => "简体中文",
        }
    }
}

/// A theme. `System` follows the setting of the operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The value in local storage and in `data-theme`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

thread_local! {
    // A plain cell in addition to the signal. The app reads it thousands of times, and it needs no tracking,
    // because the app is rebuilt when the language changes.
    static SPOKEN: Cell<Language> = const { Cell::new(Language::English) };
}

/// The current language.
pub(crate) fn language() -> Language {
    SPOKEN.get()
}

/// The preferences. Components get them from their context.
#[derive(Clone, Copy)]
pub(crate) struct Preferences {
    pub(crate) language: RwSignal<Language>,
    pub(crate) theme: RwSignal<Theme>,
}

impl Preferences {
    /// Loads the stored preferences. The defaults are the language of the browser and the theme of the
    /// system.
    pub(crate) fn load() -> Self {
        let stored = |key| storage().and_then(|storage| storage.get_item(key).ok().flatten());
        let language = stored(LANGUAGE).or_else(|| window().navigator().language()).unwrap_or_default();
        let language = if language.starts_with("zh") { Language::Chinese } else { Language::English };
        let theme = stored(THEME).unwrap_or_default();
        let theme = Theme::ALL.into_iter().find(|one| one.as_str() == theme).unwrap_or(Theme::System);
        let preferences = Self { language: RwSignal::new(language), theme: RwSignal::new(theme) };
        preferences.apply();
        preferences
    }

    /// Changes the language.
    pub(crate) fn speak(self, language: Language) {
        store(LANGUAGE, language.tag());
        SPOKEN.set(language);
        self.language.set(language);
        self.apply();
    }

    /// Changes the theme.
    pub(crate) fn paint(self, theme: Theme) {
        store(THEME, theme.as_str());
        self.theme.set(theme);
        self.apply();
    }

    fn apply(self) {
        let language = self.language.get_untracked();
        SPOKEN.set(language);
        if let Some(root) = document().document_element() {
            // If setting an attribute fails, the page only keeps its old language tag or theme.
            let _ = root.set_attribute("lang", language.tag());
            let _ = root.set_attribute("data-theme", self.theme.get_untracked().as_str());
        }
    }
}

/// The local storage. `None` if the browser forbids it.
fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn store(key: &str, value: &str) {
    if let Some(storage) = storage() {
        // If it cannot be stored, the choice is lost when the page is left.
        let _ = storage.set_item(key, value);
    }
}
