//! The form to apply for a token (`/tokens/new?kind=&from=`) and to modify one.

mod draft;
mod fields;

use js_sys::Date;
use latchkey_shared::tokens::{Kind, NewToken, Token, TokenPatch};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};

use self::draft::Draft;
use self::fields::Fields;
use crate::api::{self, Answer};
use crate::components::form::{Form, Submit};
use crate::components::heading::Heading;
use crate::components::listing::Nothing;
use crate::components::reading::{Loaded, Reading};
use crate::components::toast::toasts;
use crate::components::write::Write;
use crate::session::me;
use crate::text;

/// The names of the fields that show their own errors.
const FIELDS: [&str; 17] = [
    "name",
    "apis",
    "systems",
    "projects",
    "all_projects",
    "users",
    "description",
    "expires_at",
    "allowed_ips",
    "rate_limit.requests",
    "rate_limit.seconds",
    "rate_limit.burst",
    "quota.requests",
    "quota.period",
    "quota.time_zone",
    "api_limits",
    "public_key",
];

/// The page to apply for a token. With `?from=`, the form starts with the grants and targets of that token.
#[component]
pub(crate) fn NewTokenPage() -> impl IntoView {
    let query = use_query_map();
    let kind = Memo::new(move |_| match query.read().get_str("kind") {
        Some("jwt") => Kind::Jwt,
        _ => Kind::Rsa,
    });
    let from = Memo::new(move |_| query.read().get("from"));
    let model = Reading::new(move || -> Answer<Option<Token>> {
        let found = from.read().as_ref().map(|id| api::tokens::find(id));
        Box::pin(async move {
            match found {
                Some(found) => found.await.map(|(token, _)| Some(token)),
                None => Ok(None),
            }
        })
    });
    if !me().administers() {
        return view! {
            <Heading title=Signal::derive(|| text::tokens::apply().to_owned()) />
            <section class="list">
                <Nothing title=text::tokens::no_right_to_apply() hint=text::tokens::no_right_to_apply_hint() />
            </section>
        }
        .into_any();
    }
    let list = move || (format!("/tokens?kind={}", kind.get().as_str()), text::tokens().to_owned());
    view! {
        {move || view! {
            <Heading title=Signal::derive(move || text::tokens::apply_for(kind.get())) within=Some(list())>
                <nav class="switch" aria-label=text::tokens::kind_of_token()>
                    {[Kind::Rsa, Kind::Jwt]
                        .map(|choice| view! {
                            <a
                                href=format!("/tokens/new?kind={}", choice.as_str())
                                aria-current=move || (kind.get() == choice).then_some("page")
                            >
                                {text::tokens::kind(choice)}
                            </a>
                        })}
                </nav>
            </Heading>
        }}
        {move || {
            let kind = kind.get();
            view! {
                <Loaded reading=model let:model>
                    <NewTokenForm kind model />
                </Loaded>
            }
        }}
    }
    .into_any()
}

/// The page to modify a token.
#[component]
pub(crate) fn ModifyTokenPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let found = Reading::new(move || api::tokens::find(&id.read()));
    view! {
        <Loaded reading=found let:token>
            <ModifyTokenForm token=token.0 version=token.1 reload=move |()| found.again() />
        </Loaded>
    }
}

#[component]
fn NewTokenForm(kind: Kind, model: Option<Token>) -> impl IntoView {
    let draft = Draft::new(kind, model.as_ref());
    // A copy needs its own name.
    draft.name.set(String::new());
    // A repeated request has the same idempotency key, so a lost response does not lead to a second token. A
    // changed request gets a new key.
    let sent = StoredValue::new((String::new(), String::new()));
    let (navigate, toasts) = (use_navigate(), toasts());
    let write = Write::new(
        move |new: NewToken| {
            let body = serde_json::to_string(&new).unwrap_or_default();
            if sent.with_value(|(before, _)| *before != body) {
                sent.set_value((body, random_key()));
            }
            api::tokens::create(&new, &sent.with_value(|(_, key)| key.clone()))
        },
        move |token: Token| {
            toasts.warn(&token.warnings);
            let replace = NavigateOptions { replace: true, ..NavigateOptions::default() };
            navigate(&format!("/tokens/{}/issued", token.id), replace);
        },
    );
    let submit = move || {
        draft.submitted.set(true);
        if !untrack(|| draft.is_faulty()) {
            write.send(draft.new_token());
        }
    };
    view! {
        <Form submit error=write.error() fields=&FIELDS>
            <Fields draft error=write.error() except="" />
            <Buttons pending=write.pending() cancel=format!("/tokens?kind={}", kind.as_str()) />
        </Form>
    }
}

#[component]
fn ModifyTokenForm(token: Token, version: String, #[prop(into)] reload: Callback<()>) -> impl IntoView {
    let draft = Draft::new(token.kind, Some(&token));
    let (navigate, toasts) = (use_navigate(), toasts());
    let (id, page) = (token.id.to_string(), format!("/tokens/{}", token.id));
    let except = id.clone();
    let write = Write::new(
        move |change: TokenPatch| api::tokens::change(&id, &change, &version),
        move |(token, _): (Token, String)| {
            toasts.warn(&token.warnings);
            navigate(&format!("/tokens/{}/issued?modified", token.id), NavigateOptions::default());
        },
    );
    let error = write.error();
    let was_changed =
        move || error.with(|error| error.as_ref().is_some_and(|error| error.is("precondition-failed")));
    let nothing_changed = RwSignal::new(false);
    let title = token.name.clone();
    let before = token.clone();
    let submit = move || {
        draft.submitted.set(true);
        let change = draft.patch(&before);
        let is_empty = serde_json::to_string(&change).is_ok_and(|body| body == "{}");
        nothing_changed.set(is_empty);
        if !is_empty && !untrack(|| draft.is_faulty()) {
            write.send(change);
        }
    };
    view! {
        <Heading title=Signal::derive(|| text::tokens::modify_token().to_owned()) within=Some((page.clone(), title)) />
        <Form submit error fields=&FIELDS>
            <Fields draft error except is_new=false />
            <Show when=was_changed>
                <div class="notice warn">
                    <p>{text::tokens::changed_meanwhile()}</p>
                    <button type="button" class="quiet small" on:click=move |_| reload.run(())>
                        {text::tokens::load_again()}
                    </button>
                </div>
            </Show>
            <Show when=move || nothing_changed.get()>
                <p class="hint" role="status">{text::tokens::nothing_changed()}</p>
            </Show>
            <Buttons pending=write.pending() cancel=page />
        </Form>
    }
}

#[component]
fn Buttons(pending: Memo<bool>, cancel: String) -> impl IntoView {
    view! {
        <div class="buttons form-foot">
            <Submit says=(text::tokens::submit(), text::tokens::submitting()) pending />
            <a class="button quiet" href=cancel>{text::cancel()}</a>
        </div>
    }
}

/// A random idempotency key.
fn random_key() -> String {
    let mut bytes = [0; 16];
    match window().crypto() {
        Ok(crypto) if crypto.get_random_values_with_u8_array(&mut bytes).is_ok() => {
            bytes.iter().fold(String::new(), |key, byte| format!("{key}{byte:02x}"))
        }
        _ => format!("{}-{}", Date::now(), js_sys::Math::random()),
    }
}
