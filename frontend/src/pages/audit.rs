//! The page of the audit trail: `/audit?actor=&target=&action=&request=&address=&since=&until=`.

mod filters;
mod proof;
mod table;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use self::filters::{Filters, moments_of};
use self::proof::Proof;
use self::table::Table;
use crate::api::audit::Filter;
use crate::components::heading::Heading;
use crate::components::listing::{Listing, Nothing, Reload};
use crate::components::reading::Reading;
use crate::session::me;
use crate::time::exact;
use crate::{api, text};

/// The audit trail and its filters. Only system administrators see it.
#[component]
pub(crate) fn AuditPage() -> impl IntoView {
    view! {
        <Heading title=Signal::derive(|| text::audit().to_owned()) />
        {if me().is_system_admin() {
            view! { <Trail /> }.into_any()
        } else {
            view! {
                <section class="list" aria-label=text::audit()>
                    <Nothing title=text::audit::only_for_admins() hint=text::audit::only_for_admins_hint() />
                </section>
            }
                .into_any()
        }}
    }
}

#[component]
fn Trail() -> impl IntoView {
    let query = use_query_map();
    // The filter as in the URL: `since` is one of `TIMES`, or a day.
    let asked = Memo::new(move |_| {
        let query = query.read();
        let text = |name: &str| query.get_str(name).unwrap_or_default().trim().to_owned();
        Filter {
            actor: text("actor"),
            target: text("target"),
            action: text("action"),
            request: text("request"),
            address: text("address"),
            since: text("since"),
            until: text("until"),
        }
    });
    let reload = Reload::new();
    let load = move |cursor: Option<&str>| api::audit::list(&moments_of(asked.get()), cursor);
    view! {
        <Filters asked reload />
        <Complete />
        <Listing
            label=text::audit()
            load
            reload
            empty=move || view! { <Empty is_filtered={asked.get_untracked() != Filter::default()} /> }
            table=|rows| view! { <Table rows /> }.into_any()
            count=text::audit::count
        />
        <Proof asked />
    }
}

/// Says from when on the trail is complete, if events were deleted.
#[component]
fn Complete() -> impl IntoView {
    let installation = Reading::new(api::installation::installation);
    move || {
        let since = installation.get()?.ok()?.audit_complete_since?;
        Some(view! { <p class="hint">{text::audit::complete_since(&exact(&since))}</p> })
    }
}

#[component]
fn Empty(is_filtered: bool) -> impl IntoView {
    if !is_filtered {
        return view! { <Nothing title=text::audit::no_events() /> }.into_any();
    }
    view! {
        <Nothing title=text::audit::nothing_found() hint=text::audit::nothing_found_hint()>
            <a class="button" href="/audit">{text::audit::clear()}</a>
        </Nothing>
    }
    .into_any()
}
