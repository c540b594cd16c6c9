//! The settings of this browser and the facts about this installation.

mod doctor;
mod keys;
mod nodes;

use latchkey_shared::installation::{Installation, Stats, StatusCount};
use leptos::prelude::*;

use self::doctor::Doctor;
use self::keys::Keys;
use self::nodes::Nodes;
use crate::components::clipboard::CopyButton;
use crate::components::heading::Heading;
use crate::components::limit_rules::{LimitRulesPanel, SetRules};
use crate::components::preferences::{LanguageChoice, ThemeChoice};
use crate::components::reading::{Loaded, Reading};
use crate::session::me;
use crate::time::number;
use crate::{api, text};

/// The preferences, the account, the installation, its keys, and links to the documentation.
#[component]
pub(crate) fn SettingsPage() -> impl IntoView {
    let installation = Reading::new(api::installation::installation);
    view! {
        <Heading title=Signal::derive(|| text::settings().to_owned()) />
        <div class="panels">
            <section class="panel" aria-labelledby="browser">
                <h2 id="browser">{text::settings::this_browser()}</h2>
                <dl class="facts choices">
                    <dt>{text::settings::language()}</dt>
                    <dd><LanguageChoice /></dd>
                    <dt>{text::settings::theme()}</dt>
                    <dd><ThemeChoice /></dd>
                </dl>
            </section>
            <section class="panel" aria-labelledby="account-panel">
                <h2 id="account-panel">{text::settings::account()}</h2>
                <dl class="facts">
                    <dt>{text::settings::logged_in_as()}</dt>
                    <dd>{me().username()}</dd>
                </dl>
                <div class="buttons">
                    <a class="button quiet" href="/password?next=/settings">{text::session::change_password()}</a>
                </div>
            </section>
        </div>
        {me().is_system_admin().then(|| view! { <Overview /> })}
        {me().is_system_admin().then(|| view! { <Nodes /> })}
        {me().is_system_admin().then(|| view! { <Keys /> })}
        {me().is_system_admin().then(|| view! { <Doctor /> })}
        {me().administers().then(|| view! { <TokenLimits /> })}
        <section class="panel" aria-labelledby="installation">
            <h2 id="installation">{text::settings::installation()}</h2>
            <Loaded reading=installation let:installation>
                <Facts installation />
            </Loaded>
        </section>
        <div class="panels">
            <section class="panel" aria-labelledby="keyboard">
                <h2 id="keyboard">{text::settings::keyboard()}</h2>
                <dl class="facts keys">
                    {[
                        ("/", text::settings::slash_means()),
                        ("n", text::settings::n_means()),
                        ("Esc", text::settings::esc_means()),
                        ("↑ ↓", text::settings::arrows_mean()),
                    ]
                        .map(|(key, means)| view! { <dt><kbd>{key}</kbd></dt> <dd>{means}</dd> })}
                </dl>
            </section>
            <section class="panel" aria-labelledby="help">
                <h2 id="help">{text::settings::help()}</h2>
                <p class="hint">{text::settings::api_hint()}</p>
                <ul class="links">
                    {[
                        ("/api/docs/", text::api_documentation()),
                        ("/api/openapi.json", text::settings::openapi()),
                        ("/.well-known/jwks.json", text::settings::jwks()),
                        ("/.well-known/oauth-authorization-server", text::settings::metadata()),
                    ]
                        .map(|(address, name)| view! { <li><a href=address rel="external">{name}</a></li> })}
                </ul>
            </section>
        </div>
    }
}

/// The default and the ceiling for the limits of tokens.
#[component]
fn TokenLimits() -> impl IntoView {
    let rules = Reading::new(api::installation::limits);
    let set: SetRules = StoredValue::new(Box::new(api::installation::set_limits));
    let hint = text::limits::rules_of_installation();
    view! { <LimitRulesPanel rules set hint can_change=me().is_system_admin() /> }
}

/// The facts about the installation.
#[component]
fn Facts(installation: Installation) -> impl IntoView {
    let secrets =
        if installation.show_once { text::settings::shown_once() } else { text::settings::shown_any_time() };
    view! {
        <dl class="facts">
            <dt>{text::settings::version()}</dt>
            <dd>{installation.version}</dd>
            <dt>{text::settings::address()}</dt>
            <dd>
                <code>{installation.public_url.clone()}</code>
                " "
                <CopyButton content=Signal::stored(installation.public_url) />
                <span class="sub">{text::settings::address_hint()}</span>
            </dd>
            <dt>{text::settings::secrets()}</dt>
            <dd>{secrets}</dd>
            <dt>{text::settings::jwt_lifetime()}</dt>
            <dd>{text::settings::duration(installation.jwt_lifetime)}</dd>
            <dt>{text::settings::algorithm()}</dt>
            <dd>{installation.signing_algorithm}</dd>
            <dt>{text::settings::cache_size()}</dt>
            <dd>{format!("{} MiB", installation.cache_size)}</dd>
            <dt>{text::settings::search_memory()}</dt>
            <dd>{format!("{} MiB", installation.search_memory)}</dd>
            <dt>{text::settings::usage_days()}</dt>
            <dd>
                {text::settings::days(installation.usage_days)}
                <span class="sub">{text::settings::usage_days_hint()}</span>
            </dd>
            <dt>{text::settings::audit_retention()}</dt>
            <dd>{text::settings::retention(installation.audit_retention)}</dd>
            <dt>{text::settings::cache_differences()}</dt>
            <dd>
                {installation.cache_differences}
                <span class="sub">{text::settings::cache_differences_hint()}</span>
            </dd>
        </dl>
    }
}

/// The numbers of the installation and its usage.
#[component]
fn Overview() -> impl IntoView {
    let stats = Reading::new(api::installation::stats);
    view! {
        <section class="panel" aria-labelledby="overview">
            <h2 id="overview">{text::settings::overview()}</h2>
            <Loaded reading=stats let:stats>
                <Figures stats />
            </Loaded>
        </section>
    }
}

#[component]
fn Figures(stats: Stats) -> impl IntoView {
    let Stats { tokens, systems, projects, users, last_24_hours } = stats;
    let others = |count: StatusCount| text::settings::others(count.suspended, count.disabled, count.expired);
    let figures = [
        (text::settings::rsa_tokens(), tokens.rsa.active, Some("/tokens?kind=rsa"), others(tokens.rsa)),
        (text::settings::jwt_tokens(), tokens.jwt.active, Some("/tokens?kind=jwt"), others(tokens.jwt)),
        (text::settings::systems(), systems, Some("/systems"), String::new()),
        (text::settings::projects(), projects, Some("/projects"), String::new()),
        (text::settings::users(), users, Some("/users"), String::new()),
        (text::settings::calls_allowed(), last_24_hours.allowed, None, String::new()),
        (text::settings::calls_denied(), last_24_hours.denied, None, String::new()),
    ];
    view! {
        <dl class="figures">
            {figures
                .map(|(name, figure, address, more)| {
                    let figure = number(figure);
                    view! {
                        <div>
                            <dt>{name}</dt>
                            <dd>
                                {match address {
                                    Some(address) => view! { <a href=address>{figure}</a> }.into_any(),
                                    None => figure.into_any(),
                                }}
                                {(!more.is_empty()).then(|| view! { <span class="sub">{more}</span> })}
                            </dd>
                        </div>
                    }
                })}
        </dl>
    }
}
