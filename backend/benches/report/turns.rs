//! Calls with many tokens in turn: what the engine keeps in memory.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::Result;
use latchkey::crypto::jwt::Algorithm;

use crate::load::{CONNECTIONS, Until};
use crate::place::Place;
use crate::platform::Platform;
use crate::process::memory;
use crate::report::{Report, a_second, thousands, time};
use crate::server::Server;

const TITLE: &str = "Many tokens in turn";
const NOTE: &str = "JWT tokens call, and usage is written meanwhile. Their decisions, and the share in those of \
    one token right before.";
const GOAL: &str = "≥ 0.7";
/// How long to wait for usage to be written as often as it should.
const PATIENCE: Duration = Duration::from_mins(10);

/// Measures up to `most` tokens, and again after usage was written `flushes` times.
pub(crate) async fn measure(
    report: &mut Report,
    place: &Place,
    most: u64,
    flushes: usize,
    span: Duration,
) -> Result<()> {
    let server = Server::start(place, Algorithm::EdDsa)?;
    let platform = Platform::on(&server).await?;
    let begin = Instant::now();
    let tokens = platform.jwt_tokens(most, "Bench").await?;
    let calls = platform.jwt_calls(&tokens).await?;
    eprintln!("{most} JWT tokens were applied for and exchanged in {}", time(begin.elapsed()));

    let mut column = report.column(TITLE, NOTE, place.title());
    let measured = async |count: usize| -> Result<String> {
        let load = platform.calls(&calls[..count]);
        load.run(CONNECTIONS, Until::Once).await?;
        let one = platform.calls(&calls[..1]).run(CONNECTIONS, Until::Over(span)).await?.per_second;
        let many = load.run(CONNECTIONS, Until::Over(span)).await?.per_second;
        Ok(format!("{}, {:.2} of {}", a_second(many), many / one, a_second(one)))
    };
    for count in [1_000, 10_000, 100_000].into_iter().filter(|count| *count <= calls.len()) {
        let goal = if count == calls.len() { GOAL } else { "" };
        column.row(&format!("{} tokens", thousands(count as u64)), goal, measured(count).await?);
    }

    // One token tells how often usage was written: its last use changes then.
    let (begin, mut uses) = (Instant::now(), HashSet::new());
    while uses.len() < flushes && begin.elapsed() < PATIENCE {
        platform.calls(&calls).run(CONNECTIONS, Until::Once).await?;
        let token = platform.api.must_get(&format!("/tokens/{}", tokens[0].id)).await?;
        uses.extend(token["last_used_at"].as_str().map(str::to_owned));
    }
    let written = format!("{} times in {}", uses.len(), time(begin.elapsed()));
    column.row("then usage is written", "", written);
    column.row(&format!("{} tokens after it", thousands(most)), GOAL, measured(calls.len()).await?);
    column.row("memory then", "≤ 200 MiB", format!("{} MiB", memory(server.process())?));
    Ok(())
}
