//! The success page: *Return List*, *Download token test* / *Copy secret id*.

use latchkey_shared::tokens::{Kind, Token};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::components::clipboard::Snippet;
use crate::components::heading::Heading;
use crate::components::reading::{Loaded, Reading};
use crate::components::status::StatusBadge;
use crate::components::token_actions::{HandOver, TokenName};
use crate::time::Expiry;
use crate::{api, text};

/// The page after a token was issued or modified.
#[component]
pub(crate) fn IssuedPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let was_modified = Memo::new(move |_| query.read().get("modified").is_some());
    let title = move || if was_modified.get() { text::tokens::modified() } else { text::tokens::issued() };
    let token = Reading::new(move || api::tokens::find(&id.read()));
    view! {
        <Heading title=Signal::derive(move || title().to_owned()) />
        <section class="panel success">
            <Loaded reading=token let:found>
                <Issued token=found.0 />
            </Loaded>
        </section>
    }
}

#[component]
fn Issued(token: Token) -> impl IntoView {
    let targets = if token.all_projects {
        text::tokens::all_projects().to_owned()
    } else {
        let projects = token.projects.iter().map(|project| project.name.as_str());
        let users = token.users.iter().map(|user| user.display_name.as_str());
        short_list(projects.chain(users))
    };
    let grants = {
        let systems = token.systems.iter().map(|system| system.name.as_str());
        let apis = token.apis.iter().map(|api| api.name.as_str());
        short_list(systems.chain(apis))
    };
    let installation = Reading::new(api::installation::installation);
    let has_client_key = token.client_key.is_some();
    let is_shown_once = move || {
        !has_client_key && matches!(installation.get(), Some(Ok(installation)) if installation.show_once)
    };
    let targets_label = match token.kind {
        Kind::Rsa => text::tokens::authorised_projects(),
        Kind::Jwt => text::tokens::authorised_users(),
    };
    let hint = text::tokens::issued_hint(token.kind, has_client_key, token.one_time_only);
    let endpoint = move || match installation.get() {
        Some(Ok(installation)) => format!("{}/oauth2/token", installation.public_url),
        _ => String::new(),
    };
    view! {
        <dl class="facts">
            <dt>{text::name()}</dt>
            <dd><a href=format!("/tokens/{}", token.id)>{token.name.clone()}</a></dd>
            <dt>{text::tokens::kind_of_token()}</dt>
            <dd>{text::tokens::kind(token.kind)}</dd>
            <dt>{text::status()}</dt>
            <dd><StatusBadge status=token.status /></dd>
            <dt>{text::tokens::authorised_apis()}</dt>
            <dd>{grants}</dd>
            <dt>{targets_label}</dt>
            <dd>{targets}</dd>
            <dt>{text::tokens::expires()}</dt>
            <dd><Expiry at=token.expires_at.clone() /></dd>
        </dl>
        <p class="hint">{hint} {move || is_shown_once().then(|| format!(" {}", text::tokens::show_once_hint()))}</p>
        {(token.kind == Kind::Jwt)
            .then(|| {
                let id = token.id.to_string();
                view! {
                    <Snippet label=text::tokens::client_id() content=Signal::stored(id) />
                    <Snippet label=text::tokens::token_endpoint() content=Signal::derive(endpoint) />
                }
            })}
        <div class="buttons">
            <HandOver token=TokenName::from(&token) />
            <a class="button quiet" href=format!("/tokens?kind={}", token.kind.as_str())>
                {text::tokens::return_list()}
            </a>
        </div>
    }
}

/// The first names, and the number of the others.
fn short_list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 8;
    let names: Vec<&str> = names.collect();
    let listed = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(text::list_separator());
    if names.len() > SHOWN { format!("{listed} … +{}", names.len() - SHOWN) } else { listed }
}
