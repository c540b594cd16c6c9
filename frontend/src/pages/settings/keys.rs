//! The keys that encrypt secrets at rest, and their rotation.

use latchkey_shared::data_keys::{DataKey, DataKeyState, MasterKey};
use leptos::prelude::*;

use crate::api::installation as api;
use crate::components::dialog::Confirm;
use crate::components::reading::{Loaded, Reading};
use crate::components::toast::toasts;
use crate::components::write::Write;
use crate::text;
use crate::time::Moment;

/// The panel with the data keys and the master keys. Only system administrators may see it.
#[component]
pub(super) fn Keys() -> impl IntoView {
    let data_keys = Reading::new(api::data_keys);
    let master_keys = Reading::new(api::master_keys);
    let read_again = move || {
        data_keys.again();
        master_keys.again();
    };
    view! {
        <section class="panel" aria-labelledby="keys">
            <header>
                <div>
                    <h2 id="keys">{text::keys::keys()}</h2>
                    <p class="hint">{text::keys::about()}</p>
                </div>
                <button
                    type="button"
                    class="quiet"
                    aria-disabled=move || (data_keys.is_loading() || master_keys.is_loading()).to_string()
                    on:click=move |_| read_again()
                >
                    {text::nodes::read_again()}
                </button>
            </header>
            <Loaded reading=data_keys failed=text::keys::failed() let:keys>
                <DataKeys keys then=Callback::new(move |()| read_again()) />
            </Loaded>
            <Loaded reading=master_keys failed=text::keys::failed() let:keys>
                <MasterKeys keys then=Callback::new(move |()| read_again()) />
            </Loaded>
        </section>
    }
}

/// A button that asks before it rotates a key.
#[component]
fn Rotate(
    /// The label of the button, at rest and while the request is pending.
    button: (&'static str, &'static str),
    title: &'static str,
    hint: &'static str,
    write: Write<()>,
    open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <div class="buttons">
            <button type="button" class="quiet" on:click=move |_| open.set(true)>{button.0}</button>
        </div>
        <Confirm open title=Signal::derive(move || title.to_owned()) button write>
            <p>{hint}</p>
        </Confirm>
    }
}

#[component]
fn DataKeys(keys: Vec<DataKey>, then: Callback<()>) -> impl IntoView {
    let (open, toasts) = (RwSignal::new(false), toasts());
    let rotate = Write::new(
        |()| api::rotate_data_key(),
        move |_| {
            toasts.good(text::keys::data_key_rotates());
            open.set(false);
            then.run(());
        },
    );
    let is_settled = keys.len() == 1;
    let rows: Vec<AnyView> = keys.into_iter().map(data_key).collect();
    view! {
        <div class="list">
        <table class="nodes stacked">
            <thead>
                <tr>
                    <th scope="col">{text::keys::data_key()}</th>
                    <th scope="col">{text::keys::progress()}</th>
                    <th scope="col">{text::keys::created()}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        </div>
        {is_settled
            .then(|| view! {
                <Rotate
                    button=(text::keys::rotate_data_key(), text::keys::rotating())
                    title=text::keys::rotate_data_key()
                    hint=text::keys::rotate_data_key_hint()
                    write=rotate
                    open
                />
            })}
    }
}

fn data_key(key: DataKey) -> AnyView {
    let (state, class) = match key.state {
        DataKeyState::Coming => (text::keys::coming(), "badge plain"),
        DataKeyState::Current => (text::keys::current(), "badge active"),
        DataKeyState::Retiring => (text::keys::retiring(), "badge disabled"),
    };
    let progress = match key.state {
        DataKeyState::Coming if key.missing_on.is_empty() => String::new(),
        DataKeyState::Coming => text::keys::waits_for(&key.missing_on),
        DataKeyState::Current => text::keys::encrypts().to_owned(),
        DataKeyState::Retiring => match key.progress {
            Some(progress) => text::keys::done(progress.done, progress.all),
            None => text::keys::counting().to_owned(),
        },
    };
    view! {
        <tr>
            <th scope="row">
                <code>{key.id.to_string()}</code>
                " "
                <span class=class>{state}</span>
                <span class="sub">{text::keys::wrapped_by(&key.master_key)}</span>
            </th>
            <td>{progress}</td>
            <td><span class="label">{text::keys::created()}" "</span><Moment at=key.created_at /></td>
        </tr>
    }
    .into_any()
}

#[component]
fn MasterKeys(keys: Vec<MasterKey>, then: Callback<()>) -> impl IntoView {
    let (open, toasts) = (RwSignal::new(false), toasts());
    let rotate = Write::new(
        |()| api::rotate_master_key(),
        move |_| {
            toasts.good(text::keys::master_key_rotated());
            open.set(false);
            then.run(());
        },
    );
    let can_rotate = keys.iter().any(|key| !key.in_use && key.missing_on.is_empty());
    let rows: Vec<AnyView> = keys.into_iter().map(master_key).collect();
    view! {
        <dl class="facts">{rows}</dl>
        {can_rotate
            .then(|| view! {
                <Rotate
                    button=(text::keys::rotate_master_key(), text::keys::rotating())
                    title=text::keys::rotate_master_key()
                    hint=text::keys::rotate_master_key_hint()
                    write=rotate
                    open
                />
            })}
    }
}

fn master_key(key: MasterKey) -> AnyView {
    let name = if key.in_use { text::keys::master_key() } else { text::keys::other_master_key() };
    let waits = !key.in_use && !key.missing_on.is_empty();
    view! {
        <dt>{name}</dt>
        <dd>
            <code>{key.id}</code>
            {waits.then(|| view! { <span class="sub">{text::keys::waits_for(&key.missing_on)}</span> })}
            {(!key.backups.is_empty())
                .then(|| view! { <span class="sub">{text::keys::backups(key.backups.len())}</span> })}
        </dd>
    }
    .into_any()
}
