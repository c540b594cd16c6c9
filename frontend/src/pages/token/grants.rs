//! The grants and the targets of a token. There may be thousands of each.

use std::collections::BTreeMap;

use latchkey_shared::projects::ProjectRef;
use latchkey_shared::systems::ApiRef;
use latchkey_shared::tokens::{Kind, Token};
use leptos::prelude::*;

use crate::components::long_list::LongList;
use crate::navigation::system_link;
use crate::text;

/// The list of a system with more APIs than this is closed at first.
const OPEN_UP_TO: usize = 30;

/// The granted APIs, by system.
#[component]
pub(super) fn Grants(token: Token) -> impl IntoView {
    let count = token.apis.len() + token.systems.len();
    let mut by_system: BTreeMap<String, Vec<ApiRef>> = BTreeMap::new();
    for api in token.apis {
        let system = api.key.split_once(':').map_or(api.key.as_str(), |(system, _)| system).to_owned();
        by_system.entry(system).or_default().push(api);
    }
    view! {
        <section class="panel">
            <h2>{text::token::counted(text::token::grants(), count)}</h2>
            {(count == 0).then(|| view! { <p class="notice warn">{text::token::no_grants()}</p> })}
            {token
                .systems
                .into_iter()
                .map(|system| view! {
                    <p class="whole anywhere">
                        <a href=system_link(&system.key, "apis")>{system.name}</a> " "
                        <span class="hint">{text::token::whole_system()}</span>
                    </p>
                })
                .collect_view()}
            {by_system.into_iter().map(|(system, apis)| view! { <OfSystem system apis /> }).collect_view()}
        </section>
    }
}

/// The granted APIs of one system.
#[component]
fn OfSystem(system: String, apis: Vec<ApiRef>) -> impl IntoView {
    let count = apis.len();
    let label = system.clone();
    let apis = StoredValue::new(apis);
    let rows = move || {
        apis.with_value(|apis| {
            apis.iter()
                .map(|api| view! {
                    <li>
                        <span class="method">{api.method.clone()}</span> " " <code>{api.shown_path()}</code>
                        {api
                            .removed
                            .then(|| view! {
                                " "
                                <span class="badge removed" title=text::token::removed_hint()>
                                    {text::token::removed()}
                                </span>
                            })}
                        <span class="sub">{api.name.clone()}</span>
                    </li>
                })
                .collect_view()
        })
    };
    view! {
        <LongList
            summary=view! { <code>{system}</code> " " <span class="hint">{text::token::granted(count)}</span> }
                .into_any()
            label
            class="operations"
            count
            open_up_to=OPEN_UP_TO
        >
            {rows()}
        </LongList>
    }
}

/// The projects or users that the token is for.
#[component]
pub(super) fn Targets(token: Token) -> impl IntoView {
    match token.kind {
        Kind::Rsa if token.all_projects => view! {
            <section class="panel">
                <h2>{text::token::projects()}</h2>
                <p>{text::token::all_projects()}</p>
            </section>
        }
        .into_any(),
        Kind::Rsa => view! {
            <section class="panel">
                <h2>{text::token::counted(text::token::projects(), token.projects.len())}</h2>
                <Projects label=text::token::projects() projects=token.projects />
            </section>
        }
        .into_any(),
        Kind::Jwt => view! {
            <section class="panel">
                <h2>{text::token::counted(text::token::users(), token.users.len())}</h2>
                {token.users.is_empty().then(|| view! { <p class="notice warn">{text::token::no_targets()}</p> })}
                <ul class="chips" tabindex="0" aria-label=text::token::users()>
                    {token
                        .users
                        .into_iter()
                        .map(|user| view! {
                            <li>{user.display_name} " " <span class="hint">{user.username}</span></li>
                        })
                        .collect_view()}
                </ul>
                {token
                    .bound_to
                    .map(|projects| view! {
                        <h3>{text::token::bound_to()}</h3>
                        <p class="hint">{text::token::bound_to_hint()}</p>
                        <Projects label=text::token::bound_to() projects />
                    })}
            </section>
        }
        .into_any(),
    }
}

#[component]
fn Projects(label: &'static str, projects: Vec<ProjectRef>) -> impl IntoView {
    if projects.is_empty() {
        return view! { <p class="notice warn">{text::token::no_targets()}</p> }.into_any();
    }
    view! {
        <ul class="chips" aria-label=label>
            {projects
                .into_iter()
                .map(|project| view! {
                    <li><a href=format!("/projects/{}", project.key)>{project.name}</a></li>
                })
                .collect_view()}
        </ul>
    }
    .into_any()
}
