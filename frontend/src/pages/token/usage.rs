//! The usage of a token: a chart, the same numbers as a table, and the reasons of denied calls.

use std::collections::BTreeMap;

use js_sys::Date;
use latchkey_shared::tokens::Usage;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::components::reading::{Loaded, Reading};
use crate::time::{self, number};
use crate::{api, text};

/// The number of days in the chart.
const DAYS: u32 = 30;
/// The units of the SVG chart. A bar is a little narrower than the slot of its day.
const SLOT: f64 = 20.0;
const BAR: f64 = 14.0;
const HEIGHT: f64 = 120.0;
/// The outcome of an allowed call, as the server names it.
const ALLOWED: &str = "allowed";

/// The usage of one day.
#[derive(Clone, Default)]
struct Day {
    /// In UTC, for example `2026-11-24`.
    date: String,
    allowed: i64,
    denied: i64,
}

/// The last days, earliest first. Days without calls are included.
fn days(usage: &Usage) -> Vec<Day> {
    let mut calls: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for one in &usage.days {
        let (allowed, denied) = calls.entry(&one.day).or_default();
        *if one.outcome == ALLOWED { allowed } else { denied } += one.count;
    }
    let midnight = |back: u32| {
        let date = Date::new(&JsValue::from_f64(Date::now() - f64::from(back) * 86_400_000.0));
        String::from(date.to_iso_string()).chars().take(10).collect::<String>()
    };
    (0..DAYS)
        .rev()
        .map(|back| {
            let date = midnight(back);
            let (allowed, denied) = calls.get(date.as_str()).copied().unwrap_or_default();
            Day { date, allowed, denied }
        })
        .collect()
}

/// The usage panel.
#[component]
pub(super) fn UsagePanel(id: String) -> impl IntoView {
    let usage = Reading::new(move || api::tokens::usage(&id));
    view! {
        <section class="panel">
            <h2>{text::token::usage()}</h2>
            <Loaded reading=usage children=|usage| view! { <Used usage /> } />
        </section>
    }
}

#[component]
fn Used(usage: Usage) -> impl IntoView {
    let days = days(&usage);
    let total =
        days.iter().fold((0, 0), |(allowed, denied), day| (allowed + day.allowed, denied + day.denied));
    let counted = |allowed, denied| text::token::allowed_and_denied(&number(allowed), &number(denied));
    let recent = usage.last_24_hours;
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
        </dl>
        {if total == (0, 0) {
            view! { <p class="hint">{text::token::not_used()}</p> }.into_any()
        } else {
            view! { <Chart days summary=counted(total.0, total.1) /> }.into_any()
        }}
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

/// The calls per day as stacked bars: allowed calls below, denied calls above.
#[component]
fn Chart(days: Vec<Day>, summary: String) -> impl IntoView {
    let most = days.iter().map(|day| day.allowed + day.denied).max().unwrap_or(1).max(1);
    #[expect(clippy::cast_precision_loss, reason = "a count of calls is far below 2^53")]
    let height = |count: i64| {
        // A single call among thousands must stay visible.
        if count == 0 { 0.0 } else { (count as f64 / most as f64 * HEIGHT).max(2.0) }
    };
    let bars = days
        .iter()
        .zip(0_u32..)
        .filter(|(day, _)| day.allowed + day.denied > 0)
        .map(|(day, at)| {
            let x = f64::from(at) * SLOT + (SLOT - BAR) / 2.0;
            let (allowed, denied) = (height(day.allowed), height(day.denied));
            let calls = text::token::allowed_and_denied(&number(day.allowed), &number(day.denied));
            view! {
                <g>
                    <title>{text::token::on_day(&time::day(&day.date), &calls)}</title>
                    <rect class="allowed" x=x y=HEIGHT - allowed width=BAR height=allowed />
                    <rect class="denied" x=x y=(HEIGHT - allowed - denied).max(0.0) width=BAR height=denied />
                </g>
            }
        })
        .collect_view();
    let ends = [days.first(), days.last()].map(|day| day.map(|day| time::day(&day.date)).unwrap_or_default());
    let [first, last] = ends;
    let rows = days
        .iter()
        .rev()
        .filter(|day| day.allowed + day.denied > 0)
        .map(|day| {
            view! {
                <tr>
                    <th scope="row">{time::day(&day.date)}</th>
                    <td class="number">{number(day.allowed)}</td>
                    <td class="number">{number(day.denied)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <figure class="chart">
            <figcaption>
                {text::token::calls_per_day()}
                <span class="legend">
                    <span class="allowed">{text::token::allowed()}</span>
                    <span class="denied">{text::token::denied()}</span>
                </span>
            </figcaption>
            <div class="plot">
                <span class="most" aria-hidden="true">{number(most)}</span>
                <svg
                    role="img"
                    aria-label=text::token::on_day(text::token::calls_per_day(), &summary)
                    viewBox=format!("0 0 {} {HEIGHT}", f64::from(DAYS) * SLOT)
                    preserveAspectRatio="none"
                >
                    {bars}
                </svg>
            </div>
            <p class="axis" aria-hidden="true"><span>{first}</span> <span>{last}</span></p>
            <details>
                <summary>{text::token::as_table()}</summary>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{text::token::day()}</th>
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
