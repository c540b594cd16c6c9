//! The API picker. APIs are grouped by system and tag, and the search runs while the user types. The user
//! chooses single APIs, all APIs that the search found, or a whole system including its future APIs.

pub(crate) mod grants;
mod group;

use std::collections::HashSet;
use std::sync::Arc;

use latchkey_shared::tokens::Kind;
use leptos::prelude::*;

use self::grants::Grants;
use self::group::{Found, Gone, Group, GroupOfSystem, groups};
use super::reading::Reading;
use crate::api::{self, Answer};
use crate::components::faces::Failure;
use crate::text;

/// The API picker.
#[component]
pub(crate) fn ApiPicker(
    /// The kind of the token. Some APIs cannot be granted to every kind.
    kind: Kind,
    /// The chosen APIs and systems.
    grants: Grants,
    /// The error message for the choice.
    #[prop(into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let groups = Reading::new(move || load(kind));
    view! {
        <fieldset
            class="picker"
            aria-describedby=move || error.read().is_some().then_some("apis-error")
        >
            <legend>{text::tokens::authorised_apis()}</legend>
            {move || match groups.get() {
                None => view! { <p class="hint" role="status">{text::loading()}</p> }.into_any(),
                Some(Ok(groups)) => view! { <Groups groups grants error /> }.into_any(),
                Some(Err(error)) => view! { <Failure error retry=move |()| groups.again() /> }.into_any(),
            }}
            {move || error.get().map(|error| view! { <p class="error" id="apis-error">{error}</p> })}
        </fieldset>
    }
}

/// Loads all systems and APIs that the user can grant to this kind of token.
fn load(kind: Kind) -> Answer<Arc<Vec<Group>>> {
    let systems = api::all(move |cursor| api::systems::grantable(kind, cursor));
    let apis = api::all(move |cursor| api::systems::grantable_apis(kind, cursor));
    Box::pin(async move { Ok(Arc::new(groups(systems.await?, apis.await?))) })
}

#[component]
fn Groups(groups: Arc<Vec<Group>>, grants: Grants, error: Signal<Option<String>>) -> impl IntoView {
    if groups.is_empty() {
        return view! { <p class="hint">{text::tokens::no_apis()}</p> }.into_any();
    }
    let search = RwSignal::new(String::new());
    let searched = Arc::clone(&groups);
    let found: Found = Memo::new(move |_| {
        let search = search.read().trim().to_lowercase();
        let words: Vec<&str> = search.split_whitespace().collect();
        let hits = |group: &Group| {
            let apis = group.apis.iter().enumerate();
            let hits = apis.filter(|(_, api)| words.iter().all(|word| api.haystack.contains(word)));
            hits.map(|(at, _)| at).collect()
        };
        (!words.is_empty()).then(|| searched.iter().map(hits).collect())
    });
    let known: HashSet<String> =
        groups.iter().flat_map(|group| &group.apis).map(|entry| entry.api.key.clone()).collect();
    let gone: Vec<String> =
        grants.apis.read_untracked().iter().filter(|key| !known.contains(*key)).cloned().collect();
    let chosen = move || {
        let (apis, systems) = (grants.apis.read().len(), grants.systems.read().len());
        text::tokens::selected(apis + systems)
    };
    let found_in = Arc::clone(&groups);
    let take_found = move |take: bool| {
        let found = found.get_untracked().unwrap_or_default();
        grants.apis.update(|apis| {
            for (group, hits) in found_in.iter().zip(&found) {
                for &at in hits {
                    let key = &group.apis[at].api.key;
                    if take {
                        apis.insert(key.clone());
                    } else {
                        apis.remove(key);
                    }
                }
            }
        });
    };
    let take_none_found = take_found.clone();
    let count_found = move || found.read().iter().flatten().map(Vec::len).sum();
    view! {
        <div class="picker-head">
            <input
                type="search"
                id="api-search"
                aria-label=text::tokens::search_apis()
                placeholder=text::tokens::search_apis()
                autocomplete="off"
                spellcheck="false"
                aria-invalid=move || error.read().is_some().then_some("true")
                bind:value=search
                // Enter must not submit the surrounding form.
                on:keydown=|event| {
                    if event.key() == "Enter" {
                        event.prevent_default();
                    }
                }
            />
            <p role="status">{chosen}</p>
        </div>
        <div class="picker-head" hidden=move || found.read().is_none()>
            <p role="status">{move || text::tokens::found(count_found())}</p>
            <div class="buttons">
                <button type="button" class="quiet small" on:click=move |_| take_found(true)>
                    {text::tokens::select_found()}
                </button>
                <button type="button" class="quiet small" on:click=move |_| take_none_found(false)>
                    {text::tokens::select_none_found()}
                </button>
            </div>
        </div>
        <div class="picker-body">
            {(0..groups.len())
                .map(|at| view! { <GroupOfSystem groups=Arc::clone(&groups) at grants found is_alone=groups.len() == 1 /> })
                .collect_view()}
            {(!gone.is_empty()).then(|| view! { <Gone keys=gone grants /> })}
        </div>
    }
    .into_any()
}
