//! Withdrawals while a large document is imported and usage is written.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use reqwest::Method;
use serde_json::json;

use crate::apart::Apart;
use crate::api::Api;
use crate::document::document;
use crate::load::Times;
use crate::platform::Platform;
use crate::report::{Report, thousands, time};
use crate::server::Server;

const TITLE: &str = "Withdrawals";
const NOTE: &str = "In the large database: each node withdraws a token, rests for 10 ms, and so on. The first node \
    imports a document and writes the usage of 2,000 tokens, which call 1,000 times a second.";
/// The tokens that call.
const CALLERS: u64 = 2_000;
const BEAT: Duration = Duration::from_millis(1);
const REST: Duration = Duration::from_millis(10);
/// How long withdrawals are measured without an import.
const BEFORE: Duration = Duration::from_secs(2);
/// The tokens that each node can withdraw: enough for an import of this many seconds, and before.
const SECONDS: u64 = 15;

pub(crate) async fn measure(
    report: &mut Report,
    engine: &str,
    platform: &Platform,
    servers: &[Server],
    operations: u64,
) -> Result<()> {
    let callers = platform.jwt_tokens(CALLERS, "Caller").await?;
    let calls = platform.jwt_calls(&callers).await?;
    platform.api.post("/systems", &json!({ "key": "huge", "name": "Huge" })).await?;
    let body = document(operations).to_string().into_bytes();
    let (done, is_importing) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let own = SECONDS * 100;
    let tokens = platform.jwt_tokens(own * servers.len() as u64, "Withdrawn").await?;
    let ids: Vec<String> = tokens.into_iter().map(|token| token.id).collect();
    let withdrawing: Vec<Apart<Withdrawn>> = ids
        .chunks(usize::try_from(own)?)
        .zip(servers)
        .map(|(own, server)| {
            let (own, address) = (own.to_vec(), server.latchkey);
            let (done, is_importing) = (Arc::clone(&done), Arc::clone(&is_importing));
            Apart::begin(async move || withdraw(address, own, &done, &is_importing).await)
        })
        .collect();
    let address = platform.address;
    let importing = Arc::clone(&is_importing);
    let import = Apart::telling(&done, async move || {
        let api = Api::log_in(address, "admin").await?;
        tokio::time::sleep(BEFORE).await;
        importing.store(true, Ordering::Relaxed);
        let begin = Instant::now();
        api.send(Method::PUT, "/systems/huge/openapi", body).await?;
        Ok(begin.elapsed())
    });
    platform.calls(&calls).paced(BEAT, &done).await?;
    let took = import.end()?;

    let mut column = report.column(TITLE, NOTE, engine);
    column.row(&format!("import of {} operations takes", thousands(operations)), "< 5 s", time(took));
    for (node, withdrawn) in withdrawing.into_iter().enumerate() {
        let Withdrawn { before, during } = withdrawn.end()?;
        let node = node + 1;
        column.row(&format!("node {node}, before"), "", tail(before));
        column.row(&format!("node {node}, during the import"), "p99 ≤ 50 ms", tail(during));
    }
    Ok(())
}

/// How long withdrawals took.
struct Withdrawn {
    before: Vec<Duration>,
    during: Vec<Duration>,
}

/// Withdraws one token after the other until it is told to stop.
async fn withdraw(
    address: SocketAddr,
    ids: Vec<String>,
    done: &AtomicBool,
    is_importing: &AtomicBool,
) -> Result<Withdrawn> {
    let api = Api::log_in(address, "admin").await?;
    let mut withdrawn = Withdrawn { before: Vec::new(), during: Vec::new() };
    for id in ids {
        if done.load(Ordering::Relaxed) {
            break;
        }
        let begin = Instant::now();
        api.send(Method::DELETE, &format!("/tokens/{id}"), Vec::new()).await?;
        let times =
            if is_importing.load(Ordering::Relaxed) { &mut withdrawn.during } else { &mut withdrawn.before };
        times.push(begin.elapsed());
        tokio::time::sleep(REST).await;
    }
    Ok(withdrawn)
}

fn tail(times: Vec<Duration>) -> String {
    let times = Times::new(times);
    let [p50, p99] = [500, 990].map(|share| time(times.per_mille(share)));
    format!("p50 {p50}, p99 {p99}, worst {} of {}", time(times.worst()), times.len())
}
