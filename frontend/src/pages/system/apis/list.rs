//! The list of APIs.

use std::collections::BTreeSet;
use std::sync::Arc;

use latchkey_shared::systems::Api;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::asking::{Asking, Question, operation};
use super::filter::{Choice, Filter, STEP, needs_attention};
use crate::components::each::Each;
use crate::components::listing::Nothing;
use crate::components::menu::Menu;
use crate::components::search::SearchBox;
use crate::navigation::{system_link, with_query};
use crate::text;

/// The filters and the APIs that match them.
#[component]
pub(crate) fn List(
    all: Arc<Vec<Api>>,
    system: String,
    can_change: bool,
    asking: Asking,
    is_adding: RwSignal<bool>,
) -> impl IntoView {
    let add = move || {
        can_change.then(|| view! {
            <button type="button" class="quiet" aria-keyshortcuts="n" on:click=move |_| is_adding.set(true)>
                {text::systems::add_api()}
            </button>
        })
    };
    if all.is_empty() {
        let import = can_change.then(|| {
            view! {
                <a class="button" href=system_link(&system, "import")>{text::systems::import_document()}</a>
            }
        });
        let hint = if can_change { text::systems::no_apis_hint() } else { "" };
        return view! {
            <div class="list">
                <Nothing title=text::systems::no_apis() hint>
                    <div class="buttons">{import} {add()}</div>
                </Nothing>
            </div>
        }
        .into_any();
    }

    let query = use_query_map();
    let filter = Memo::new(move |_| {
        let query = query.read();
        let one = |name| query.get_str(name).unwrap_or_default().trim().to_owned();
        Filter { search: one("q").to_lowercase(), tag: one("tag"), show: one("show") }
    });
    let navigate = use_navigate();
    let key = system.clone();
    let go = Callback::new(move |wanted: Filter| {
        let query = [("q", &*wanted.search), ("tag", &wanted.tag), ("show", &wanted.show)];
        let address = with_query(&system_link(&key, "apis"), &query);
        navigate(&address, NavigateOptions { scroll: false, ..NavigateOptions::default() });
    });
    let search = Signal::derive(move || query.read().get_str("q").unwrap_or_default().trim().to_owned());
    let submit = move |search: String| go.run(Filter { search, ..filter.get_untracked() });

    let tags: BTreeSet<String> = all.iter().flat_map(|api| api.tags.iter().cloned()).collect();
    let to_look_at = all.iter().filter(|api| needs_attention(api)).count();
    let shown = RwSignal::new(STEP);
    let (total, apis) = (all.len(), all.clone());
    let fitting: Memo<Arc<Vec<usize>>> = Memo::new(move |_| {
        let filter = filter.get();
        Arc::new((0..apis.len()).filter(|&at| filter.fits(&apis[at])).collect())
    });
    Effect::new(move || {
        filter.track();
        shown.set(STEP);
    });
    let rows = move || {
        let fitting = fitting.get();
        let all = all.clone();
        fitting.iter().take(shown.get()).map(|&at| all[at].clone()).collect::<Vec<_>>()
    };
    view! {
        {(to_look_at > 0)
            .then(|| view! {
                <p class="notice warn">
                    {text::systems::attention(to_look_at)} " "
                    <a href=with_query(&system_link(&system, "apis"), &[("show", "attention")])>{text::systems::only_attention()}</a>
                </p>
            })}
        <div class="toolbar">
            <SearchBox label=text::systems::search_apis() search submit />
            <div class="toolbar-choices">
                {(!tags.is_empty())
                    .then(|| {
                        let options = tags.into_iter().map(|tag| (tag.clone(), tag));
                        view! {
                            <Choice
                                label=text::systems::tag()
                                all=text::systems::every_tag()
                                options=options.collect()
                                chosen=Signal::derive(move || filter.read().tag.clone())
                                choose=move |tag| go.run(Filter { tag, ..filter.get_untracked() })
                            />
                        }
                    })}
                <Choice
                    label=text::systems::show()
                    all=text::systems::every_api()
                    options=[
                        ("attention", text::systems::only_attention()),
                        ("global", text::systems::only_global()),
                        ("deprecated", text::systems::only_deprecated()),
                    ]
                        .map(|(value, label)| (value.to_owned(), label.to_owned()))
                        .to_vec()
                    chosen=Signal::derive(move || filter.read().show.clone())
                    choose=move |show| go.run(Filter { show, ..filter.get_untracked() })
                />
                {add()}
            </div>
        </div>
        <section class="list" aria-label=text::systems::apis()>
            <Show
                when=move || !fitting.read().is_empty()
                fallback=move || view! {
                    <Nothing title=text::systems::no_such_apis()>
                        <button type="button" on:click=move |_| go.run(Filter::default())>
                            {text::systems::show_all()}
                        </button>
                    </Nothing>
                }
            >
                <Table rows=Signal::derive(rows.clone()) can_change asking />
                <div class="list-foot">
                    <p role="status">
                        {move || {
                            let found = fitting.read().len();
                            let all = if filter.read().is_empty() { found } else { total };
                            text::systems::api_count(found.min(shown.get()), all)
                        }}
                    </p>
                    <Show when=move || fitting.read().len().gt(&shown.get())>
                        <button type="button" class="quiet" on:click=move |_| shown.update(|shown| *shown += STEP)>
                            {text::show_more()}
                        </button>
                    </Show>
                </div>
            </Show>
        </section>
    }
    .into_any()
}

#[component]
fn Table(rows: Signal<Vec<Api>>, can_change: bool, asking: Asking) -> impl IntoView {
    view! {
        <table class="apis">
            <thead>
                <tr>
                    <th scope="col">{text::systems::operation()}</th>
                    <th scope="col" class="minor">{text::key()}</th>
                    <th scope="col" class="minor">{text::systems::tags()}</th>
                    <th scope="col">{text::systems::scope()}</th>
                    {can_change
                        .then(|| view! {
                            <th scope="col"><span class="visually-hidden">{text::actions()}</span></th>
                        })}
                </tr>
            </thead>
            <tbody>
                <Each of=rows key=|api| api.id.to_string() let:api>
                    <Row api can_change asking />
                </Each>
            </tbody>
        </table>
    }
}

#[component]
fn Row(api: Api, can_change: bool, asking: Asking) -> impl IntoView {
    let actions = can_change.then(|| view! { <Actions api=api.clone() asking /> });
    let unmatchable = api.unmatchable.clone();
    view! {
        <tr>
            <th scope="row">
                <span class="operation">
                    <span class="method">{api.method.clone()}</span>
                    " "
                    <code>{breakable(&api.shown_path())}</code>
                </span>
                <span class="sub">{api.name.clone()}</span>
                {(api.deprecated || needs_attention(&api))
                    .then(|| view! {
                        <span class="badges">
                            {api
                                .removed
                                .then(|| view! {
                                    <span class="badge removed" title=text::systems::removed_hint()>
                                        {text::systems::removed()}
                                    </span>
                                })}
                            {unmatchable
                                .is_some()
                                .then(|| view! { <span class="badge removed">{text::systems::unmatchable()}</span> })}
                            {api
                                .deprecated
                                .then(|| view! { <span class="badge disabled">{text::systems::deprecated()}</span> })}
                        </span>
                    })}
                {unmatchable.map(|reason| view! { <span class="sub">{reason}</span> })}
            </th>
            <td class="minor wrapped code">{api.key.clone()}</td>
            <td class="minor wrapped">{api.tags.join(text::list_separator())}</td>
            <td>{text::systems::api_scope(api.scope)}</td>
            {actions}
        </tr>
    }
}

/// A path that may break after each slash where space is short.
fn breakable(path: &str) -> impl IntoView + use<> {
    path.split_inclusive('/').map(|part| view! { {part.to_owned()} <wbr /> }).collect_view()
}

/// The actions for an API.
#[component]
fn Actions(api: Api, asking: Asking) -> impl IntoView {
    let (id, label) = (format!("actions-{}", api.id), text::systems::actions_of(&operation(&api)));
    let is_removed = api.removed;
    let api = StoredValue::new(api);
    let act = move |question: Question, name: &'static str, class: &'static str| {
        let ask = move |_| api.with_value(|api| asking.ask(question, api));
        view! { <button type="button" class=class on:click=ask>{name}</button> }
    };
    view! {
        <td class="row-actions">
            <div>
                <Menu id label is_icon=true>
                    {act(Question::Change, text::modify(), "")}
                    {is_removed.then(|| act(Question::Confirm, text::systems::confirm_grants(), ""))}
                    {act(Question::Delete, text::delete(), "danger")}
                </Menu>
            </div>
        </td>
    }
}
