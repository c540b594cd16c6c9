//! A rate that three nodes share.

use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::future::try_join_all;
use latchkey::crypto::jwt::Algorithm;
use serde_json::json;

use crate::load::{CONNECTIONS, Load};
use crate::place::Place;
use crate::platform::Platform;
use crate::report::{Report, thousands};
use crate::server::Server;

const TITLE: &str = "A rate that three nodes share";
const NOTE: &str = "A token may call 100 times a second, with a burst of 10, and three nodes have as much load as the line \
    says. How many calls passed a second, of how many that came. At the start up to 40 pass at once: several nodes save \
    up 0.4 s of the rate, however small the burst is.";
const GOAL: &str = "95 to 110 passed";
/// Clients that rest for `REST` make about 3,000 calls a second.
const CLIENTS: usize = 100;
const REST: Duration = Duration::from_millis(30);
/// After so long, all nodes know how many they are.
const SETTLED: Duration = Duration::from_secs(2);

/// How many clients each node has in a second.
type Shares = fn(u64) -> [usize; 3];

/// All nodes have the same.
fn even(_: u64) -> [usize; 3] {
    [CLIENTS / 3, CLIENTS / 3, CLIENTS - 2 * (CLIENTS / 3)]
}

/// One node has all, and each second it is another one.
fn moving(second: u64) -> [usize; 3] {
    let mut shares = [0; 3];
    shares[usize::try_from(second % 3).unwrap_or_default()] = CLIENTS;
    shares
}

pub(super) async fn measure(report: &mut Report, place: &Place, span: Duration) -> Result<()> {
    let servers = (0..3)
        .map(|number| match number {
            0 => Server::start(place, Algorithm::default()),
            _ => Server::start(&place.node(number), Algorithm::default()),
        })
        .collect::<Result<Vec<_>>>()?;
    let platform = Platform::on(&servers[0]).await?;
    tokio::time::sleep(SETTLED).await;
    // Twice as long as other loads: 10 s usually.
    let long = span.as_secs() * 2;
    let loads: [(&str, Duration, u64, Shares); 5] = [
        ("even", REST, long, even),
        ("90:9:1", REST, long, |_| [90, 9, 1]),
        ("on one node only", REST, long, |_| [0, CLIENTS, 0]),
        ("on one node, another one each second", REST, 1, moving),
        ("even, each client without a rest", Duration::ZERO, long, |_| [11, 11, CONNECTIONS - 22]),
    ];
    for (what, rest, turn, shares) in loads {
        let limit = json!({ "rate_limit": { "requests": 100, "seconds": 1, "burst": 10 } });
        let call = [platform.limited_call(what, &limit).await?];
        let begin = Instant::now();
        let (mut all, mut passed) = (0, 0);
        for second in (0..long).step_by(usize::try_from(turn)?) {
            let clients = servers.iter().zip(shares(second));
            let turn = clients.map(async |(server, clients)| {
                let load = Load { address: server.latchkey, ..platform.calls(&call) };
                load.passing(clients, rest, Duration::from_secs(turn)).await
            });
            for (came, went) in try_join_all(turn).await? {
                all += came;
                passed += went;
            }
        }
        let seconds = begin.elapsed().as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "few calls")]
        let [came, passed] = [all, passed].map(|calls: usize| calls as f64 / seconds);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate is positive")]
        let came = thousands(came as u64);
        report.column(TITLE, NOTE, place.title()).row(what, GOAL, format!("{passed:.1} of {came}"));
    }
    Ok(())
}
