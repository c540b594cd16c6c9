//! Formats times and numbers in the language of the screens and the time zone of the browser.

use js_sys::Intl::RelativeTimeFormat;
use js_sys::{Array, Date, Object, Reflect};
use latchkey_shared::time::Timestamp;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::preferences::language;
use crate::text;

const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// A relative time. The tooltip shows the exact time.
#[component]
pub(crate) fn Moment(at: Timestamp) -> impl IntoView {
    view! { <time datetime=at.to_string() title=exact(&at)>{relative(seconds_from_now(&at))}</time> }
}

/// The time of the last use, or "never used".
#[component]
pub(crate) fn LastUsed(at: Option<Timestamp>) -> impl IntoView {
    moment_or(at, text::never_used())
}

/// The expiry time, or "never expires".
#[component]
pub(crate) fn Expiry(at: Option<Timestamp>) -> impl IntoView {
    moment_or(at, text::never_expires())
}

fn moment_or(at: Option<Timestamp>, never: &'static str) -> AnyView {
    match at {
        Some(at) => view! { <Moment at /> }.into_any(),
        None => view! { <span class="never">{never}</span> }.into_any(),
    }
}

/// The date and the time, to the second.
pub(crate) fn exact(at: &Timestamp) -> String {
    date(at).to_locale_string(&locale(), &JsValue::UNDEFINED).into()
}

/// Formats a date like `2026-11-24` as day and month.
pub(crate) fn day(day: &str) -> String {
    in_utc(day, "day")
}

/// Formats a month like `2026-11` as month and year.
pub(crate) fn month(month: &str) -> String {
    in_utc(month, "year")
}

/// Formats the month of a date, and another part of it.
fn in_utc(date: &str, part: &str) -> String {
    let options = Object::new();
    for (name, value) in [("timeZone", "UTC"), ("month", "short"), (part, "numeric")] {
        // Setting a property of a new object cannot fail.
        let _ = Reflect::set(&options, &name.into(), &value.into());
    }
    Date::new(&JsValue::from_str(date)).to_locale_date_string(&locale(), &options).into()
}

/// The seconds until a time. Negative if it has passed.
pub(crate) fn seconds_from_now(at: &Timestamp) -> f64 {
    (date(at).get_time() - Date::now()) / 1000.0
}

/// A number with the digit grouping of the current language.
#[expect(clippy::cast_precision_loss, reason = "nothing that is counted comes near 2^53")]
pub(crate) fn number(number: i64) -> String {
    js_sys::Number::from(number as f64).to_locale_string(language().tag()).into()
}

/// The locale for dates: the first language of the browser that matches the language of the screens.
fn locale() -> String {
    let spoken = language().tag();
    // Some browsers report names like `en-US@posix`, which are not valid tags for `Intl`.
    let is_tag = |tag: &String| tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let preferred = window().navigator().languages().into_iter().filter_map(|tag| tag.as_string());
    let mut preferred = preferred.filter(is_tag);
    preferred.find(|tag| tag.get(..2) == spoken.get(..2)).unwrap_or_else(|| spoken.to_owned())
}

fn date(at: &Timestamp) -> Date {
    Date::new(&JsValue::from_str(at.as_str()))
}

/// A relative time: `3 hours ago`, `yesterday`, `in 2 months`.
pub(crate) fn relative(seconds: f64) -> String {
    let (unit, length) = match seconds.abs() {
        s if s < MINUTE => ("second", 1.0),
        s if s < HOUR => ("minute", MINUTE),
        s if s < DAY => ("hour", HOUR),
        s if s < 30.0 * DAY => ("day", DAY),
        s if s < 365.0 * DAY => ("month", 30.0 * DAY),
        _ => ("year", 365.0 * DAY),
    };
    let options = Object::new();
    // Setting a property of a new object cannot fail.
    let _ = Reflect::set(&options, &"numeric".into(), &"auto".into());
    let amount = if unit == "second" { 0.0 } else { (seconds / length).trunc() };
    RelativeTimeFormat::new(&Array::of1(&language().tag().into()), &options).format(amount, unit).into()
}
