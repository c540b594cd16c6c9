//! The fields for limits of single APIs: those that are set, and the fields to add some.

use std::collections::BTreeSet;

use latchkey_shared::limits::{Limits, NewLimits};
use latchkey_shared::tokens::{ApiLimit, NewApiLimit, NewQuota, NewRateLimit, Quota, RateLimit};
use leptos::prelude::*;

use crate::api::Error;
use crate::components::each::Each;
use crate::components::field::Field;
use crate::components::limits::{LimitDraft, LimitFields, Names, faults, quota_in_words, rate_in_words};
use crate::text;

/// The names of the fields: of all limits as the server names them, of the API, and of its limits.
#[derive(Clone, Copy)]
pub(crate) struct ApiNames {
    pub(crate) all: &'static str,
    pub(crate) api: &'static str,
    pub(crate) limits: Names,
}

/// The input for limits of single APIs.
#[derive(Clone, Copy)]
pub(crate) struct ApiLimitsDraft {
    set: RwSignal<Vec<NewApiLimit>>,
    /// The API whose limits are typed.
    api: RwSignal<String>,
    limits: LimitDraft,
    /// Whether the user tried to add what is typed. From then on, missing fields show errors.
    tried: RwSignal<bool>,
}

impl ApiLimitsDraft {
    pub(crate) fn new(set: &[ApiLimit]) -> Self {
        Self {
            set: RwSignal::new(set.iter().map(to_set).collect()),
            api: RwSignal::new(String::new()),
            limits: LimitDraft::new(&Limits::default()),
            tried: RwSignal::new(false),
        }
    }

    /// Whether no API has limits.
    pub(crate) fn is_empty(self) -> bool {
        self.set.read_untracked().is_empty()
    }

    /// Whether something is typed and not added.
    fn is_typed(self) -> bool {
        !self.api.read().trim().is_empty() || !self.limits.is_blank()
    }

    fn api_fault(self) -> Option<String> {
        if self.api.read().trim().is_empty() {
            return Some(text::limits::name_an_api().to_owned());
        }
        self.limits.is_blank().then(|| text::limits::no_limit_of_api().to_owned())
    }

    /// Whether what is typed cannot be added.
    pub(crate) fn is_faulty(self) -> bool {
        let limits = [self.limits.rate_fault(), self.limits.quota_fault()];
        self.is_typed() && (self.api_fault().is_some() || limits.iter().any(Option::is_some))
    }

    /// Adds what is typed, in place of limits that the API has.
    fn add(self) {
        self.tried.set(true);
        if untrack(|| !self.is_typed() || self.is_faulty()) {
            return;
        }
        self.set.set(untrack(|| self.wanted()));
        self.type_in(None);
    }

    /// Lets the user change these limits.
    fn type_in(self, one: Option<&NewApiLimit>) {
        self.api.set(one.map(|one| one.api.clone()).unwrap_or_default());
        self.limits.set(&one.map(limits).unwrap_or_default());
        self.tried.set(false);
    }

    fn remove(self, api: &str) {
        self.set.update(|set| set.retain(|one| one.api != api));
    }

    /// The limits to set, sorted by API, with those that are typed.
    pub(crate) fn wanted(self) -> Vec<NewApiLimit> {
        let mut wanted = self.set.get();
        if self.is_typed() {
            let api = self.api.get().trim().to_owned();
            let NewLimits { rate_limit, quota, .. } = self.limits.limits();
            wanted.retain(|one| one.api != api);
            wanted.push(NewApiLimit { api, rate_limit, quota });
        }
        wanted.sort_by(|one, other| one.api.cmp(&other.api));
        wanted
    }

    /// The error of the server, with the API that it is about.
    fn error_in(self, error: Signal<Option<Error>>, all: &'static str) -> Option<String> {
        let error = error.read();
        let (message, at) = (error.as_ref()?.at_field(all)?, error.as_ref()?.index_in(all));
        let named = at.and_then(|at| Some(untrack(|| self.wanted()).get(at)?.api.clone()));
        Some(named.map_or_else(|| message.clone(), |api| format!("{api}: {message}")))
    }
}

fn to_set(one: &ApiLimit) -> NewApiLimit {
    let rate =
        |RateLimit { requests, seconds, burst }| NewRateLimit { requests, seconds, burst: Some(burst) };
    let quota = |quota: &Quota| NewQuota {
        requests: quota.requests,
        period: quota.period,
        time_zone: Some(quota.time_zone.clone()),
    };
    NewApiLimit {
        api: one.api.clone(),
        rate_limit: one.rate_limit.map(rate),
        quota: one.quota.as_ref().map(quota),
    }
}

fn limits(one: &NewApiLimit) -> Limits {
    let rate = |NewRateLimit { requests, seconds, burst }| RateLimit {
        requests,
        seconds,
        burst: burst.unwrap_or(requests),
    };
    let quota = |quota: &NewQuota| Quota {
        requests: quota.requests,
        period: quota.period,
        time_zone: quota.time_zone.clone().unwrap_or_else(|| "UTC".to_owned()),
    };
    Limits { rate_limit: one.rate_limit.map(rate), quota: one.quota.as_ref().map(quota) }
}

/// The limits of an API.
#[component]
pub(crate) fn OfApi(one: ApiLimit) -> impl IntoView {
    view! { <code>{one.api}</code> " " {in_words(one.rate_limit, one.quota.as_ref())} }
}

/// Limits in words.
fn in_words(rate_limit: Option<RateLimit>, quota: Option<&Quota>) -> String {
    let rate = rate_limit.map(|_| rate_in_words(rate_limit));
    let quota = quota.map(|_| quota_in_words(quota));
    rate.into_iter().chain(quota).collect::<Vec<_>>().join(text::list_separator())
}

/// The limits of single APIs, and the fields to set some.
#[component]
pub(crate) fn ApiLimitsFields(
    draft: ApiLimitsDraft,
    names: ApiNames,
    /// The APIs to propose, by key.
    #[prop(default = Signal::stored(BTreeSet::new()))]
    apis: Signal<BTreeSet<String>>,
    /// Whether the user tried to submit the form.
    submitted: RwSignal<bool>,
    error: Signal<Option<Error>>,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    Effect::new(move || shown.set(draft.tried.get() || (submitted.get() && draft.is_typed())));
    let limit_faults = faults(draft.limits, names.limits, shown, Signal::stored(None));
    let api_fault = Signal::derive(move || {
        let own = shown.get().then(|| draft.api_fault()).flatten();
        own.or_else(|| draft.error_in(error, names.all))
    });
    let row = move |one: NewApiLimit| {
        let Limits { rate_limit, quota } = limits(&one);
        let (words, api, removed) = (in_words(rate_limit, quota.as_ref()), one.api.clone(), one.api.clone());
        let of = |what: &str| format!("{what} {api}");
        view! {
            <p>
                <code>{api.clone()}</code> " " {words} " "
                <button
                    type="button"
                    class="quiet small"
                    aria-label=of(text::modify())
                    on:click=move |_| draft.type_in(Some(&one))
                >
                    {text::modify()}
                </button>
                " "
                <button
                    type="button"
                    class="quiet small"
                    aria-label=of(text::remove())
                    on:click=move |_| draft.remove(&removed)
                >
                    {text::remove()}
                </button>
            </p>
        }
    };
    let list = format!("{}-list", names.api);
    view! {
        <fieldset>
            <legend>{text::limits::of_apis()}</legend>
            <p class="hint">{text::limits::of_apis_hint()}</p>
            <Each of=draft.set key=|one| format!("{one:?}") children=row />
            <div class="fields">
                <Field
                    name=names.api
                    label=text::limits::api()
                    value=draft.api
                    hint=text::limits::api_hint()
                    list=list.clone()
                    error=api_fault
                    is_optional=true
                />
                <LimitFields draft=draft.limits names=names.limits faults=limit_faults />
            </div>
            <datalist id=list>
                {move || apis.get().into_iter().map(|api| view! { <option value=api /> }).collect_view()}
            </datalist>
            <div class="buttons">
                <button type="button" class="quiet small" on:click=move |_| draft.add()>
                    {text::limits::add_for_api()}
                </button>
            </div>
        </fieldset>
    }
}
