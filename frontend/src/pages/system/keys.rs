//! The verifier keys of a system.

use latchkey_shared::fields;
use latchkey_shared::systems::{Gateway, IssuedVerifierKey, NewVerifierKey, VerifierKey};
use leptos::prelude::*;

use super::shared::Shared;
use crate::components::clipboard::Snippet;
use crate::components::dialog::{Confirm, Dialog};
use crate::components::each::Each;
use crate::components::field::{Field, Select};
use crate::components::form::{Checked, Foot, Form};
use crate::components::listing::{Listing, Nothing, Reload};
use crate::components::toast::toasts;
use crate::components::write::Write;
use crate::navigation::{system_link, with_query};
use crate::time::Moment;
use crate::{api, text};

/// The list of keys, with the dialogs to create and delete a key.
#[component]
pub(super) fn Keys(shared: Shared) -> impl IntoView {
    let reload = Reload::new();
    let is_adding = RwSignal::new(false);
    let is_shown = RwSignal::new(false);
    let is_deleting = RwSignal::new(false);
    let chosen = RwSignal::new(None::<VerifierKey>);
    let toasts = toasts();
    let system = StoredValue::new(shared.key());
    let load = move |_: Option<&str>| api::systems::verifier_keys(&system.get_value());
    let delete = Write::new(
        move |()| {
            let key = chosen.with_untracked(|key| key.as_ref().map(|key| key.id.to_string()));
            api::systems::remove_verifier_key(&system.get_value(), &key.unwrap_or_default())
        },
        move |()| {
            let gone = chosen.get_untracked().map(|key| key.id);
            if shared.fresh_key.with_untracked(|fresh| fresh.as_ref().map(|fresh| fresh.id.clone()) == gone) {
                shared.fresh_key.set(None);
            }
            toasts.good(text::systems::key_deleted());
            is_deleting.set(false);
            reload.now();
        },
    );
    let ask = Callback::new(move |key: VerifierKey| {
        chosen.set(Some(key));
        is_deleting.set(true);
    });
    let created = Callback::new(move |key: IssuedVerifierKey| {
        is_adding.set(false);
        // A certificate takes the place of a key, so there is none to show.
        if key.key.is_some() {
            shared.fresh_key.set(Some(key));
            is_shown.set(true);
        } else {
            toasts.good(text::systems::verifier_added());
        }
        reload.now();
    });
    view! {
        <div class="toolbar">
            <p class="hint prose">{text::systems::keys_hint()}</p>
            <button type="button" aria-keyshortcuts="n" on:click=move |_| is_adding.set(true)>
                <span aria-hidden="true">"+"</span>
                {text::systems::add_key()}
            </button>
        </div>
        <Listing
            label=text::systems::tab_keys()
            load
            reload
            empty=|| view! { <Nothing title=text::systems::no_keys() hint=text::systems::no_keys_hint() /> }
            table=move |rows| view! { <Table rows ask /> }.into_any()
            count=text::systems::key_count
        />
        <Dialog open=is_adding title=Signal::derive(|| text::systems::add_key().to_owned())>
            <NewKey system=system.get_value() created cancel=move |()| is_adding.set(false) />
        </Dialog>
        <Dialog open=is_shown title=Signal::derive(|| text::systems::key_created().to_owned())>
            <p class="notice warn">{text::systems::key_created_hint()}</p>
            {move || shared.fresh_key.get().map(|key| {
                let gateway = key.gateway.map_or(super::gateway::BY_HAND, Gateway::as_str);
                let address = with_query(&system_link(&system.get_value(), "gateway"), &[("gateway", gateway)]);
                view! {
                    <Snippet
                        label=format!("{}: {}", text::systems::verifier_key(), key.name)
                        content=Signal::stored(key.key.unwrap_or_default())
                    />
                    <div class="buttons">
                        <a class="button quiet" href=address on:click=move |_| is_shown.set(false)>
                            {text::systems::to_gateway()}
                        </a>
                        <button type="button" on:click=move |_| is_shown.set(false)>{text::close()}</button>
                    </div>
                }
            })}
        </Dialog>
        <Confirm
            open=is_deleting
            title=Signal::derive(move || {
                chosen.with(|key| key.as_ref().map(|key| text::systems::delete_key(&key.name))).unwrap_or_default()
            })
            button=(text::delete(), text::deleting())
            write=delete
            is_dangerous=true
        >
            <p>{text::systems::delete_key_hint()}</p>
            <p>{text::cannot_be_undone()}</p>
        </Confirm>
    }
}

#[component]
fn Table(rows: RwSignal<Vec<VerifierKey>>, ask: Callback<VerifierKey>) -> impl IntoView {
    view! {
        <table>
            <thead>
                <tr>
                    <th scope="col">{text::name()}</th>
                    <th scope="col">{text::systems::gateway()}</th>
                    <th scope="col" class="minor">{text::systems::key_or_certificate()}</th>
                    <th scope="col" class="minor">{text::created()}</th>
                    <th scope="col" class="row-actions">{text::actions()}</th>
                </tr>
            </thead>
            <tbody>
                <Each of=rows key=|key| key.id.to_string() let:key>
                    <tr>
                        <th scope="row">{key.name.clone()}</th>
                        <td>{key.gateway.map_or("–", text::systems::gateway_name)}</td>
                        <td class="minor code">
                            {key.certificate.clone().unwrap_or_else(|| format!("{}…", key.hint))}
                        </td>
                        <td class="minor"><Moment at=key.created_at.clone() /></td>
                        <td class="row-actions">
                            <div>
                                <button
                                    type="button"
                                    class="quiet small danger"
                                    aria-label=text::systems::delete_named(&key.name)
                                    on:click=move |_| ask.run(key.clone())
                                >
                                    {text::delete()}
                                </button>
                            </div>
                        </td>
                    </tr>
                </Each>
            </tbody>
        </table>
    }
}

/// The form to create a key. It asks for the name and the gateway.
#[component]
fn NewKey(
    system: String,
    created: Callback<IssuedVerifierKey>,
    #[prop(into)] cancel: Callback<()>,
) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let certificate = RwSignal::new(String::new());
    let gateway = RwSignal::new(Gateway::Nginx.as_str().to_owned());
    let create = Write::new(
        move |new: NewVerifierKey| api::systems::create_verifier_key(&system, &new),
        move |key| created.run(key),
    );
    let error = create.error();
    let rule = Checked::new(name, fields::name, error, "name");
    let is_certificate =
        |raw: &str| if raw.is_empty() { Ok(String::new()) } else { fields::certificate_name(raw) };
    let certificate_rule = Checked::new(certificate, is_certificate, error, "certificate");
    let submit = move || {
        if rule.holds() & certificate_rule.holds() {
            create.send(NewVerifierKey {
                name: name.get_untracked(),
                gateway: Gateway::named(&gateway.read_untracked()),
                certificate: Some(certificate.get_untracked()).filter(|name| !name.is_empty()),
            });
        }
    };
    let families = Gateway::ALL
        .map(|gateway| (gateway.as_str().to_owned(), text::systems::gateway_name(gateway).to_owned()));
    let none = (String::new(), text::systems::no_gateway().to_owned());
    view! {
        <Form submit error fields=&["name", "gateway", "certificate"]>
            <Field
                name="name"
                label=text::name()
                value=name
                hint=text::systems::key_name_hint()
                error=rule.error()
                left=rule.leave()
                focused=true
            />
            <Select
                name="gateway"
                label=text::systems::gateway()
                value=gateway
                options=families.into_iter().chain([none]).collect()
                hint=text::systems::gateway_hint()
            />
            <Field
                name="certificate"
                label=text::systems::certificate()
                value=certificate
                hint=text::systems::certificate_hint()
                error=certificate_rule.error()
                left=certificate_rule.leave()
            />
            <Foot cancel=move |()| cancel.run(()) says=(text::systems::add_key(), text::systems::creating()) pending=create.pending() />
        </Form>
    }
}
