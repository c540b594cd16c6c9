//! What a decision costs, beside a server that answers a constant.

use std::time::Duration;

use anyhow::Result;
use latchkey::crypto::jwt::Algorithm;

use crate::load::{CONNECTIONS, Rate, Until};
use crate::peer::compare;
use crate::place::Place;
use crate::platform::{FORM, Platform, request};
use crate::process::memory;
use crate::report::{Report, a_second, time};
use crate::server::Server;

const TITLE: &str = "Decisions";
const NOTE: &str = "A cached open token, against the same server with a constant answer.";
/// A server that has nothing to do for so long is idle.
const IDLE: Duration = Duration::from_secs(10);

pub(crate) async fn measure(report: &mut Report, place: &Place, span: Duration) -> Result<()> {
    let engine = place.title();
    let server = Server::start(place, Algorithm::default())?;
    tokio::time::sleep(IDLE).await;
    let idle = memory(server.process())?;
    let platform = Platform::on(&server).await?;
    let until = Until::Over(span);

    let call = [platform.open_call()?];
    let mut constant = platform.requests(&call, "allowed");
    constant.address = server.constant;
    let constant = constant.run(CONNECTIONS, until).await?;
    let decided = platform.calls(&call).run(CONNECTIONS, until).await?;
    let tokens = platform.jwt_tokens(1, "Introspected").await?;
    let jwt = platform.api.exchange(&tokens[0].id, &tokens[0].secret).await?;
    let bearer = format!("Authorization: Bearer {}", platform.verifier_key);
    let question = [request("/oauth2/introspect", &[&bearer, FORM], &format!("token={jwt}"))];
    let introspection = platform.requests(&question, "\"active\":true").run(CONNECTIONS, until).await?;

    let mut column = report.column(TITLE, NOTE, engine);
    for (what, rate) in [("constant answer", &constant), ("decision", &decided)] {
        column.row(what, "", a_second(rate.per_second));
        column.row(&format!("{what}: p50, p99, p99.9"), "", tail(rate));
        column.row(&format!("{what}: CPU"), "", time(rate.cpu));
    }
    let share = format!("{:.2}", decided.per_second / constant.per_second);
    column.row("decisions/s, as a share of constant answers", "≥ 0.75", share);
    let ratio = decided.times.per_mille(990).div_duration_f64(constant.times.per_mille(990));
    column.row("p99, in times of the constant's", "≤ 2", format!("{ratio:.2}"));
    column.row("memory, idle with an empty database", "≤ 40 MiB", format!("{idle} MiB"));
    let mut column = compare(report, &format!("Latchkey on {engine}"));
    column.row("introspections", "", a_second(introspection.per_second));
    column.row("introspection: CPU", "", time(introspection.cpu));
    Ok(())
}

fn tail(rate: &Rate) -> String {
    [500, 990, 999].map(|share| time(rate.times.per_mille(share))).join(", ")
}
