//! Moments as a person reads them, in the browser's language and time zone.

use js_sys::Intl::RelativeTimeFormat;
use js_sys::{Array, Date, Object, Reflect};
use latchkey_shared::time::Timestamp;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// How long ago it was, with the exact time on hover.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a property of a component is its own")]
pub(crate) fn Moment(at: Timestamp) -> impl IntoView {
    let date = Date::new(&JsValue::from_str(at.as_str()));
    let exact = String::from(date.to_locale_string("default", &JsValue::UNDEFINED));
    let seconds = (date.get_time() - Date::now()) / 1000.0;
    view! { <time datetime=at.to_string() title=exact>{relative(seconds)}</time> }
}

/// `3 hours ago`, `yesterday`, `in 2 months`.
fn relative(seconds: f64) -> String {
    let (unit, length) = match seconds.abs() {
        s if s < MINUTE => ("second", 1.0),
        s if s < HOUR => ("minute", MINUTE),
        s if s < DAY => ("hour", HOUR),
        s if s < 30.0 * DAY => ("day", DAY),
        s if s < 365.0 * DAY => ("month", 30.0 * DAY),
        _ => ("year", 365.0 * DAY),
    };
    let options = Object::new();
    // Setting a property of a fresh object cannot fail.
    let _ = Reflect::set(&options, &"numeric".into(), &"auto".into());
    let amount = if unit == "second" { 0.0 } else { (seconds / length).trunc() };
    RelativeTimeFormat::new(&Array::new(), &options).format(amount, unit).into()
}
