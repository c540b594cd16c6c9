//! The page of a token: `/tokens/{id}`.

mod grants;
mod rotate;
mod trial;
mod usage;

use latchkey_shared::tokens::{Kind, Status, Token};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};

use self::grants::{Grants, Targets};
use self::rotate::Rotate;
use self::trial::TryIt;
use self::usage::UsagePanel;
use crate::components::api_limits::OfApi;
use crate::components::clipboard::CopyButton;
use crate::components::heading::Heading;
use crate::components::limits::{quota_in_words, rate_in_words};
use crate::components::menu::Menu;
use crate::components::reading::{Loaded, Reading};
use crate::components::status::StatusBadge;
use crate::components::suspended::Suspended;
use crate::components::token_actions::{DeleteToken, HandOver, TokenName, other_switch, save_file, switch};
use crate::navigation::with_query;
use crate::time::{LastUsed, Moment};
use crate::{api, text};

/// Loads the token by the id in the URL.
#[component]
pub(crate) fn TokenPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get_str("id").unwrap_or_default().to_owned());
    let token = Reading::new(move || api::tokens::find(&id.read()));
    // Both signals survive a reload of the token.
    let was_rotated = RwSignal::new(false);
    let shown = RwSignal::new(None::<Token>);
    let title = Signal::derive(move || {
        shown.with(|token| {
            token.as_ref().map_or_else(|| text::tokens().to_owned(), |token| token.name.clone())
        })
    });
    let kind = Memo::new(move |_| shown.with(|token| token.as_ref().map(|token| token.kind)));
    let reload = Callback::new(move |()| token.again());
    let actions = move || {
        let token = shown.get().filter(|token| token.manageable)?;
        Some(view! { <Actions token was_rotated reload /> })
    };
    view! {
        {move || {
            let within = Some((list_link(kind.get()), text::tokens().to_owned()));
            view! { <Heading title within>{actions}</Heading> }
        }}
        <Loaded
            reading=token
            children=move |(token, _)| {
                shown.set(Some(token.clone()));
                view! { <Detail token was_rotated reload /> }
            }
        />
    }
}

/// The address of the list with tokens of this kind.
fn list_link(kind: Option<Kind>) -> String {
    with_query("/tokens", &[("kind", kind.map_or("", Kind::as_str))])
}

/// The actions for the token.
#[component]
fn Actions(token: Token, was_rotated: RwSignal<bool>, reload: Callback<()>) -> impl IntoView {
    let (kind, id) = (token.kind, token.id.to_string());
    let has_client_key = token.client_key.is_some();
    let is_rotating = RwSignal::new(false);
    let navigate = use_navigate();
    let duplicate = with_query("/tokens/new", &[("kind", kind.as_str()), ("from", &id)]);
    let modify = format!("/tokens/{id}/modify");
    let deleting = RwSignal::new(None::<TokenName>);
    let switch = switch(move || reload.run(()));
    let save_file = save_file();
    let other = other_switch(token.status);
    let [handed, filed, switched, deleted] = [(); 4].map(|()| TokenName::from(&token));
    view! {
        <HandOver token=handed />
        <a class="button quiet" href=modify>{text::modify()}</a>
        <Menu id="more" label=text::token::more()>
            {filed
                .has_secret_id
                .then(|| view! {
                    <button type="button" on:click=move |_| save_file.send(filed.clone())>
                        {text::token::download_file()}
                    </button>
                })}
            <a href=duplicate>{text::tokens::duplicate()}</a>
            <button type="button" on:click=move |_| is_rotating.set(true)>{text::token::rotate()}</button>
            <button type="button" on:click=move |_| switch.send((switched.clone(), other))>
                {text::tokens::switch_to(other)}
            </button>
            <button type="button" class="danger" on:click=move |_| deleting.set(Some(deleted.clone()))>
                {text::delete()}
            </button>
        </Menu>
        <DeleteToken
            token=deleting
            then=move |()| {
                let replace = NavigateOptions { replace: true, ..NavigateOptions::default() };
                navigate(&list_link(Some(kind)), replace);
            }
        />
        <Rotate
            open=is_rotating
            id
            kind
            has_client_key
            then=move |()| {
                was_rotated.set(true);
                reload.run(());
            }
        />
    }
}

/// The details of the token.
#[component]
fn Detail(token: Token, was_rotated: RwSignal<bool>, reload: Callback<()>) -> impl IntoView {
    let (kind, has_client_key) = (token.kind, token.client_key.is_some());
    let status = match token.status {
        Status::Active | Status::Suspended => None,
        Status::Disabled => Some(text::token::is_disabled()),
        Status::Expired => Some(text::token::is_expired()),
    };
    view! {
        <p class="under-heading badges">
            <span class="badge">{text::tokens::kind(kind)}</span>
            <StatusBadge status=token.status />
        </p>
        {(!token.description.is_empty()).then(|| view! { <p class="prose anywhere lines">{token.description.clone()}</p> })}
        {token
            .suspended
            .clone()
            .map(|suspension| view! { <Suspended token=token.clone() suspension then=reload /> })}
        {status.map(|sentence| view! { <p class="notice warn">{sentence}</p> })}
        {token
            .warnings
            .iter()
            .map(|warning| view! {
                <p class="notice warn">
                    {text::problems::warning(warning)} " "
                    <a href=with_query("/tokens", &[("kind", kind.as_str()), ("name_taken", "true")])>
                        {text::tokens::all_with_a_taken_name()}
                    </a>
                </p>
            })
            .collect::<Vec<_>>()}
        <Show when=move || was_rotated.get()>
            <p class="notice warn" role="status">{text::token::rotated_hint(kind, has_client_key)}</p>
        </Show>
        <Facts token=token.clone() />
        <Grants token=token.clone() />
        <Targets token=token.clone() />
        <UsagePanel id=token.id.clone() />
        <TryIt token />
    }
}

/// The properties of the token.
#[component]
fn Facts(token: Token) -> impl IntoView {
    let addresses = if token.allowed_ips.is_empty() {
        text::token::any_address().to_owned()
    } else {
        token.allowed_ips.join(text::list_separator())
    };
    let (rate, quota) = (rate_in_words(token.rate_limit), quota_in_words(token.quota.as_ref()));
    let of_apis = (!token.api_limits.is_empty()).then(|| {
        view! {
            <dt>{text::limits::of_apis()}</dt>
            {token.api_limits.into_iter().map(|one| view! { <dd><OfApi one /></dd> }).collect_view()}
        }
    });
    let rsa = (token.kind == Kind::Rsa).then(|| {
        let accepts = text::token::accepts(token.one_time_only, token.client_key.is_some());
        view! {
            {token
                .key_size
                .map(|size| view! {
                    <dt>{text::token::key_size()}</dt>
                    <dd>{text::token::bits(size)}</dd>
                })}
            <dt>{text::token::one_time_only()}</dt>
            <dd>{accepts}</dd>
        }
    });
    let client_key = token.client_key.map(|key| {
        view! {
            <dt>{text::token::client_key()}</dt>
            <dd>
                {key.kty} {key.crv.map(|curve| format!(" {curve}"))} " · " <code>{key.kid.to_string()}</code>
            </dd>
        }
    });
    let parent = token.parent_token.map(|parent| {
        view! {
            <dt>{text::token::parent()}</dt>
            <dd><a class="code" href=format!("/tokens/{parent}")>{parent.to_string()}</a></dd>
        }
    });
    let id = token.id.to_string();
    view! {
        <section class="panel">
            <h2>{text::token::facts()}</h2>
            <dl class="facts">
                <dt>{text::token::id()}</dt>
                <dd><code>{id.clone()}</code> " " <CopyButton content=Signal::stored(id) /></dd>
                <dt>{text::tokens::expires()}</dt>
                <dd>
                    {match token.expires_at {
                        Some(at) => view! { <Moment at /> }.into_any(),
                        None => text::token::no_end().into_any(),
                    }}
                </dd>
                <dt>{text::tokens::last_used()}</dt>
                <dd><LastUsed at=token.last_used_at /></dd>
                <dt>{text::token::allowed_addresses()}</dt>
                <dd>{addresses}</dd>
                <dt>{text::limits::rate_limit()}</dt>
                <dd>{rate}</dd>
                <dt>{text::limits::quota()}</dt>
                <dd>{quota}</dd>
                {of_apis}
                {rsa}
                {client_key}
                <dt>{text::token::generation()}</dt>
                <dd>{text::token::generation_number(token.generation)}</dd>
                {parent}
                <dt>{text::created()}</dt>
                <dd><Moment at=token.created_at /> " · " {text::token::by()} " " {token.created_by}</dd>
                <dt>{text::token::updated()}</dt>
                <dd><Moment at=token.updated_at /> " · " {text::token::by()} " " {token.updated_by}</dd>
            </dl>
        </section>
    }
}
