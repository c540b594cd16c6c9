//! The filters of the audit trail.

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

/// The periods to choose from.
const TIMES: [Time; 4] = [
    ("", text::audit::all_time),
    ("today", text::audit::today),
    ("7", text::audit::seven_days),
    ("30", text::audit::thirty_days),
];

/// The address of the audit trail with a filter.
pub(super) fn link(filter: &Filter) -> String {
    with_query(
        "/audit",
        &[
            ("actor", &filter.actor),
            ("target", &filter.target),
            ("action", &filter.action),
            ("since", &filter.since),
        ],
    )
}

/// The start of a period in RFC 3339. Empty for all time.
pub(crate) fn moment_of(time: &str) -> String {
    const DAY: f64 = 86_400_000.0;
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
        _ => return String::new(),
    }
    moment.to_iso_string().into()
}

#[component]
pub(crate) fn Filters(asked: Memo<Filter>, reload: Reload) -> impl IntoView {
    let actor = RwSignal::new(String::new());
    let target = RwSignal::new(String::new());
    Effect::new(move || {
        let asked = asked.read();
        actor.set(asked.actor.clone());
        target.set(asked.target.clone());
    });
    let navigate = StoredValue::new_local(use_navigate());
    let go = move |change: &dyn Fn(&mut Filter)| {
        let mut wanted = Filter {
            actor: actor.read_untracked().trim().to_owned(),
            target: target.read_untracked().trim().to_owned(),
            ..asked.get_untracked()
        };
        change(&mut wanted);
        if wanted == *asked.read_untracked() {
            reload.now();
        } else {
            let keep_place = NavigateOptions { scroll: false, ..NavigateOptions::default() };
            navigate.with_value(|navigate| navigate(&link(&wanted), keep_place));
        }
    };
    let input = move |name: &'static str,
                      label: &'static str,
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
                    placeholder=text::audit::exact_hint()
                    aria-keyshortcuts=keys
                    bind:value=value
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
    view! {
        <form
            role="search"
            class="filters"
            aria-label=text::audit::filters()
            on:submit=move |event| {
                event.prevent_default();
                go(&|_| ());
            }
        >
            {input("actor", text::audit::actor(), actor, Some("/"))}
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
            {input("target", text::audit::target(), target, None)}
            <div class="field">
                <label for="since">{text::audit::since()}</label>
                <select
                    id="since"
                    on:change:target=move |event| {
                        let since = event.target().value();
                        go(&|filter| filter.since.clone_from(&since));
                    }
                >
                    {TIMES
                        .map(|(time, label)| view! {
                            <option value=time selected=move || asked.read().since == time>{label()}</option>
                        })}
                </select>
            </div>
            <div class="buttons">
                <button type="submit" class="quiet">{text::audit::filter()}</button>
                <Show when=move || *asked.read() != Filter::default()>
                    <a class="button quiet" href="/audit">{text::audit::clear()}</a>
                </Show>
            </div>
        </form>
    }
}
