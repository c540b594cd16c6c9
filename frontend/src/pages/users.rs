//! The page with the list of users, `/users?q=`, and the actions for them.

mod add;
mod asked;
mod email;
mod modify;
mod password;
mod role;
mod table;

use latchkey_shared::users::{User, UserPatch};
use leptos::prelude::*;

use self::add::AddUser;
use self::asked::Asked;
use self::modify::ModifyUser;
use self::password::SetPassword;
use self::table::Table;
use crate::components::dialog::{Confirm, Dialog, dialog_for};
use crate::components::heading::Heading;
use crate::components::listing::{Listing, Nothing, Reload};
use crate::components::search::{SearchBox, use_search};
use crate::components::toast::toasts;
use crate::components::write::Write;
use crate::session::me;
use crate::{api, text};

/// The list with its search box, and its dialogs.
#[component]
pub(crate) fn UsersPage() -> impl IntoView {
    let reload = Reload::new();
    let (search, submit) = use_search("/users", reload);
    let adding = RwSignal::new(false);
    let can_change = me().is_system_admin();
    let asked = Asked {
        modify: RwSignal::new(None),
        password: RwSignal::new(None),
        disable: RwSignal::new(None),
        enable: RwSignal::new(None),
    };
    let load = move |cursor: Option<&str>| api::users::list(&search.read(), cursor);
    view! {
        <Heading title=Signal::derive(|| text::users().to_owned())>
            {can_change
                .then(|| view! {
                    <button type="button" aria-keyshortcuts="n" on:click=move |_| adding.set(true)>
                        <span aria-hidden="true">"+"</span>
                        {text::users::add_user()}
                    </button>
                })}
        </Heading>
        <div class="toolbar">
            <SearchBox label=text::users::search_by_name() search submit />
        </div>
        <Listing
            label=text::users()
            load
            reload
            empty=move || view! { <Empty search=search.get_untracked() /> }
            table=move |rows| view! { <Table rows asked can_change /> }.into_any()
            count=text::users::count
        />
        {can_change.then(|| view! { <Dialogs adding asked reload /> })}
    }
}

#[component]
fn Empty(search: String) -> impl IntoView {
    if search.is_empty() {
        return view! { <Nothing title=text::users::no_users() /> }.into_any();
    }
    view! {
        <Nothing title=text::nothing_like(&search)>
            <a class="button" href="/users">{text::clear_search()}</a>
        </Nothing>
    }
    .into_any()
}

#[component]
fn Dialogs(adding: RwSignal<bool>, asked: Asked, reload: Reload) -> impl IntoView {
    let modifying = dialog_for(asked.modify);
    let setting = dialog_for(asked.password);
    let disabling = dialog_for(asked.disable);
    let enabling = dialog_for(asked.enable);
    let toasts = toasts();
    let switch = move |disabled: bool, open: RwSignal<bool>, about: RwSignal<Option<User>>| {
        Write::new(
            move |()| {
                let user = about.get_untracked();
                async move {
                    let Some(user) = user else { return Ok(String::new()) };
                    let change = UserPatch { disabled: Some(disabled), ..UserPatch::default() };
                    api::users::change(user.id.as_str(), &change).await.map(|user| user.display_name)
                }
            },
            move |name: String| {
                open.set(false);
                reload.now();
                toasts.good(if disabled {
                    text::users::user_disabled(&name)
                } else {
                    text::users::user_enabled(&name)
                });
            },
        )
    };
    let about = |what: RwSignal<Option<User>>, says: fn(&str) -> String| {
        Signal::derive(move || {
            what.with(|user| user.as_ref().map(|user| says(&user.display_name))).unwrap_or_default()
        })
    };
    let adding_title = RwSignal::new(String::new());
    let setting_title = RwSignal::new(String::new());
    view! {
        <Dialog open=adding title=adding_title>
            <AddUser open=adding title=adding_title reload />
        </Dialog>
        <Dialog open=modifying title=Signal::derive(|| text::users::modify_user().to_owned())>
            <ModifyUser user=asked.modify open=modifying reload />
        </Dialog>
        <Dialog open=setting title=setting_title>
            <SetPassword user=asked.password open=setting title=setting_title reload />
        </Dialog>
        <Confirm
            open=disabling
            title=about(asked.disable, text::users::disable_user)
            button=(text::disable(), text::users::disabling())
            write=switch(true, disabling, asked.disable)
            is_dangerous=true
        >
            <p>{about(asked.disable, text::users::disable_means)}</p>
        </Confirm>
        <Confirm
            open=enabling
            title=about(asked.enable, text::users::enable_user)
            button=(text::enable(), text::users::enabling())
            write=switch(false, enabling, asked.enable)
        >
            <p>{about(asked.enable, text::users::enable_means)}</p>
        </Confirm>
    }
}
