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
use crate::api::{self, Answer};
use crate::app::with_query;
use crate::components::dialog::{Confirm, Dialog};
use crate::components::each::Each;
use crate::components::field::{Field, Select};
use crate::components::form::{Checked, Foot, Form};
use crate::components::frame::me;
use crate::components::listing::Nothing;
use crate::components::menu::Menu;
use crate::components::reading::{Loaded, Reading};
use crate::components::search::SearchBox;
use crate::components::toast::toasts;
use crate::components::token_links::InUse;
use crate::components::write::Write;
use crate::text;

/// How many rows are shown at first, and how many more each time.
const STEP: usize = 200;

/// The methods that an API may have.
pub(crate) const METHODS: [&str; 9] =
    ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "QUERY"];

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
            && (self.search.is_empty() || holds(&api.name) || holds(&api.key) || holds(&operation(api)))
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
    format!("{} {}", api.method, api.shown_path())
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
fn load(system: String) -> Answer<Arc<Vec<Api>>> {
    let all = api::all(move |cursor| api::systems::apis(&system, cursor));
    Box::pin(async move {
        let mut all = all.await?;
        all.sort_by(|one, other| (&one.path, &one.method).cmp(&(&other.path, &other.method)));
        Ok(Arc::new(all))
    })
}

/// The list, and what can be done with it.
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
        let query = [("q", &*wanted.search), ("tag", &wanted.tag), ("show", &wanted.show)];
        let address = with_query(&link(&key, "apis"), &query);
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
                    <a href=with_query(&link(&system, "apis"), &[("show", "attention")])>{text::systems::only_attention()}</a>
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

/// A path that breaks behind its slashes where there is little room.
fn breakable(path: &str) -> impl IntoView + use<> {
    path.split_inclusive('/').map(|part| view! { {part.to_owned()} <wbr /> }).collect_view()
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

fn tags_fit(typed: &str) -> Result<(), Refusal> {
    split_tags(typed).iter().try_for_each(|tag| fields::name(tag).map(drop))
}

/// What can be said of a path without the server's parser.
pub(crate) fn starts_with_slash(typed: &str) -> Result<(), Refusal> {
    match typed.trim() {
        "" => Err(Refusal::new("required", "Must not be empty.")),
        path if path.starts_with('/') => Ok(()),
        _ => Err(Refusal::new("invalid_path", "The path does not start with /.")),
    }
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

/// What an administrator says of an API, whether they add or change it.
#[derive(Clone, Copy)]
struct Draft {
    name: RwSignal<String>,
    tags: RwSignal<String>,
    scope: RwSignal<String>,
}

impl Draft {
    fn new(name: String, tags: String, scope: ApiScope) -> Self {
        let scope = RwSignal::new(scope.as_str().to_owned());
        Self { name: RwSignal::new(name), tags: RwSignal::new(tags), scope }
    }

    /// By which rules its name and tags may be sent.
    fn rules(self, error: Signal<Option<api::Error>>) -> [Checked; 2] {
        [
            Checked::new(self.name, fields::name, error, "name"),
            Checked::new(self.tags, tags_fit, error, "tags"),
        ]
    }
}

/// Tags and scope.
#[component]
fn TagsAndScope(draft: Draft, tags_rule: Checked) -> impl IntoView {
    view! {
        <Field
            name="tags"
            label=text::systems::tags()
            value=draft.tags
            hint=text::systems::tags_hint()
            error=tags_rule.error()
            is_optional=true
        />
        <ScopeChoice value=draft.scope />
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
    let [operation_id, path] = [(); 2].map(|()| RwSignal::new(String::new()));
    let method = RwSignal::new("GET".to_owned());
    let draft = Draft::new(String::new(), String::new(), ApiScope::Project);
    let toasts = toasts();
    let create = Write::new(
        move |new: NewApi| api::systems::create_api(&system, &new),
        move |api| {
            toasts.warn(&api.warnings);
            toasts.good(text::systems::api_added());
            close.run(true);
        },
    );
    let error = create.error();
    let id_rule = Checked::new(operation_id, |id| fields::operation_id(id.trim()), error, "operation_id");
    let path_rule = Checked::new(path, starts_with_slash, error, "path");
    let [name_rule, tags_rule] = draft.rules(error);
    let submit = move || {
        let typed = |field: RwSignal<String>| field.get_untracked().trim().to_owned();
        // All are asked, so that each says what is wrong with it.
        if path_rule.holds() & name_rule.holds() & id_rule.holds() & tags_rule.holds() {
            create.send(NewApi {
                operation_id: typed(operation_id),
                method: method.get_untracked(),
                path: typed(path),
                name: typed(draft.name),
                tags: Some(split_tags(&typed(draft.tags))),
                scope: Some(read_scope(&draft.scope.read_untracked())),
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
                value=path
                hint=text::systems::path_hint()
                error=path_rule.error()
                left=path_rule.leave()
                focused=true
            />
            <Field name="name" label=text::name() value=draft.name error=name_rule.error() left=name_rule.leave() />
            <Field
                name="operation_id"
                label=text::systems::operation_id()
                value=operation_id
                hint=text::systems::operation_id_hint()
                placeholder="readDevice"
                error=id_rule.error()
                left=id_rule.leave()
            />
            <TagsAndScope draft tags_rule />
            <Foot cancel=move |()| close.run(false) says=(text::systems::add_api(), text::adding()) pending=create.pending() />
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
    let tags_before = api.tags.join(", ");
    let draft = Draft::new(api.name.clone(), tags_before.clone(), api.scope);
    let toasts = toasts();
    let id = api.id.to_string();
    let change = Write::new(
        move |patch: ApiPatch| api::systems::change_api(&system, &id, &patch),
        move |api| {
            toasts.warn(&api.warnings);
            toasts.good(text::saved());
            close.run(true);
        },
    );
    let error = change.error();
    let [name_rule, tags_rule] = draft.rules(error);
    let submit = move || {
        if name_rule.holds() & tags_rule.holds() {
            // A tag of a document may have a comma in it: what was not touched stays.
            let tags = Some(draft.tags.get_untracked()).filter(|typed| *typed != tags_before);
            change.send(ApiPatch {
                name: Some(draft.name.get_untracked()),
                tags: tags.map(|typed| split_tags(&typed)),
                scope: Some(read_scope(&draft.scope.read_untracked())),
                removed: None,
            });
        }
    };
    view! {
        <p class="anywhere"><span class="method">{api.method.clone()}</span> " " <code>{api.shown_path()}</code></p>
        <Form submit error fields=&["name", "tags"]>
            <Field
                name="name"
                label=text::name()
                value=draft.name
                hint=text::systems::name_again_hint()
                error=name_rule.error()
                left=name_rule.leave()
                focused=true
            />
            <TagsAndScope draft tags_rule />
            <Foot cancel=move |()| close.run(false) says=(text::save(), text::saving()) pending=change.pending() />
        </Form>
    }
}
