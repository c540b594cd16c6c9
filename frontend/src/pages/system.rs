//! The page of a core system: `/systems/{key}?tab=apis|import|keys|gateway|settings`.

mod apis;
mod gateway;
mod import;
mod keys;
mod settings;
mod shared;

use latchkey_shared::systems::System;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use self::apis::Apis;
use self::gateway::GatewayRecipes;
use self::import::Import;
use self::import::draft::Draft;
use self::keys::Keys;
use self::settings::Settings;
use self::shared::Shared;
use crate::components::heading::Heading;
use crate::components::reading::{Loaded, Reading};
use crate::components::system_badges::SystemBadges;
use crate::navigation::system_link;
use crate::session::me;
use crate::{api, text};

/// A tab of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Apis,
    Import,
    Keys,
    Gateway,
    Settings,
}

impl Tab {
    /// The tabs that the user can use.
    fn all(system: &System, is_admin: bool) -> &'static [Self] {
        match (system.builtin, is_admin) {
            (true, _) => &[Self::Apis],
            (false, false) => &[Self::Apis, Self::Gateway],
            (false, true) => &[Self::Apis, Self::Import, Self::Keys, Self::Gateway, Self::Settings],
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Apis => "apis",
            Self::Import => "import",
            Self::Keys => "keys",
            Self::Gateway => "gateway",
            Self::Settings => "settings",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Apis => text::systems::apis(),
            Self::Import => text::systems::tab_import(),
            Self::Keys => text::systems::tab_keys(),
            Self::Gateway => text::systems::tab_gateway(),
            Self::Settings => text::systems::tab_settings(),
        }
    }
}

/// Loads the system by the key in the URL.
#[component]
pub(crate) fn SystemPage() -> impl IntoView {
    let params = use_params_map();
    let key = Memo::new(move |_| params.read().get_str("key").unwrap_or_default().to_owned());
    let system = Reading::new(move || api::systems::find(&key.read()));
    let name = RwSignal::new(None::<String>);
    view! {
        <Heading
            title=Signal::derive(move || name.get().unwrap_or_else(|| key.get()))
            within=Some(("/systems".to_owned(), text::systems().to_owned()))
        />
        <Loaded reading=system children=move |system| view! { <Parts system name /> } />
    }
}

#[component]
fn Parts(
    system: System,
    /// The name in the heading. The settings can change it.
    name: RwSignal<Option<String>>,
) -> impl IntoView {
    let query = use_query_map();
    let tabs = Tab::all(&system, me().is_system_admin());
    let tab = Memo::new(move |_| {
        let query = query.read();
        let wanted = query.get_str("tab").unwrap_or_default();
        tabs.iter().copied().find(|tab| tab.as_str() == wanted).unwrap_or(Tab::Apis)
    });
    let key = system.key.clone();
    let is_builtin = system.builtin;
    let shared =
        Shared { system: RwSignal::new(system), draft: Draft::new(), fresh_key: RwSignal::new(None) };
    let (system, address) = (shared.system, key.clone());
    Effect::new(move || name.set(Some(system.read().name.clone())));
    view! {
        <p class="under-heading">
            <code>{key}</code> {move || view! { <SystemBadges system=system.get() /> }}
        </p>
        <Show when=move || system.read().disabled>
            <p class="notice warn">{text::systems::is_disabled()}</p>
        </Show>
        {is_builtin.then(|| view! { <p class="hint">{text::systems::built_in_hint()}</p> })}
        {(tabs.len() > 1)
            .then(|| view! {
                <nav class="tabs" aria-label=text::systems::tabs()>
                    {tabs
                        .iter()
                        .map(|&one| view! {
                            <a
                                href=system_link(&address, one.as_str())
                                aria-current=move || (tab.get() == one).then_some("page")
                            >
                                {one.name()}
                            </a>
                        })
                        .collect_view()}
                </nav>
            })}
        {move || match tab.get() {
            Tab::Apis => view! { <Apis shared /> }.into_any(),
            Tab::Import => view! { <Import shared /> }.into_any(),
            Tab::Keys => view! { <Keys shared /> }.into_any(),
            Tab::Gateway => view! { <GatewayRecipes shared /> }.into_any(),
            Tab::Settings => view! { <Settings shared /> }.into_any(),
        }}
    }
}
