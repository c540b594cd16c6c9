//! The usage of a token: a chart, the same numbers as a table, and the reasons of denied calls.

use std::collections::BTreeMap;

use js_sys::Date;
use latchkey_shared::ids::TokenId;
use latchkey_shared::tokens::{self, QuotaState, RateLimitState, Usage};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::components::reading::{Loaded, Reading};
use crate::time::{self, number};
use crate::{api, text};

/// The number of days in the chart.
const DAYS: u32 = 30;
/// The number of months in the chart.
const MONTHS: usize = 24;
/// The units of the SVG chart. A bar is a little narrower than the slot of its day.
const SLOT: f64 = 20.0;
const BAR: f64 = 14.0;
const HEIGHT: f64 = 120.0;
/// The outcome of an allowed call, as the server names it.
const ALLOWED: &str = "allowed";

/// The usage of one day or one month.
#[derive(Clone, Default)]
struct Period {
    /// In UTC, for example `2026-11-24` or `2026-11`.
    date: String,
    allowed: i64,
    denied: i64,
}

/// What a chart shows.
#[derive(Clone, Copy)]
enum Per {
    Day,
    Month,
}

impl Per {
    fn caption(self) -> &'static str {
        match self {
            Self::Day => text::token::calls_per_day(),
            Self::Month => text::token::calls_per_month(),
        }
    }

    fn heading(self) -> &'static str {
        match self {
            Self::Day => text::token::day(),
            Self::Month => text::token::month(),
        }
    }

    fn name(self, date: &str) -> String {
        match self {
            Self::Day => time::day(date),
            Self::Month => time::month(date),
        }
    }
}

/// Calls by date: how many were allowed, and how many denied.
fn calls<'u>(counts: impl Iterator<Item = (&'u str, &'u str, i64)>) -> BTreeMap<&'u str, (i64, i64)> {
    let mut calls: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for (date, outcome, count) in counts {
        let (allowed, denied) = calls.entry(date).or_default();
        *if outcome == ALLOWED { allowed } else { denied } += count;
    }
    calls
}

/// These dates in their order. Dates without calls are included.
fn periods(dates: impl Iterator<Item = String>, calls: &BTreeMap<&str, (i64, i64)>) -> Vec<Period> {
    dates
        .map(|date| {
            let (allowed, denied) = calls.get(date.as_str()).copied().unwrap_or_default();
            Period { date, allowed, denied }
        })
        .collect()
}

/// The last days, earliest first.
fn days(usage: &Usage) -> Vec<Period> {
    let calls = calls(usage.days.iter().map(|one| (&*one.day, &*one.outcome, one.count)));
    let midnight = |back: u32| {
        let date = Date::new(&JsValue::from_f64(Date::now() - f64::from(back) * 86_400_000.0));
        String::from(date.to_iso_string()).chars().take(10).collect::<String>()
    };
    periods((0..DAYS).rev().map(midnight), &calls)
}

/// The last months, earliest first. None if the days show all calls.
fn months(usage: &Usage, days: &[Period]) -> Vec<Period> {
    let calls = calls(usage.months.iter().map(|one| (&*one.month, &*one.outcome, one.count)));
    let shown: i64 = days.iter().map(|day| day.allowed + day.denied).sum();
    let all: i64 = calls.values().map(|(allowed, denied)| allowed + denied).sum();
    if all <= shown {
        return Vec::new();
    }
    let mut date = days.last().and_then(|day| day.date.get(..7)).unwrap_or_default().to_owned();
    let mut dates = Vec::new();
    while dates.len() < MONTHS {
        let before = month_before(&date);
        dates.push(std::mem::replace(&mut date, before));
    }
    periods(dates.into_iter().rev(), &calls)
}

/// The month before a month.
fn month_before(month: &str) -> String {
    let (year, number) = month.split_once('-').unwrap_or_default();
    match (year.parse::<u32>().unwrap_or_default(), number.parse::<u32>().unwrap_or_default()) {
        (year, 0 | 1) => format!("{:04}-12", year.saturating_sub(1)),
        (year, number) => format!("{year:04}-{:02}", number - 1),
    }
}

/// The usage panel.
#[component]
pub(super) fn UsagePanel(id: TokenId) -> impl IntoView {
    let of = id.to_string();
    let usage = Reading::new(move || api::tokens::usage(&of));
    view! {
        <section class="panel">
            <h2>{text::token::usage()}</h2>
            <Loaded reading=usage children=move |usage| view! { <Used usage id=id.clone() /> } />
        </section>
    }
}

#[component]
fn Used(usage: Usage, id: TokenId) -> impl IntoView {
    let days = days(&usage);
    let months = months(&usage, &days);
    let total =
        days.iter().fold((0, 0), |(allowed, denied), day| (allowed + day.allowed, denied + day.denied));
    let counted = |allowed, denied| text::token::allowed_and_denied(&number(allowed), &number(denied));
    let recent = usage.last_24_hours;
    // The days of the chart are those of UTC.
    let is_of_days = |one: &&QuotaState| {
        one.api.is_none() && one.quota.period == tokens::Period::Day && one.quota.time_zone == "UTC"
    };
    let limit = usage.quotas.iter().filter(is_of_days).map(|one| i64::from(one.quota.requests)).min();
    let mut denials: BTreeMap<&str, i64> = BTreeMap::new();
    for one in usage.days.iter().filter(|one| one.outcome != ALLOWED) {
        *denials.entry(&one.outcome).or_default() += one.count;
    }
    let mut denials: Vec<(String, i64)> =
        denials.into_iter().map(|(reason, count)| (reason.to_owned(), count)).collect();
    denials.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    view! {
        <dl class="facts">
            <dt>{text::tokens::last_used()}</dt>
            <dd><time::LastUsed at=usage.last_used_at /></dd>
            <dt>{text::token::last_24_hours()}</dt>
            <dd>{counted(recent.allowed, recent.denied)}</dd>
            <dt>{text::token::last_30_days()}</dt>
            <dd>{counted(total.0, total.1)}</dd>
            <LimitsInForce rate_limits=usage.rate_limits quotas=usage.quotas id />
        </dl>
        {if total == (0, 0) {
            view! { <p class="hint">{text::token::not_used()}</p> }.into_any()
        } else {
            view! { <Chart per=Per::Day periods=days limit summary=counted(total.0, total.1) /> }.into_any()
        }}
        {(!months.is_empty())
            .then(|| {
                let sum = |of: fn(&Period) -> i64| months.iter().map(of).sum();
                let summary = counted(sum(|month| month.allowed), sum(|month| month.denied));
                view! { <Chart per=Per::Month periods=months summary /> }
            })}
        {(!denials.is_empty())
            .then(|| view! {
                <h3>{text::token::denials()}</h3>
                <table class="denials">
                    <thead>
                        <tr>
                            <th scope="col">{text::token::reason()}</th>
                            <th scope="col" class="number">{text::token::calls()}</th>
                        </tr>
                    </thead>
                    <tbody>
                        {denials
                            .into_iter()
                            .map(|(reason, count)| view! {
                                <tr>
                                    <th scope="row">
                                        {text::reasons::outcome(&reason)} <span class="sub code">{reason}</span>
                                    </th>
                                    <td class="number">{number(count)}</td>
                                </tr>
                            })
                            .collect_view()}
                    </tbody>
                </table>
            })}
    }
}

/// The limits that the calls of a token spend, and what is left of its quotas, for a list of facts.
#[component]
pub(super) fn LimitsInForce(
    #[prop(optional)] rate_limits: Vec<RateLimitState>,
    quotas: Vec<QuotaState>,
    id: TokenId,
) -> impl IntoView {
    let rates = rate_limits
        .iter()
        .map(|one| {
            text::limits::whose(&text::limits::rate(one.rate_limit), one.api.as_deref(), one.token == id)
        })
        .collect::<Vec<_>>();
    let left = |state: &QuotaState| {
        let (left, all) = (number(state.left), number(state.quota.requests.into()));
        let left = text::limits::left_of(&left, &all, &time::exact(&state.resets_at));
        text::limits::whose(&left, state.api.as_deref(), state.token == id)
    };
    let left = quotas.iter().map(left).collect::<Vec<_>>();
    let listed = |name: &'static str, all: Vec<String>| {
        (!all.is_empty()).then(|| {
            view! {
                <dt>{name}</dt>
                {all.into_iter().map(|one| view! { <dd>{one}</dd> }).collect_view()}
            }
        })
    };
    view! {
        {listed(text::limits::rate_limit(), rates)}
        {listed(text::limits::quota_left(), left)}
    }
}

/// The calls per day or month as stacked bars: allowed calls below, denied calls above. A line shows how many
/// are allowed, unless it is far above.
#[component]
fn Chart(
    per: Per,
    periods: Vec<Period>,
    #[prop(default = None)] limit: Option<i64>,
    summary: String,
) -> impl IntoView {
    let most = periods.iter().map(|one| one.allowed + one.denied).max().unwrap_or(1).max(1);
    #[expect(clippy::cast_precision_loss, reason = "a count of calls is far below 2^53")]
    let height = |count: i64| {
        // A single call among thousands must stay visible.
        if count == 0 { 0.0 } else { (count as f64 / most as f64 * HEIGHT).max(2.0) }
    };
    let limit = limit.filter(|limit| *limit <= most).map(|limit| HEIGHT - height(limit));
    let width = periods.iter().fold(0.0, |width, _| width + SLOT);
    let bars = periods
        .iter()
        .zip(0_u32..)
        .filter(|(one, _)| one.allowed + one.denied > 0)
        .map(|(one, at)| {
            let x = f64::from(at) * SLOT + (SLOT - BAR) / 2.0;
            let (allowed, denied) = (height(one.allowed), height(one.denied));
            let calls = text::token::allowed_and_denied(&number(one.allowed), &number(one.denied));
            view! {
                <g>
                    <title>{text::token::on_day(&per.name(&one.date), &calls)}</title>
                    <rect class="allowed" x=x y=HEIGHT - allowed width=BAR height=allowed />
                    <rect class="denied" x=x y=(HEIGHT - allowed - denied).max(0.0) width=BAR height=denied />
                </g>
            }
        })
        .collect_view();
    let ends =
        [periods.first(), periods.last()].map(|one| one.map(|one| per.name(&one.date)).unwrap_or_default());
    let [first, last] = ends;
    let rows = periods
        .iter()
        .rev()
        .filter(|one| one.allowed + one.denied > 0)
        .map(|one| {
            view! {
                <tr>
                    <th scope="row">{per.name(&one.date)}</th>
                    <td class="number">{number(one.allowed)}</td>
                    <td class="number">{number(one.denied)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <figure class="chart">
            <figcaption>
                {per.caption()}
                <span class="legend">
                    <span class="allowed">{text::token::allowed()}</span>
                    <span class="denied">{text::token::denied()}</span>
                    {limit.map(|_| view! { <span class="limit">{text::limits::quota()}</span> })}
                </span>
            </figcaption>
            <div class="plot">
                <span class="most" aria-hidden="true">{number(most)}</span>
                <svg
                    role="img"
                    aria-label=text::token::on_day(per.caption(), &summary)
                    viewBox=format!("0 0 {width} {HEIGHT}")
                    preserveAspectRatio="none"
                >
                    {bars}
                    {limit.map(|y| view! { <line class="limit" x1=0 x2=width y1=y y2=y /> })}
                </svg>
            </div>
            <p class="axis" aria-hidden="true"><span>{first}</span> <span>{last}</span></p>
            <details>
                <summary>{text::token::as_table()}</summary>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{per.heading()}</th>
                            <th scope="col" class="number">{text::token::allowed()}</th>
                            <th scope="col" class="number">{text::token::denied()}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </details>
        </figure>
    }
}
