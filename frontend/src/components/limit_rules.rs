//! The panel with the default and the ceiling for the limits of tokens.

use latchkey_shared::limits::{LimitRules, Limits, NewLimitRules, NewLimits, TokenLimits};
use leptos::prelude::*;

use crate::api::Answer;
use crate::components::api_limits::{ApiLimitsDraft, ApiLimitsFields, ApiNames, OfApi};
use crate::components::dialog::Dialog;
use crate::components::form::{Foot, Form};
use crate::components::limits::{LimitDraft, LimitFields, Names, faults, quota_in_words, rate_in_words};
use crate::components::reading::{Loaded, Reading};
use crate::components::toast::toasts;
use crate::components::write::Write;
use crate::text;

const DEFAULT: Names = [
    "default.rate_limit.requests",
    "default.rate_limit.seconds",
    "default.rate_limit.burst",
    "default.quota.requests",
    "default.quota.period",
    "default.quota.time_zone",
];
const CEILING: Names = [
    "ceiling.rate_limit.requests",
    "ceiling.rate_limit.seconds",
    "ceiling.rate_limit.burst",
    "ceiling.quota.requests",
    "ceiling.quota.period",
    "ceiling.quota.time_zone",
];
const DEFAULT_OF_API: ApiNames = ApiNames {
    all: "default.api_limits",
    api: "default.api_limit.api",
    limits: [
        "default.api_limit.rate_limit.requests",
        "default.api_limit.rate_limit.seconds",
        "default.api_limit.rate_limit.burst",
        "default.api_limit.quota.requests",
        "default.api_limit.quota.period",
        "default.api_limit.quota.time_zone",
    ],
};
const CEILING_OF_API: ApiNames = ApiNames {
    all: "ceiling.api_limits",
    api: "ceiling.api_limit.api",
    limits: [
        "ceiling.api_limit.rate_limit.requests",
        "ceiling.api_limit.rate_limit.seconds",
        "ceiling.api_limit.rate_limit.burst",
        "ceiling.api_limit.quota.requests",
        "ceiling.api_limit.quota.period",
        "ceiling.api_limit.quota.time_zone",
    ],
};
const FIELDS: [&str; 14] = [
    DEFAULT[0],
    DEFAULT[1],
    DEFAULT[2],
    DEFAULT[3],
    DEFAULT[4],
    DEFAULT[5],
    DEFAULT_OF_API.all,
    CEILING[0],
    CEILING[1],
    CEILING[2],
    CEILING[3],
    CEILING[4],
    CEILING[5],
    CEILING_OF_API.all,
];

/// Writes the rules.
pub(crate) type SetRules = StoredValue<Box<dyn Fn(&NewLimitRules) -> Answer<LimitRules> + Send + Sync>>;

/// The panel. It reads the rules, and changes them with `set`.
#[component]
pub(crate) fn LimitRulesPanel(
    rules: Reading<LimitRules>,
    set: SetRules,
    /// Whom they hold for.
    hint: &'static str,
    can_change: bool,
) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <section class="panel" aria-labelledby="limits">
            <h2 id="limits">{text::limits::rules()}</h2>
            <p class="hint">{hint}</p>
            <Loaded
                reading=rules
                children=move |found: LimitRules| {
                    let now = StoredValue::new(found.clone());
                    view! {
                        <dl class="facts">
                            <dt>{text::limits::default()}</dt>
                            <dd><InWords limits=found.default /></dd>
                            <dt>{text::limits::ceiling()}</dt>
                            <dd><InWords limits=found.ceiling /></dd>
                        </dl>
                        {can_change
                            .then(|| view! {
                                <div class="buttons">
                                    <button type="button" class="quiet" on:click=move |_| open.set(true)>
                                        {text::limits::set_limits()}
                                    </button>
                                </div>
                                <Dialog
                                    open
                                    is_wide=true
                                    title=Signal::derive(|| text::limits::set_rules().to_owned())
                                >
                                    <Modify now=now.get_value() rules set open />
                                </Dialog>
                            })}
                    }
                }
            />
        </section>
    }
}

#[component]
fn InWords(limits: TokenLimits) -> impl IntoView {
    view! {
        {text::limits::rate_limit()}
        ": "
        {rate_in_words(limits.rate_limit)}
        <br />
        {text::limits::quota()}
        ": "
        {quota_in_words(limits.quota.as_ref())}
        {limits.api_limits.into_iter().map(|one| view! { <br /> <OfApi one /> }).collect_view()}
    }
}

/// The input for a default or a ceiling.
#[derive(Clone, Copy)]
struct Draft {
    limits: LimitDraft,
    of_apis: ApiLimitsDraft,
}

impl Draft {
    fn new(now: &TokenLimits) -> Self {
        let limits = Limits { rate_limit: now.rate_limit, quota: now.quota.clone() };
        Self { limits: LimitDraft::new(&limits), of_apis: ApiLimitsDraft::new(&now.api_limits) }
    }

    fn is_faulty(self) -> bool {
        self.limits.rate_fault().is_some() || self.limits.quota_fault().is_some() || self.of_apis.is_faulty()
    }

    fn wanted(self) -> NewLimits {
        NewLimits { api_limits: untrack(|| self.of_apis.wanted()), ..self.limits.limits() }
    }
}

#[component]
fn Modify(now: LimitRules, rules: Reading<LimitRules>, set: SetRules, open: RwSignal<bool>) -> impl IntoView {
    let (default, ceiling) = (Draft::new(&now.default), Draft::new(&now.ceiling));
    let submitted = RwSignal::new(false);
    let toasts = toasts();
    let write = Write::new(
        move |new: NewLimitRules| set.with_value(|set| set(&new)),
        move |_: LimitRules| {
            toasts.good(text::saved());
            open.set(false);
            rules.again();
        },
    );
    let error = write.error();
    let submit = move || {
        submitted.set(true);
        if !untrack(|| default.is_faulty() || ceiling.is_faulty()) {
            write.send(NewLimitRules { default: default.wanted(), ceiling: ceiling.wanted() });
        }
    };
    let part = move |draft: Draft, names: Names, of_api: ApiNames, legend, hint| {
        view! {
            <fieldset>
                <legend>{legend}</legend>
                <p class="hint">{hint}</p>
                <div class="fields">
                    <LimitFields
                        draft=draft.limits
                        names
                        faults=faults(draft.limits, names, submitted, error)
                    />
                </div>
                <ApiLimitsFields draft=draft.of_apis names=of_api submitted error />
            </fieldset>
        }
    };
    view! {
        <Form submit error fields=&FIELDS>
            {part(default, DEFAULT, DEFAULT_OF_API, text::limits::default(), text::limits::default_hint())}
            {part(ceiling, CEILING, CEILING_OF_API, text::limits::ceiling(), text::limits::ceiling_hint())}
            <Foot cancel=move |()| open.set(false) says=(text::save(), text::saving()) pending=write.pending() />
        </Form>
    }
}
