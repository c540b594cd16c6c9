//! The actions for a token on its row, its page and its success page: download, copy, enable, disable,
//! delete.

use js_sys::Array;
use latchkey_shared::tokens::{Kind, Status, Suspension, Switch, Token, TokenPatch, TokenSummary, Usage};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::{Blob, BlobPropertyBag, HtmlElement, Url};
use wasm_bindgen::JsCast as _;

use super::dialog::Confirm;
use super::field::Field;
use super::toast::{Toasts, toasts};
use super::write::Write;
use crate::components::clipboard::clipboard;
use crate::time::{exact, relative, seconds_from_now};
use crate::{api, text};

/// In seconds. A token that was used within this time is deleted only after its name was typed.
const RECENT: f64 = 24.0 * 60.0 * 60.0;

/// The fields of a token that these actions need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TokenName {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// Whether the token has a secret id to copy. Otherwise it has a file to download.
    pub(crate) has_secret_id: bool,
    /// Why it is suspended, if it is.
    pub(crate) suspended: Option<Suspension>,
}

impl From<&TokenSummary> for TokenName {
    fn from(token: &TokenSummary) -> Self {
        Self {
            id: token.id.to_string(),
            kind: token.kind,
            name: token.name.clone(),
            has_secret_id: token.kind == Kind::Jwt && !token.has_client_key,
            suspended: token.suspended.clone(),
        }
    }
}

impl From<&Token> for TokenName {
    fn from(token: &Token) -> Self {
        Self {
            id: token.id.to_string(),
            kind: token.kind,
            name: token.name.clone(),
            has_secret_id: token.kind == Kind::Jwt && token.client_key.is_none(),
            suspended: token.suspended.clone(),
        }
    }
}

/// Copies the secret id, or downloads the token file if the token has no secret id. Confirms it with a toast.
pub(crate) fn hand_over() -> Write<TokenName> {
    let (toasts, clipboard) = (toasts(), clipboard());
    let write = Write::new(
        move |token: TokenName| async move {
            if token.has_secret_id {
                clipboard.copy(api::tokens::secret(&token.id).await?.secret_id).await;
            } else {
                download(&token, toasts).await?;
            }
            Ok(())
        },
        |()| {},
    );
    write.say_failures();
    write
}

/// Downloads the file of a token of either kind and confirms it with a toast.
pub(crate) fn save_file() -> Write<TokenName> {
    let toasts = toasts();
    let write = Write::new(move |token: TokenName| async move { download(&token, toasts).await }, drop);
    write.say_failures();
    write
}

async fn download(token: &TokenName, toasts: Toasts) -> Result<(), api::Error> {
    save(&format!("{}.token.json", token.name), &api::tokens::file(&token.id).await?);
    toasts.good(text::tokens::downloaded(&token.name));
    Ok(())
}

/// Enables or disables a token, confirms it with a toast and calls `then`.
pub(crate) fn switch(then: impl Fn() + 'static) -> Write<(TokenName, Switch)> {
    let toasts = toasts();
    let write = Write::new(
        move |(token, switch): (TokenName, Switch)| async move {
            let change = TokenPatch { status: Some(switch), ..TokenPatch::default() };
            api::tokens::change(&token.id, &change, "*").await?;
            toasts.good(match switch {
                Switch::Active => text::tokens::enabled(&token.name),
                Switch::Disabled => text::tokens::switched_off(&token.name),
            });
            Ok(())
        },
        move |()| then(),
    );
    write.say_failures();
    write
}

/// The switch to offer for a token with this status.
pub(crate) fn other_switch(status: Status) -> Switch {
    if status == Status::Disabled { Switch::Active } else { Switch::Disabled }
}

/// Downloads a text as a JSON file.
fn save(name: &str, content: &str) {
    let options = BlobPropertyBag::new();
    options.set_type("application/json");
    let Ok(blob) = Blob::new_with_str_sequence_and_options(&Array::of1(&content.into()), &options) else {
        return;
    };
    let Ok(url) = Url::create_object_url_with_blob(&blob) else { return };
    let Ok(link) = document().create_element("a") else { return };
    // Setting the attributes of a new link cannot fail.
    let _ = link.set_attribute("href", &url);
    let _ = link.set_attribute("download", name);
    link.unchecked_into::<HtmlElement>().click();
    // The download has started and keeps its own reference to the content.
    let _ = Url::revoke_object_url(&url);
}

/// The button that downloads the token file or copies the secret id.
#[component]
pub(crate) fn HandOver(
    token: TokenName,
    /// Whether the button is small and has a short label, as in a table row.
    #[prop(optional)]
    is_small: bool,
) -> impl IntoView {
    let write = hand_over();
    let says = match (token.has_secret_id, is_small) {
        (false, true) => text::tokens::download(),
        (false, false) => text::tokens::download_token_test(),
        (true, true) => text::copy(),
        (true, false) => text::tokens::copy_secret_id(),
    };
    view! {
        <button
            type="button"
            class=if is_small { "quiet small" } else { "" }
            aria-label=is_small.then(|| format!("{says} {}", token.name))
            disabled=write.pending()
            on:click=move |_| write.send(token.clone())
        >
            {says}
        </button>
    }
}

/// Asks for confirmation and deletes a token.
#[component]
pub(crate) fn DeleteToken(
    /// The token to delete. The dialog is closed while it is `None`.
    token: RwSignal<Option<TokenName>>,
    /// Called after the deletion.
    #[prop(into)]
    then: Callback<()>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let typed = RwSignal::new(String::new());
    // Loaded when the dialog opens. The outer `None` means "loading", the inner `None` "could not be loaded".
    let usage = RwSignal::new(None::<Option<Usage>>);
    let is_about = move |id: &str| token.try_with(|token| token.as_ref().is_some_and(|one| one.id == id));
    let load = move |id: String| {
        usage.set(None);
        spawn_local(async move {
            let found = api::tokens::usage(&id).await.ok();
            if untrack(|| is_about(&id)) == Some(true) {
                usage.set(Some(found));
            }
        });
    };
    Effect::new(move || {
        typed.set(String::new());
        if let Some(token) = &*token.read() {
            load(token.id.clone());
        }
        open.set(token.read().is_some());
    });
    // Only set it if it is not `None` yet. Otherwise this would trigger the effect above in an endless loop.
    Effect::new(move || {
        if !open.get() && token.with_untracked(Option::is_some) {
            token.set(None);
        }
    });
    let name = move || token.with(|token| token.as_ref().map(|token| token.name.clone())).unwrap_or_default();
    // `None` while the usage is loading. If the usage is unknown, assume that the token was used recently.
    let wants_name = Memo::new(move |_| {
        usage.get().map(|usage| {
            usage.is_none_or(|usage| usage.last_used_at.is_some_and(|at| -seconds_from_now(&at) < RECENT))
        })
    });
    let is_ready = Signal::derive(move || match wants_name.get() {
        None => false,
        Some(false) => true,
        Some(true) => typed.read().trim() == name(),
    });
    let toasts = toasts();
    let delete = Write::new(
        move |()| {
            let token = token.get_untracked();
            async move {
                let Some(token) = token else { return Ok(()) };
                api::tokens::remove(&token.id).await?;
                toasts.good(text::tokens::deleted(&token.name));
                Ok(())
            }
        },
        move |()| {
            open.set(false);
            then.run(());
        },
    );
    view! {
        <Confirm
            open
            title=Signal::derive(move || text::delete_question(&name()))
            button=(text::delete(), text::deleting())
            write=delete
            is_ready
            is_dangerous=true
        >
            <p><strong>{text::cannot_be_undone()}</strong> " " {text::tokens::delete_means()}</p>
            {move || match usage.get() {
                None => view! { <p class="hint" role="status">{text::loading()}</p> }.into_any(),
                Some(usage) => usage.map(|usage| view! { <RecentUse usage /> }).into_any(),
            }}
            <Show when=move || wants_name.get() == Some(true)>
                <Field
                    name="typed_name"
                    label=text::tokens::type_name()
                    value=typed
                    hint=text::tokens::type_name_hint(&name())
                />
            </Show>
        </Confirm>
    }
}

/// The last use and the recent number of calls, to show what would stop working.
#[component]
fn RecentUse(usage: Usage) -> impl IntoView {
    let last = match &usage.last_used_at {
        Some(at) => format!("{} ({})", relative(seconds_from_now(at)), exact(at)),
        None => text::never_used().to_owned(),
    };
    let calls = usage.last_24_hours.allowed + usage.last_24_hours.denied;
    view! {
        <dl class="facts">
            <dt>{text::tokens::last_used()}</dt>
            <dd>{last}</dd>
            <dt>{text::tokens::calls_in_24_hours()}</dt>
            <dd>{text::tokens::calls(calls, usage.last_24_hours.denied)}</dd>
        </dl>
    }
}
