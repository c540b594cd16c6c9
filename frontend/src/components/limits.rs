//! The fields for a rate limit and a quota.

use latchkey_shared::limits::{Limits, NewLimits};
use latchkey_shared::tokens::{NewQuota, NewRateLimit, Period, Quota, RateLimit};
use leptos::prelude::*;

use crate::api::Error;
use crate::components::field::{Field, Select};
use crate::components::form::at_field;
use crate::text;
use crate::time::number;

/// The names of the fields: calls, seconds and burst of the rate limit; calls, period and time zone of the
/// quota.
pub(crate) type Names = [&'static str; 6];

/// The input for a rate limit and a quota.
#[derive(Clone, Copy)]
pub(crate) struct LimitDraft {
    requests: RwSignal<String>,
    seconds: RwSignal<String>,
    burst: RwSignal<String>,
    quota_requests: RwSignal<String>,
    quota_period: RwSignal<String>,
    quota_zone: RwSignal<String>,
}

impl LimitDraft {
    pub(crate) fn new(limits: &Limits) -> Self {
        let draft = Self {
            requests: RwSignal::default(),
            seconds: RwSignal::default(),
            burst: RwSignal::default(),
            quota_requests: RwSignal::default(),
            quota_period: RwSignal::default(),
            quota_zone: RwSignal::default(),
        };
        draft.set(limits);
        draft
    }

    /// Changes the input to these limits.
    pub(crate) fn set(self, limits: &Limits) {
        let (rate, quota) = (limits.rate_limit, limits.quota.as_ref());
        let typed = |part: Option<u32>| part.map(|part| part.to_string()).unwrap_or_default();
        self.requests.set(typed(rate.map(|limit| limit.requests)));
        self.seconds.set(typed(rate.map(|limit| limit.seconds)));
        self.burst.set(typed(rate.map(|limit| limit.burst)));
        self.quota_requests.set(typed(quota.map(|quota| quota.requests)));
        self.quota_period.set(quota.map_or(Period::Day, |quota| quota.period).as_str().to_owned());
        self.quota_zone.set(quota.map(|quota| quota.time_zone.clone()).unwrap_or_default());
    }

    /// Whether no limit is typed.
    pub(crate) fn is_blank(self) -> bool {
        let parts = [self.requests, self.seconds, self.burst, self.quota_requests];
        parts.iter().all(|part| part.read().trim().is_empty())
    }

    /// Whether there is no limit.
    pub(crate) fn is_empty(self) -> bool {
        self.requests.read_untracked().is_empty() && self.quota_requests.read_untracked().is_empty()
    }

    /// The error of the rate limit: a part is missing or no number. The server checks the numbers.
    pub(crate) fn rate_fault(self) -> Option<String> {
        let [requests, seconds, burst] = self.rate();
        let is_good = |typed: &str| typed.parse::<u32>().is_ok();
        let has_no_limit = requests.is_empty() && seconds.is_empty() && burst.is_empty();
        let is_limit = is_good(&requests) && is_good(&seconds) && (burst.is_empty() || is_good(&burst));
        (!has_no_limit && !is_limit).then(|| text::limits::rate_fault().to_owned())
    }

    /// The error of the quota: it is no number. The server checks the number and the time zone.
    pub(crate) fn quota_fault(self) -> Option<String> {
        let requests = self.quota_requests.get();
        let is_good = requests.trim().is_empty() || requests.trim().parse::<u32>().is_ok();
        (!is_good).then(|| text::limits::quota_fault().to_owned())
    }

    fn rate(self) -> [String; 3] {
        [self.requests, self.seconds, self.burst].map(|part| part.get().trim().to_owned())
    }

    /// The limits to set.
    pub(crate) fn limits(self) -> NewLimits {
        let [requests, seconds, burst] = untrack(|| self.rate());
        let rate_limit = || {
            let (requests, seconds) = (requests.parse().ok()?, seconds.parse().ok()?);
            Some(NewRateLimit { requests, seconds, burst: burst.parse().ok() })
        };
        let zone = self.quota_zone.get_untracked().trim().to_owned();
        let is_month = self.quota_period.get_untracked() == Period::Month.as_str();
        let quota = || {
            Some(NewQuota {
                requests: self.quota_requests.get_untracked().trim().parse().ok()?,
                period: if is_month { Period::Month } else { Period::Day },
                time_zone: (!zone.is_empty()).then_some(zone),
            })
        };
        NewLimits { rate_limit: rate_limit(), quota: quota(), api_limits: Vec::new() }
    }
}

/// The errors of the fields: our own after the user tried to submit the form, otherwise those of the server.
pub(crate) fn faults(
    draft: LimitDraft,
    names: Names,
    submitted: RwSignal<bool>,
    error: Signal<Option<Error>>,
) -> [Signal<Option<String>>; 6] {
    let told = move |own: fn(LimitDraft) -> Option<String>, field: &'static str| {
        let at_server = at_field(error, field);
        Signal::derive(move || submitted.get().then(|| own(draft)).flatten().or_else(|| at_server.get()))
    };
    let [requests, seconds, burst, quota_requests, period, zone] = names;
    [
        told(LimitDraft::rate_fault, requests),
        at_field(error, seconds),
        at_field(error, burst),
        told(LimitDraft::quota_fault, quota_requests),
        at_field(error, period),
        at_field(error, zone),
    ]
}

/// The fields for a rate limit and a quota.
#[component]
pub(crate) fn LimitFields(
    draft: LimitDraft,
    names: Names,
    faults: [Signal<Option<String>>; 6],
) -> impl IntoView {
    let periods = [Period::Day, Period::Month]
        .map(|period| (period.as_str().to_owned(), text::limits::period(period).to_owned()))
        .to_vec();
    view! {
        <Field
            name=names[0]
            label=text::limits::rate_requests()
            value=draft.requests
            hint=text::limits::rate_requests_hint()
            error=faults[0]
            is_optional=true
        />
        <Field
            name=names[1]
            label=text::limits::rate_seconds()
            value=draft.seconds
            error=faults[1]
            is_optional=true
        />
        <Field
            name=names[2]
            label=text::limits::rate_burst()
            value=draft.burst
            hint=text::limits::rate_burst_hint()
            error=faults[2]
            is_optional=true
        />
        <Field
            name=names[3]
            label=text::limits::quota_requests()
            value=draft.quota_requests
            hint=text::limits::quota_requests_hint()
            error=faults[3]
            is_optional=true
        />
        <Select
            name=names[4]
            label=text::limits::quota_period()
            value=draft.quota_period
            options=periods
            error=faults[4]
        />
        <Field
            name=names[5]
            label=text::limits::quota_zone()
            value=draft.quota_zone
            hint=text::limits::quota_zone_hint()
            placeholder="UTC"
            error=faults[5]
            is_optional=true
        />
    }
}

/// A rate limit in words.
pub(crate) fn rate_in_words(limit: Option<RateLimit>) -> String {
    limit.map_or_else(|| text::limits::any_number().to_owned(), text::limits::rate)
}

/// A quota in words.
pub(crate) fn quota_in_words(quota: Option<&Quota>) -> String {
    match quota {
        None => text::limits::any_number().to_owned(),
        Some(quota) => text::limits::quota_of(quota, &number(quota.requests.into())),
    }
}
