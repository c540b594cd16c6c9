//! The filters of the audit trail.

use std::time::Duration;

use js_sys::Date;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::api::audit::Filter;
use crate::components::listing::Reload;
use crate::navigation::with_query;
use crate::text;
use crate::text::audit::{GROUPS, Group};

/// The value in the URL and its label text.
type Time = (&'static str, fn() -> &'static str);

/// A day, in milliseconds.
const DAY: f64 = 86_400_000.0;
/// How long the search waits after the last keystroke.
const REST: Duration = Duration::from_millis(250);
/// The choice of two days.
const BETWEEN: &str = "between";

/// The periods to choose from.
const TIMES: [Time; 5] = [
    ("", text::audit::all_time),
    ("today", text::audit::today),
    ("7", text::audit::seven_days),
    ("30", text::audit::thirty_days),
    (BETWEEN, text::audit::between),
];

/// The address of the audit trail with a filter.
pub(super) fn link(filter: &Filter) -> String {
    with_query(
        "/audit",
        &[
            ("actor", &filter.actor),
            ("target", &filter.target),
            ("action", &filter.action),
            ("request", &filter.request),
            ("address", &filter.address),
            ("since", &filter.since),
            ("until", &filter.until),
        ],
    )
}

/// The same filter with moments in RFC 3339 in the place of periods and days. The last day counts, too.
pub(super) fn moments_of(filter: Filter) -> Filter {
    Filter { since: moment_of(&filter.since, 0.0), until: moment_of(&filter.until, DAY), ..filter }
}

/// The start of a period or a day, and so many milliseconds later. Empty for all time.
fn moment_of(time: &str, later: f64) -> String {
    let moment = Date::new_0();
    match time {
        "today" => {
            moment.set_hours(0);
            moment.set_minutes(0);
            moment.set_seconds(0);
            moment.set_milliseconds(0);
        }
        "7" => {
            moment.set_time(moment.get_time() - 7.0 * DAY);
        }
        "30" => {
            moment.set_time(moment.get_time() - 30.0 * DAY);
        }
        day => {
            // Without an offset, this is a time at the place of the browser.
            let start = Date::parse(&format!("{day}T00:00:00"));
            if start.is_nan() {
                return String::new();
            }
            moment.set_time(start + later);
        }
    }
    moment.to_iso_string().into()
}

/// Whether a period is between two days.
fn is_between(filter: &Filter) -> bool {
    !filter.until.is_empty() || filter.since.contains('-')
}

#[component]
pub(crate) fn Filters(asked: Memo<Filter>, reload: Reload) -> impl IntoView {
    let texts = Texts::default();
    let chooses_days = RwSignal::new(is_between(&asked.get_untracked()));
    Effect::new(move || texts.follow(&asked.read()));
    let navigate = StoredValue::new_local(use_navigate());
    let go = move |change: &dyn Fn(&mut Filter)| {
        let mut wanted = texts.write(asked.get_untracked());
        change(&mut wanted);
        if wanted != *asked.read_untracked() {
            let keep_place = NavigateOptions { scroll: false, replace: true, ..NavigateOptions::default() };
            navigate.with_value(|navigate| navigate(&link(&wanted), keep_place));
        }
    };
    let typed = StoredValue::new_local(debounce(REST, move |()| go(&|_| ())));
    let input = move |name: &'static str,
                      label: &'static str,
                      hint: &'static str,
                      value: RwSignal<String>,
                      keys: Option<&'static str>| {
        view! {
            <div class="field">
                <label for=name>{label}</label>
                <input
                    id=name
                    name=name
                    type="search"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    maxlength="100"
                    placeholder=hint
                    aria-keyshortcuts=keys
                    bind:value=value
                    on:input=move |_| typed.update_value(|typed| typed(()))
                />
            </div>
        }
    };
    let day = move |name: &'static str, label: &'static str, value: fn(&mut Filter) -> &mut String| {
        view! {
            <div class="field">
                <label for=name>{label}</label>
                <input
                    id=name
                    type="date"
                    prop:value=move || value(&mut asked.get()).clone()
                    on:change:target=move |event| {
                        let day = event.target().value();
                        go(&|filter| value(filter).clone_from(&day));
                    }
                />
            </div>
        }
    };
    let choice = move |value: String, label: &'static str| {
        let this = value.clone();
        view! { <option value=value selected=move || asked.read().action == this>{label}</option> }
    };
    let group = move |group: &'static Group| {
        view! {
            <optgroup label=(group.name)()>
                {choice(group.kind.to_owned(), (group.all)())}
                {group.actions.iter().map(|act| choice(act.action(group), act.name())).collect_view()}
            </optgroup>
        }
    };
    let is_period = move |time: &str| {
        if chooses_days.get() { time == BETWEEN } else { asked.read().since == time }
    };
    view! {
        <form
            role="search"
            class="filters"
            aria-label=text::audit::filters()
            on:submit=move |event| {
                event.prevent_default();
                go(&|_| ());
                reload.now();
            }
        >
            {input("actor", text::audit::actor(), text::audit::name_hint(), texts.actor, Some("/"))}
            <div class="field">
                <label for="action">{text::audit::action()}</label>
                <select
                    id="action"
                    on:change:target=move |event| {
                        let action = event.target().value();
                        go(&|filter| filter.action.clone_from(&action));
                    }
                >
                    {choice(String::new(), text::audit::anything())}
                    {GROUPS.iter().map(group).collect_view()}
                </select>
            </div>
            {input("target", text::audit::target(), text::audit::name_hint(), texts.target, None)}
            {input("request", text::audit::request(), text::audit::beginning_hint(), texts.request, None)}
            {input("address", text::audit::address(), text::audit::beginning_hint(), texts.address, None)}
            <div class="field">
                <label for="since">{text::audit::since()}</label>
                <select
                    id="since"
                    on:change:target=move |event| {
                        let period = event.target().value();
                        chooses_days.set(period == BETWEEN);
                        if period != BETWEEN {
                            go(&|filter| {
                                filter.since.clone_from(&period);
                                filter.until.clear();
                            });
                        }
                    }
                >
                    {TIMES
                        .map(|(time, label)| view! {
                            <option value=time selected=move || is_period(time)>{label()}</option>
                        })}
                </select>
            </div>
            <Show when=move || chooses_days.get()>
                {day("from", text::audit::from(), |filter| &mut filter.since)}
                {day("to", text::audit::to(), |filter| &mut filter.until)}
            </Show>
            <div class="buttons">
                <button type="submit" class="quiet">{text::audit::filter()}</button>
                <Show when=move || *asked.read() != Filter::default()>
                    <a class="button quiet" href="/audit">{text::audit::clear()}</a>
                </Show>
            </div>
        </form>
    }
}

/// The texts, as they are being typed.
#[derive(Clone, Copy, Default)]
struct Texts {
    actor: RwSignal<String>,
    target: RwSignal<String>,
    request: RwSignal<String>,
    address: RwSignal<String>,
}

impl Texts {
    /// Takes over the texts of the address. Who types a space goes on after it.
    fn follow(self, asked: &Filter) {
        let follow = |text: RwSignal<String>, asked: &String| {
            if text.read_untracked().trim() != asked {
                text.set(asked.clone());
            }
        };
        follow(self.actor, &asked.actor);
        follow(self.target, &asked.target);
        follow(self.request, &asked.request);
        follow(self.address, &asked.address);
    }

    fn write(self, filter: Filter) -> Filter {
        let text = |text: RwSignal<String>| text.read_untracked().trim().to_owned();
        Filter {
            actor: text(self.actor),
            target: text(self.target),
            request: text(self.request),
            address: text(self.address),
            ..filter
        }
    }
}
