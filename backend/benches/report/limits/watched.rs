//! What metrics and traces cost.

use std::time::Duration;

use anyhow::{Context as _, Result};
use latchkey::crypto::jwt::Algorithm;
use latchkey::database::Engine;

use super::alternate::{One, compare};
use super::collector;
use crate::load::{Load, Until};
use crate::place::{Place, title};
use crate::platform::Platform;
use crate::report::{Report, time};
use crate::server::Server;

const TITLE: &str = "Metrics and traces";
const NOTE: &str = "Decisions with a cached open token, in alternation, and against the first server right before or after. \
    Medians of 31 rounds of 0.2 s. Each line is a server of its own, unless it says otherwise, and two servers that are alike \
    differ, too: see the second line.";

/// A server, and what is said of it.
struct Watched {
    what: &'static str,
    server: Server,
    platform: Platform,
    call: [Vec<u8>; 1],
}

pub(super) async fn measure(report: &mut Report, engine: Engine, span: Duration) -> Result<()> {
    let metrics = ("LATCHKEY_METRICS_LISTEN", "127.0.0.1:0");
    let collector = collector::start()?;
    let traces = |sampler| {
        [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.as_str()), ("OTEL_TRACES_SAMPLER", sampler), metrics]
    };
    let (off, on) = (traces("always_off"), traces("always_on"));
    let kinds: [(&'static str, &[(&str, &str)]); 5] = [
        ("no metrics, no traces", &[]),
        ("the same again", &[]),
        ("with metrics", &[metrics]),
        ("traces that are not recorded", &off),
        ("traces that are recorded", &on),
    ];
    let mut places = Vec::new();
    for _ in &kinds {
        places.push(Place::empty(engine).await?);
    }
    let done = on_places(report, engine, &kinds, &places, span).await;
    for place in places {
        place.once(async |_| Ok(())).await?;
    }
    done
}

async fn on_places(
    report: &mut Report,
    engine: Engine,
    kinds: &[(&'static str, &[(&str, &str)])],
    places: &[Place],
    span: Duration,
) -> Result<()> {
    let mut all = Vec::new();
    for ((what, variables), place) in kinds.iter().zip(places) {
        let server = Server::with(place, Algorithm::default(), variables)?;
        let platform = Platform::on(&server).await?;
        let call = [platform.open_call()?];
        all.push(Watched { what, server, platform, call });
    }
    let mut loads: Vec<One<'_>> =
        all.iter().map(|one| One::new(one.what, "", one.platform.calls(&one.call))).collect();
    let [_, _, watched, _, traced] = &all[..] else { anyhow::bail!("five servers") };
    let mut scraped = One::new(
        "that server, its metrics read five times a second",
        "CPU < +1 %",
        watched.platform.calls(&watched.call),
    );
    scraped.scraped = watched.server.metrics;
    loads.insert(3, scraped);
    let column = &mut report.column(TITLE, NOTE, title(engine));
    compare(column, &loads, span).await?;

    let address = watched.server.metrics.context("metrics")?;
    let requests = [b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec()];
    let page =
        Load { process: watched.server.process(), address, requests: &requests, expected: "latchkey_" };
    let read = page.run(1, Until::Over(span / 5)).await?;
    column.row("the metrics are read once: CPU", "", time(read.cpu));
    let (sent, lost) = spans(traced).await?;
    column.row("recorded spans that were lost", "", format!("{:.0} %", 100.0 * lost / (sent + lost)));
    Ok(())
}

/// How many spans a server has sent, and how many it has lost.
async fn spans(of: &Watched) -> Result<(f64, f64)> {
    let url = format!("http://{}/metrics", of.server.metrics.context("metrics")?);
    let page = reqwest::get(url).await?.text().await?;
    let count = |result: &str| -> Result<f64> {
        let series = format!("latchkey_otlp_spans_total{{result=\"{result}\"}} ");
        Ok(page.lines().find_map(|line| line.strip_prefix(&series)).context(series.clone())?.parse()?)
    };
    Ok((count("sent")?, count("dropped")? + count("failed")?))
}
