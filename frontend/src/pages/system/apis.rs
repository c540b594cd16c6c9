//! The APIs of a system: `?q=&tag=&show=`. All of them are loaded, a few hundred per request, so that the
//! filters work without a request. Only the first rows are shown until the user asks for more.

mod add;
mod asking;
mod change;
mod draft;
mod filter;
mod list;

use std::sync::Arc;

use latchkey_shared::systems::{Api, ApiPatch};
use leptos::prelude::*;

use self::add::AddApi;
use self::asking::Asking;
use self::change::ChangeApi;
use self::list::List;
use super::shared::Shared;
use crate::api::{self, Answer};
use crate::components::dialog::{Confirm, Dialog};
use crate::components::reading::{Loaded, Reading};
use crate::components::toast::toasts;
use crate::components::token_links::InUse;
use crate::components::write::Write;
use crate::session::me;
use crate::text;

/// Loads all APIs of the system and sorts them by path and method.
fn load(system: String) -> Answer<Arc<Vec<Api>>> {
    let all = api::all(move |cursor| api::systems::apis(&system, cursor));
    Box::pin(async move {
        let mut all = all.await?;
        all.sort_by(|one, other| (&one.path, &one.method).cmp(&(&other.path, &other.method)));
        Ok(Arc::new(all))
    })
}

/// The list of APIs and its dialogs.
#[component]
pub(super) fn Apis(shared: Shared) -> impl IntoView {
    let key = shared.key();
    let apis = Reading::new(move || load(shared.key()));
    let can_change = me().is_system_admin() && !shared.system.read_untracked().builtin;
    let asking = Asking {
        api: RwSignal::new(None),
        change: RwSignal::new(false),
        confirm: RwSignal::new(false),
        delete: RwSignal::new(false),
    };
    let is_adding = RwSignal::new(false);
    let toasts = toasts();
    let system = StoredValue::new(key);
    let confirm = Write::new(
        move |()| {
            let patch = ApiPatch { removed: Some(false), ..ApiPatch::default() };
            api::systems::change_api(&system.get_value(), &asking.operation_id(), &patch)
        },
        move |_| {
            toasts.good(text::systems::grants_confirmed());
            asking.confirm.set(false);
            apis.again();
        },
    );
    let delete = Write::new(
        move |()| api::systems::remove_api(&system.get_value(), &asking.operation_id()),
        move |()| {
            toasts.good(text::systems::api_deleted());
            asking.delete.set(false);
            apis.again();
        },
    );
    let delete_error = delete.error();
    view! {
        <Loaded
            reading=apis
            children=move |all| view! { <List all system=system.get_value() can_change asking is_adding /> }
        />
        <Dialog open=is_adding title=Signal::derive(|| text::systems::add_api().to_owned())>
            <AddApi
                system=system.get_value()
                close=move |added| {
                    is_adding.set(false);
                    if added {
                        apis.again();
                    }
                }
            />
        </Dialog>
        <Dialog open=asking.change title=Signal::derive(|| text::systems::change_api().to_owned())>
            {move || asking.api.get().map(|api| view! {
                <ChangeApi
                    system=system.get_value()
                    api
                    close=move |changed| {
                        asking.change.set(false);
                        if changed {
                            apis.again();
                        }
                    }
                />
            })}
        </Dialog>
        <Confirm
            open=asking.confirm
            title=Signal::derive(|| text::systems::confirm_grants().to_owned())
            button=(text::systems::confirm_grants(), text::systems::confirming())
            write=confirm
        >
            <p><code>{move || asking.operation()}</code></p>
            <p>{text::systems::confirm_grants_hint()}</p>
        </Confirm>
        <Confirm
            open=asking.delete
            title=Signal::derive(move || text::systems::delete_api(&asking.operation()))
            button=(text::delete(), text::deleting())
            write=delete
            is_dangerous=true
        >
            <p>{text::systems::delete_api_hint()} " " {text::cannot_be_undone()}</p>
            <InUse error=delete_error />
        </Confirm>
    }
}
