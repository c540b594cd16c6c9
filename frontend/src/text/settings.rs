//! The settings page.

use super::sentences;
use crate::preferences::Theme;

sentences! {
    language: "Language", "语言";
    theme: "Theme", "主题";
    system: "As the system", "跟随系统";
    light: "Light", "浅色";
    dark: "Dark", "深色";
}

/// A theme, as people call it.
pub(crate) fn theme_name(one: Theme) -> &'static str {
    match one {
        Theme::System => system(),
        Theme::Light => light(),
        Theme::Dark => dark(),
    }
}
