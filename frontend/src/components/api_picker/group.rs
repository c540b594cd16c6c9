//! The APIs of one system in the picker.

use std::collections::BTreeMap;
use std::sync::Arc;

use latchkey_shared::systems::{Api, ApiScope, System};
use leptos::prelude::*;

use super::grants::Grants;
use crate::components::each::Each;
use crate::session::me;
use crate::text;

/// A system and its APIs, sorted by tag.
pub(crate) struct Group {
    pub(crate) system: System,
    pub(crate) apis: Vec<Entry>,
}

/// An API, prepared for the search.
pub(crate) struct Entry {
    pub(super) api: Api,
    pub(super) tag: String,
    /// All searchable text, in lower case.
    pub(super) haystack: String,
}

/// How many rows a system shows before the user asks for more. A search also stops opening systems after this
/// many hits. A browser can draw that many rows between two keystrokes.
const SHOWN: usize = 100;

/// The search result: for each system, the positions of the matching APIs. `None` without a search.
pub(crate) type Found = Memo<Option<Vec<Vec<usize>>>>;

/// An item in the list of a system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    Tag(String),
    Api(usize),
}

pub(crate) fn groups(systems: Vec<System>, apis: Vec<Api>) -> Vec<Group> {
    let mut by_system: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for api in apis {
        by_system.entry(api.system.clone()).or_default().push(Entry::of(api));
    }
    let groups = systems.into_iter().filter_map(|system| {
        let mut apis = by_system.remove(&system.key)?;
        apis.sort_by(|one, other| (&one.tag, &one.api.name).cmp(&(&other.tag, &other.api.name)));
        Some(Group { system, apis })
    });
    let mut groups: Vec<Group> = groups.collect();
    // Latchkey itself comes last, because its APIs are granted least often.
    groups.sort_by_key(|group| group.system.builtin);
    groups
}

impl Entry {
    pub(super) fn of(api: Api) -> Self {
        let haystack = [&api.name, &api.key, &api.method, &api.path].map(String::as_str).join("\n");
        let haystack = format!("{haystack}\n{}", api.tags.join("\n")).to_lowercase();
        Self { tag: api.tags.first().cloned().unwrap_or_default(), haystack, api }
    }
}

/// A system with buttons for the whole system, all APIs and no APIs, and its list of APIs.
#[component]
pub(crate) fn GroupOfSystem(
    groups: Arc<Vec<Group>>,
    at: usize,
    grants: Grants,
    found: Found,
    /// Whether this is the only system. It is then open at first.
    is_alone: bool,
) -> impl IntoView {
    let group = StoredValue::new(groups);
    let with = move |read: &mut dyn FnMut(&Group)| group.with_value(|groups| read(&groups[at]));
    let is_admin = me().is_system_admin();
    let mut head = (String::new(), String::new(), false, 0);
    with(&mut |group| {
        let system = &group.system;
        // Latchkey is never granted whole. A project administrator cannot grant a system whole if it has
        // global APIs.
        let is_whole_grantable = !system.builtin && (is_admin || system.global_api_count == 0);
        head = (system.key.clone(), system.name.clone(), is_whole_grantable, group.apis.len());
    });
    let (system, name, is_whole_grantable, total) = head;
    let prefix = format!("{system}:");
    let count = Memo::new(move |_| grants.apis.read().iter().filter(|api| api.starts_with(&prefix)).count());
    let hits = Memo::new(move |_| found.read().as_ref().map_or(total, |found| found[at].len()));
    let is_open = RwSignal::new(is_alone || count.get_untracked() > 0);
    // A search opens the first systems with hits until enough rows are visible.
    let is_searched_open = Memo::new(move |_| {
        found.read().as_ref().is_some_and(|found| found[..at].iter().map(Vec::len).sum::<usize>() < SHOWN)
    });
    let is_shown = Memo::new(move |_| is_open.get() || is_searched_open.get());
    let limit = RwSignal::new(SHOWN);
    Effect::new(move || {
        found.track();
        limit.set(SHOWN);
    });
    let items = Memo::new(move |_| {
        let mut items = Vec::new();
        if !is_shown.get() {
            return items;
        }
        let found = found.read();
        let mut positions: Box<dyn Iterator<Item = usize>> = match found.as_ref() {
            Some(found) => Box::new(found[at].iter().copied()),
            None => Box::new(0..total),
        };
        with(&mut |group| {
            let is_tagged = group.apis.iter().any(|api| !api.tag.is_empty());
            let mut tag = None;
            for at in positions.by_ref().take(limit.get()) {
                let api = &group.apis[at];
                if is_tagged && tag != Some(&api.tag) {
                    items.push(Item::Tag(api.tag.clone()));
                    tag = Some(&api.tag);
                }
                items.push(Item::Api(at));
            }
        });
        items
    });
    let whole_key = system.clone();
    let is_whole = Memo::new(move |_| grants.systems.read().contains(&whole_key));
    let whole_key = system.clone();
    let toggle_whole = move |_| {
        grants.systems.update(|systems| {
            if !systems.remove(&whole_key) {
                systems.insert(whole_key.clone());
            }
        });
    };
    let take_all = move |take: bool| {
        grants.apis.update(|apis| {
            with(&mut |group| {
                for entry in &group.apis {
                    if take {
                        apis.insert(entry.api.key.clone());
                    } else {
                        apis.remove(&entry.api.key);
                    }
                }
            });
        });
    };
    let show = move |item: Item| match item {
        Item::Tag(tag) => {
            let tag = if tag.is_empty() { text::tokens::untagged().to_owned() } else { tag };
            view! { <p class="picker-tag">{tag}</p> }.into_any()
        }
        Item::Api(api) => group.with_value(|groups| row(&groups[at].apis[api].api, grants, is_whole)),
    };
    let key = |item: &Item| match item {
        Item::Tag(tag) => format!("# {tag}"),
        Item::Api(at) => at.to_string(),
    };
    let has_more = move || limit.get() < hits.get();
    let all_of = format!("{} {name}", text::tokens::select_all());
    let none_of = format!("{} {name}", text::tokens::select_none());
    view! {
        <details
            class="picker-group"
            class:empty=move || hits.get() == 0
            prop:open=is_shown
            on:toggle:target=move |event| {
                if !is_searched_open.get_untracked() {
                    is_open.set(event.target().open());
                }
            }
        >
            <summary>
                <span class="picker-name">{name} " " <code>{system}</code></span>
                <span class="number">
                    {move || if is_whole.get() {
                        text::tokens::whole_system().to_owned()
                    } else {
                        text::tokens::of_group(count.get(), total)
                    }}
                </span>
            </summary>
            <div class="picker-tools">
                {is_whole_grantable
                    .then(|| view! {
                        <label class="check">
                            <input type="checkbox" prop:checked=is_whole on:change=toggle_whole.clone() />
                            <span>{text::tokens::whole_system()}</span>
                        </label>
                    })}
                <div class="buttons">
                    <button type="button" class="quiet small" aria-label=all_of on:click=move |_| take_all(true)>
                        {text::tokens::select_all()}
                    </button>
                    <button type="button" class="quiet small" aria-label=none_of on:click=move |_| take_all(false)>
                        {text::tokens::select_none()}
                    </button>
                </div>
            </div>
            <div class="picker-section">
                <Each of=items key children=show />
            </div>
            <Show when=has_more>
                <button type="button" class="quiet small more" on:click=move |_| limit.update(|limit| *limit += 2 * SHOWN)>
                    {text::show_more()}
                </button>
            </Show>
        </details>
    }
}

/// The row of an API. It is a plain function with an erased type, because there may be two thousand rows.
fn row(api: &Api, grants: Grants, is_whole: Memo<bool>) -> AnyView {
    let note = match (api.deprecated, api.scope) {
        (true, _) => Some(text::tokens::deprecated()),
        (false, ApiScope::Global) => Some(text::tokens::global()),
        (false, ApiScope::Project) => None,
    };
    let about = view! {
        <span>
            {api.name.clone()}
            {note.map(|note| view! { " " <span class="badge">{note}</span> })}
            <span class="sub"><span class="method">{api.method.clone()}</span> {api.path.clone()}</span>
        </span>
    };
    choice(api.key.clone(), about.into_any(), grants, is_whole.into())
}

/// The checkbox of an API. It is disabled while the whole system is chosen.
fn choice(key: String, about: AnyView, grants: Grants, is_whole: Signal<bool>) -> AnyView {
    let toggled = key.clone();
    view! {
        <label class="check picker-row">
            <input
                type="checkbox"
                prop:checked=move || is_whole.get() || grants.apis.read().contains(&key)
                disabled=is_whole
                on:change=move |_| grants.toggle(&toggled)
            />
            {about}
        </label>
    }
    .into_any()
}

/// APIs that the token is still granted but that no longer exist.
#[component]
pub(crate) fn Gone(keys: Vec<String>, grants: Grants) -> impl IntoView {
    let row = |key: String| {
        let about = view! { <code>{key.clone()}</code> }.into_any();
        choice(key, about, grants, Signal::stored(false))
    };
    view! {
        <div class="picker-section">
            <p class="picker-tag">{text::tokens::gone_apis()}</p>
            {keys.into_iter().map(row).collect_view()}
        </div>
    }
}
