//! What the limits of a token cost.

use std::time::Duration;

use anyhow::Result;
use latchkey::crypto::jwt::Algorithm;
use serde_json::json;

use super::alternate::{One, compare};
use crate::place::Place;
use crate::platform::Platform;
use crate::report::Report;
use crate::server::Server;

const TITLE: &str = "Limits";
const NOTE: &str = "Decisions with cached open tokens of one server, in alternation: decisions/s and CPU, and both against \
    the token without a limit right before or after. Medians of 31 rounds of 0.2 s. No call is over its limit; the \
    last line shows what chance does.";
const GOAL: &str = "CPU < +5 %";

pub(super) async fn measure(report: &mut Report, place: &Place, span: Duration) -> Result<()> {
    let server = Server::start(place, Algorithm::default())?;
    let platform = Platform::on(&server).await?;
    let rate = json!({ "requests": 1_000_000, "seconds": 1 });
    let quota = json!({ "requests": 1_000_000_000, "period": "month" });
    let mut calls = Vec::new();
    for (what, goal, limits) in [
        ("no limit", "", json!({})),
        ("rate limit", GOAL, json!({ "rate_limit": rate })),
        ("quota", GOAL, json!({ "quota": quota })),
        ("rate limit and quota", GOAL, json!({ "rate_limit": rate, "quota": quota })),
        ("no limit, another token", "", json!({})),
    ] {
        calls.push((what, goal, [platform.limited_call(what, &limits).await?]));
    }
    let loads: Vec<One<'_>> =
        calls.iter().map(|&(what, goal, ref call)| One::new(what, goal, platform.calls(call))).collect();
    compare(&mut report.column(TITLE, NOTE, place.title()), &loads, span).await
}
