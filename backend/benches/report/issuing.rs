//! Tokens issued by one node and by a fleet.

use std::cell::Cell;
use std::time::Duration;

use anyhow::Result;
use futures_util::future::try_join_all;
use latchkey::crypto::jwt::Algorithm;
use latchkey::database::Engine;
use sqlx::{Connection as _, PgConnection};

use crate::load::{Load, Rate, Until};
use crate::place::{Place, name, server_url, title};
use crate::platform::{Platform, request};
use crate::report::{Report, a_second, time};
use crate::server::Server;

const TITLE: &str = "Issuing";
const NOTE: &str = "JWT tokens, applied for by 16 clients.";
const CLIENTS: usize = 16;
/// More than any machine issues in a second.
const A_SECOND: u64 = 5_000;
/// How often the sessions of the database are looked at.
const SAMPLE: Duration = Duration::from_millis(100);

pub(crate) async fn measure(report: &mut Report, engine: Engine, span: Duration) -> Result<()> {
    let counts: &[usize] = if engine == Engine::Postgres { &[1, 3] } else { &[1] };
    for &nodes in counts {
        let (what, goal) = match nodes {
            1 => ("one node".to_owned(), "≥ 980/s on PostgreSQL"),
            _ => (format!("{nodes} nodes together"), "no fewer than one node"),
        };
        let issued = Place::empty(engine).await?.once(async |place| issue(place, nodes, span).await).await?;
        let mut column = report.column(TITLE, NOTE, title(engine));
        column.row(&what, goal, a_second(issued.per_second));
        column.row(&format!("{what}: CPU"), "", time(issued.cpu));
        if let Some(waiting) = issued.waiting {
            let measured = format!("{:.1} %", waiting * 100.0);
            column.row(&format!("{what}: busy sessions that wait for a heavyweight lock"), "< 5 %", measured);
        }
    }
    Ok(())
}

/// How fast some nodes issued.
struct Issued {
    per_second: f64,
    cpu: Duration,
    /// The share of the busy sessions of the database that waited for a lock.
    waiting: Option<f64>,
}

async fn issue(place: &Place, nodes: usize, span: Duration) -> Result<Issued> {
    let servers: Vec<Server> = (0..nodes)
        .map(|number| match number {
            0 => Server::start(place, Algorithm::default()),
            _ => Server::start(&place.node(number), Algorithm::default()),
        })
        .collect::<Result<_>>()?;
    let platform = Platform::on(&servers[0]).await?;
    // The first ones prepare the statements.
    run(&servers, &platform, "Early", Duration::from_secs(1)).await?;
    let is_over = Cell::new(false);
    let measured = async {
        let rates = run(&servers, &platform, "Bench", span).await;
        is_over.set(true);
        rates
    };
    let (rates, waiting) = tokio::try_join!(measured, waiting(place, &is_over))?;
    let per_second: f64 = rates.iter().map(|rate| rate.per_second).sum();
    let spent: f64 = rates.iter().map(|rate| rate.cpu.as_secs_f64() * rate.per_second).sum();
    Ok(Issued { per_second, cpu: Duration::from_secs_f64(spent / per_second), waiting })
}

/// The clients apply at the nodes.
async fn run(servers: &[Server], platform: &Platform, name: &str, span: Duration) -> Result<Vec<Rate>> {
    let cookie = format!("Cookie: {}", platform.api.cookie);
    let applications = |node: usize| {
        let application = |number| {
            let wanted = Platform::wanted(&format!("{name} {node} {number}")).to_string();
            request("/api/v1/tokens", &[&cookie, "Content-Type: application/json"], &wanted)
        };
        (0..A_SECOND * span.as_secs()).map(application).collect::<Vec<_>>()
    };
    try_join_all(servers.iter().enumerate().map(async |(node, server)| {
        let requests = &applications(node);
        let load =
            Load { process: server.process(), address: server.latchkey, requests, expected: "\"id\":\"tok_" };
        let clients = CLIENTS / servers.len() + usize::from(node < CLIENTS % servers.len());
        load.run(clients, Until::Over(span)).await
    }))
    .await
}

/// The share of the busy sessions of a database that wait for a lock.
async fn waiting(place: &Place, is_over: &Cell<bool>) -> Result<Option<f64>> {
    let Some(url) = &place.database else { return Ok(None) };
    let mut connection = PgConnection::connect(server_url()?.as_str()).await?;
    let (mut waiting, mut busy) = (0, 0);
    while !is_over.get() {
        tokio::time::sleep(SAMPLE).await;
        let sampled: (i64, i64) = sqlx::query_as(
            "SELECT COUNT(*) FILTER (WHERE wait_event_type = 'Lock'), COUNT(*) FROM pg_stat_activity \
             WHERE datname = $1 AND state <> 'idle'",
        )
        .bind(name(url))
        .fetch_one(&mut connection)
        .await?;
        waiting += sampled.0;
        busy += sampled.1;
    }
    let (waiting, busy) = (u32::try_from(waiting)?, u32::try_from(busy)?);
    Ok(Some(f64::from(waiting) / f64::from(busy.max(1))))
}
