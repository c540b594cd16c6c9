//! The panel with the default and the ceiling for the limits of tokens.

use latchkey_shared::limits::{LimitRules, Limits, NewLimitRules};
use leptos::prelude::*;

use crate::api::Answer;
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
const FIELDS: [&str; 12] = [
    DEFAULT[0], DEFAULT[1], DEFAULT[2], DEFAULT[3], DEFAULT[4], DEFAULT[5], CEILING[0], CEILING[1],
    CEILING[2], CEILING[3], CEILING[4], CEILING[5],
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
fn InWords(limits: Limits) -> impl IntoView {
    view! {
        {text::limits::rate_limit()}
        ": "
        {rate_in_words(limits.rate_limit)}
        <br />
        {text::limits::quota()}
        ": "
        {quota_in_words(limits.quota.as_ref())}
    }
}

#[component]
fn Modify(now: LimitRules, rules: Reading<LimitRules>, set: SetRules, open: RwSignal<bool>) -> impl IntoView {
    let (default, ceiling) = (LimitDraft::new(&now.default), LimitDraft::new(&now.ceiling));
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
        let faults = untrack(|| {
            [default.rate_fault(), default.quota_fault(), ceiling.rate_fault(), ceiling.quota_fault()]
        });
        if faults.iter().all(Option::is_none) {
            write.send(NewLimitRules { default: default.limits(), ceiling: ceiling.limits() });
        }
    };
    view! {
        <Form submit error fields=&FIELDS>
            <fieldset>
                <legend>{text::limits::default()}</legend>
                <p class="hint">{text::limits::default_hint()}</p>
                <div class="fields">
                    <LimitFields
                        draft=default
                        names=DEFAULT
                        faults=faults(default, DEFAULT, submitted, error)
                    />
                </div>
            </fieldset>
            <fieldset>
                <legend>{text::limits::ceiling()}</legend>
                <p class="hint">{text::limits::ceiling_hint()}</p>
                <div class="fields">
                    <LimitFields
                        draft=ceiling
                        names=CEILING
                        faults=faults(ceiling, CEILING, submitted, error)
                    />
                </div>
            </fieldset>
            <Foot cancel=move |()| open.set(false) says=(text::save(), text::saving()) pending=write.pending() />
        </Form>
    }
}
