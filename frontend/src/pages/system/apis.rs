//! The APIs of a system: `?q=&tag=&show=`. All of them are loaded, a few
//! hundred at a time, so that searching and choosing a tag takes no time; only
//! some are shown until more are asked for.

use std::collections::BTreeSet;
use std::sync::Arc;

use latchkey_shared::fields::{self, Refusal};
use latchkey_shared::systems::{Api, ApiPatch, ApiScope, NewApi};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::{Shared, link};
use crate::api;
use crate::components::checked::Checked;
use crate::components::dialog::{Confirm, Dialog};
use crate::components::field::{Field, Select};
use crate::components::form::Form;
use crate::components::frame::me;
use crate::components::listing::{Loaded, Nothing};
use crate::components::menu::Menu;
use crate::components::search::SearchBox;
use crate::components::toast::toasts;
use crate::components::token_links::InUse;
use crate::components::write::Write;
use crate::text;

/// How many rows are shown at first, and how many more each time.
const STEP: usize = 200;

/// The methods that an API may have.
pub(crate) const METHODS: [&str; 8] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"];

/// Which APIs are shown.
#[derive(Clone, Default, PartialEq)]
struct Filter {
    search: String,
    tag: String,
    show: String,
}

impl Filter {
    fn fits(&self, api: &Api) -> bool {
        let holds = |text: &str| text.to_lowercase().contains(&self.search);
        let shown = match self.show.as_str() {
            "attention" => needs_attention(api),
            "global" => api.scope == ApiScope::Global,
            "deprecated" => api.deprecated,
            _ => true,
        };
        shown
            && (self.tag.is_empty() || api.tags.contains(&self.tag))
            && (self.search.is_empty()
                || holds(&api.name)
                || holds(&api.key)
                || holds(&api.path)
                || holds(&operation(api)))
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn needs_attention(api: &Api) -> bool {
    api.removed || api.unmatchable.is_some()
}

/// Method and path.
fn operation(api: &Api) -> String {
    format!("{} {}", api.method, api.path)
}

/// What is asked about an API.
#[derive(Clone, Copy, PartialEq)]
enum Question {
    Change,
    Confirm,
    Delete,
}

/// What rows and dialogs need.
#[derive(Clone, Copy)]
struct Asking {
    /// The API that is asked about.
    api: RwSignal<Option<Api>>,
    change: RwSignal<bool>,
    confirm: RwSignal<bool>,
    delete: RwSignal<bool>,
}

impl Asking {
    fn ask(self, question: Question, api: &Api) {
        self.api.set(Some(api.clone()));
        match question {
            Question::Change => self.change.set(true),
            Question::Confirm => self.confirm.set(true),
            Question::Delete => self.delete.set(true),
        }
    }

    fn operation(self) -> String {
        self.api.with(|api| api.as_ref().map(operation).unwrap_or_default())
    }

    fn operation_id(self) -> String {
        self.api.with_untracked(|api| api.as_ref().map(|api| api.id.to_string()).unwrap_or_default())
    }
}

/// All APIs of the system, in the order of their paths.
async fn load(system: String) -> Result<Arc<Vec<Api>>, api::Error> {
    let system = system.as_str();
    let mut all =
        api::all(|cursor| async move { api::systems::apis(system, cursor.as_deref()).await }).await?;
    all.sort_by(|one, other| (&one.path, &one.method).cmp(&(&other.path, &other.method)));
    Ok(Arc::new(all))
}

/// The list, and what can be done with it.
#[component]
pub(super) fn Apis(shared: Shared) -> impl IntoView {
    let key = shared.key();
    let apis = LocalResource::new(move || load(shared.key()));
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
        move |()| async move {
            let patch = ApiPatch { removed: Some(false), ..ApiPatch::default() };
            api::systems::change_api(&system.get_value(), &asking.operation_id(), &patch).await
        },
        move |_| {
            toasts.good(text::systems::grants_confirmed());
            asking.confirm.set(false);
            apis.refetch();
        },
    );
    let delete = Write::new(
        move |()| async move { api::systems::remove_api(&system.get_value(), &asking.operation_id()).await },
        move |()| {
            toasts.good(text::systems::api_deleted());
            asking.delete.set(false);
            apis.refetch();
        },
    );
    let delete_error = delete.error();
    view! {
        <Loaded
            resource=apis
            children=move |all| view! { <List all system=system.get_value() can_change asking is_adding /> }
        />
        <Dialog open=is_adding title=Signal::derive(|| text::systems::add_api().to_owned())>
            <AddApi
                system=system.get_value()
                close=move |added| {
                    is_adding.set(false);
                    if added {
                        apis.refetch();
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
                            apis.refetch();
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

/// The APIs that fit, under what chooses them.
#[component]
fn List(
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
                <a class="button" href=link(&system, "import")>{text::systems::import_document()}</a>
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
        let mut address = link(&key, "apis");
        for (name, value) in [("q", &wanted.search), ("tag", &wanted.tag), ("show", &wanted.show)] {
            if !value.is_empty() {
                address = format!("{address}&{name}={}", String::from(js_sys::encode_uri_component(value)));
            }
        }
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
                    <a href=link(&system, "apis") + "&show=attention">{text::systems::only_attention()}</a>
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

/// One of a few, kept in the address.
#[component]
fn Choice(
    label: &'static str,
    all: &'static str,
    options: Vec<(String, String)>,
    #[prop(into)] chosen: Signal<String>,
    #[prop(into)] choose: Callback<String>,
) -> impl IntoView {
    let options = std::iter::once((String::new(), all.to_owned())).chain(options);
    view! {
        <select
            aria-label=label
            prop:value=chosen
            on:change:target=move |event| choose.run(event.target().value())
        >
            {options
                .map(|(value, name)| {
                    let this = value.clone();
                    view! { <option value=value selected=move || *chosen.read() == this>{name}</option> }
                })
                .collect_view()}
        </select>
    }
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
                <For each=move || rows.get() key=|api| api.id.clone() let:api>
                    <Row api can_change asking />
                </For>
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
                    <code>{api.path.clone()}</code>
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
            <td class="minor wrap code">{api.key.clone()}</td>
            <td class="minor wrap">{api.tags.join(text::list_separator())}</td>
            <td>{text::systems::api_scope(api.scope)}</td>
            {actions}
        </tr>
    }
}

/// What can be done with an API.
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

/// Tags as they are typed, and as they are sent.
fn split_tags(typed: &str) -> Vec<String> {
    typed
        .split([',', '，', '、'])
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

fn tags_rule(typed: &str) -> Result<(), Refusal> {
    split_tags(typed).iter().try_for_each(|tag| fields::name(tag).map(drop))
}

fn read_scope(typed: &str) -> ApiScope {
    if typed == ApiScope::Global.as_str() { ApiScope::Global } else { ApiScope::Project }
}

/// The choice whether calls happen in a project, with what that means.
#[component]
fn ScopeChoice(value: RwSignal<String>) -> impl IntoView {
    view! {
        <Select
            name="scope"
            label=text::systems::scope()
            value
            options=[ApiScope::Project, ApiScope::Global]
                .map(|scope| (scope.as_str().to_owned(), text::systems::api_scope(scope).to_owned()))
                .to_vec()
        />
        <p class="hint">
            {move || {
                if read_scope(&value.read()) == ApiScope::Global {
                    text::systems::scope_global_hint()
                } else {
                    text::systems::scope_project_hint()
                }
            }}
        </p>
    }
}

/// Asks for what an API needs that no document brings.
#[component]
fn AddApi(
    system: String,
    /// Whether one was added.
    #[prop(into)]
    close: Callback<bool>,
) -> impl IntoView {
    let operation_id = Checked::new("", |raw| fields::operation_id(raw).map(drop));
    let path = Checked::new("", |raw| {
        if raw.starts_with('/') {
            Ok(())
        } else if raw.is_empty() {
            Err(Refusal::new("required", "Must not be empty."))
        } else {
            Err(Refusal::new("invalid_path", "The path does not start with /."))
        }
    });
    let name = Checked::new("", |raw| fields::name(raw).map(drop));
    let tags = Checked::new("", tags_rule);
    let method = RwSignal::new("GET".to_owned());
    let scope = RwSignal::new(ApiScope::Project.as_str().to_owned());
    let toasts = toasts();
    let create = Write::new(
        move |new: NewApi| {
            let system = system.clone();
            async move { api::systems::create_api(&system, &new).await }
        },
        move |_| {
            toasts.good(text::systems::api_added());
            close.run(true);
        },
    );
    let error = create.error();
    let submit = move || {
        if Checked::all(&[path, name, operation_id, tags]) {
            create.send(NewApi {
                operation_id: operation_id.typed(),
                method: method.get_untracked(),
                path: path.typed(),
                name: name.typed(),
                tags: Some(split_tags(&tags.typed())),
                scope: Some(read_scope(&scope.read_untracked())),
            });
        }
    };
    view! {
        <Form submit error fields=&["operation_id", "path", "name", "tags"]>
            <Select
                name="method"
                label=text::systems::method()
                value=method
                options=METHODS.map(|method| (method.to_owned(), method.to_owned())).to_vec()
            />
            <Field
                name="path"
                label=text::systems::path()
                value=path.value
                hint=text::systems::path_hint()
                error=path.error(error, "path")
                left=path.leave()
                focused=true
            />
            <Field
                name="name"
                label=text::name()
                value=name.value
                error=name.error(error, "name")
                left=name.leave()
            />
            <Field
                name="operation_id"
                label=text::systems::operation_id()
                value=operation_id.value
                hint=text::systems::operation_id_hint()
                placeholder="readDevice"
                error=operation_id.error(error, "operation_id")
                left=operation_id.leave()
            />
            <Field
                name="tags"
                label=text::systems::tags()
                value=tags.value
                hint=text::systems::tags_hint()
                error=tags.error(error, "tags")
                is_optional=true
            />
            <ScopeChoice value=scope />
            <div class="buttons">
                <button type="button" class="quiet" on:click=move |_| close.run(false)>{text::cancel()}</button>
                <button type="submit" disabled=create.pending()>
                    {move || if create.pending().get() { text::adding() } else { text::systems::add_api() }}
                </button>
            </div>
        </Form>
    }
}

/// Changes what can be changed of an API.
#[component]
fn ChangeApi(
    system: String,
    api: Api,
    /// Whether it was changed.
    #[prop(into)]
    close: Callback<bool>,
) -> impl IntoView {
    let name = Checked::new(api.name.clone(), |raw| fields::name(raw).map(drop));
    let tags_before = api.tags.join(", ");
    let tags = Checked::new(tags_before.clone(), tags_rule);
    let scope = RwSignal::new(api.scope.as_str().to_owned());
    let toasts = toasts();
    let id = api.id.to_string();
    let change = Write::new(
        move |patch: ApiPatch| {
            let (system, id) = (system.clone(), id.clone());
            async move { api::systems::change_api(&system, &id, &patch).await }
        },
        move |_| {
            toasts.good(text::saved());
            close.run(true);
        },
    );
    let error = change.error();
    let submit = move || {
        if Checked::all(&[name, tags]) {
            change.send(ApiPatch {
                name: Some(name.typed()),
                // A tag of a document may have a comma in it: what was not touched stays.
                tags: Some(tags.typed())
                    .filter(|typed| *typed != tags_before)
                    .map(|typed| split_tags(&typed)),
                scope: Some(read_scope(&scope.read_untracked())),
                removed: None,
            });
        }
    };
    view! {
        <p class="anywhere"><span class="method">{api.method.clone()}</span> " " <code>{api.path.clone()}</code></p>
        <Form submit error fields=&["name", "tags"]>
            <Field
                name="name"
                label=text::name()
                value=name.value
                hint=text::systems::name_again_hint()
                error=name.error(error, "name")
                left=name.leave()
                focused=true
            />
            <Field
                name="tags"
                label=text::systems::tags()
                value=tags.value
                hint=text::systems::tags_hint()
                error=tags.error(error, "tags")
                is_optional=true
            />
            <ScopeChoice value=scope />
            <div class="buttons">
                <button type="button" class="quiet" on:click=move |_| close.run(false)>{text::cancel()}</button>
                <button type="submit" disabled=change.pending()>
                    {move || if change.pending().get() { text::saving() } else { text::save() }}
                </button>
            </div>
        </Form>
    }
}
