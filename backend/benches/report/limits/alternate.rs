//! Loads in alternation. The machine is faster and slower by the second, so only loads that follow
//! each other at once can be compared.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use reqwest::Client;

use crate::load::{CONNECTIONS, Load, Until};
use crate::process::Threads;
use crate::report::{Column, a_second};

/// How often each load is measured.
const ROUNDS: usize = 31;
/// Each time takes this part of what other loads take: 200 ms usually.
const PART: u32 = 25;

/// One of the loads that are compared.
pub(super) struct One<'a> {
    pub(super) what: &'a str,
    pub(super) goal: &'static str,
    pub(super) load: Load<'a>,
    /// The metrics that are read meanwhile, once each time.
    pub(super) scraped: Option<SocketAddr>,
}

impl<'a> One<'a> {
    pub(super) fn new(what: &'a str, goal: &'static str, load: Load<'a>) -> Self {
        Self { what, goal, load, scraped: None }
    }

    async fn run(&self, http: &Client, span: Duration) -> Result<Sample> {
        let threads = Threads::of(self.load.process)?;
        let load = self.load.run(CONNECTIONS, Until::Over(span));
        let rate = match self.scraped {
            None => load.await,
            Some(address) => tokio::select! {
                rate = load => rate,
                failed = scrape(http, address, span / 2) => {
                    Err(failed.map_or_else(|error| error, |never| match never {}))
                }
            },
        }?;
        let decisions = u32::try_from(rate.times.len())?;
        Ok(Sample {
            per_second: rate.per_second,
            cpu: threads.taken()?.as_secs_f64() * 1e6 / f64::from(decisions),
        })
    }
}

/// What was measured once.
struct Sample {
    per_second: f64,
    /// For each decision, in microseconds.
    cpu: f64,
}

/// Reads metrics after this time.
async fn scrape(http: &Client, address: SocketAddr, after: Duration) -> Result<Infallible> {
    tokio::time::sleep(after).await;
    http.get(format!("http://{address}/metrics")).send().await?.error_for_status()?.bytes().await?;
    std::future::pending().await
}

/// Measures loads in alternation, and compares each with the first one right before or after it.
/// Writes the medians.
pub(super) async fn compare(column: &mut Column<'_>, loads: &[One<'_>], span: Duration) -> Result<()> {
    let slice = span / PART;
    let http = Client::builder().no_proxy().build()?;
    for one in loads {
        one.load.run(CONNECTIONS, Until::Over(slice)).await?;
    }
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        let mut rates = Vec::new();
        for number in 0..loads.len() {
            // Every second round goes backwards, so that each load is as often early as late.
            let number = if round % 2 == 0 { number } else { loads.len() - 1 - number };
            rates.push((number, loads[number].run(&http, slice).await?));
        }
        rates.sort_by_key(|(number, _)| *number);
        rounds.push(rates);
    }
    for (number, one) in loads.iter().enumerate() {
        let of_round = |value: &dyn Fn(&Sample, &Sample) -> f64| {
            median(rounds.iter().map(|rates| value(&rates[number].1, &rates[0].1)).collect())
        };
        let speed = of_round(&|rate, _| rate.per_second);
        let cpu = of_round(&|rate, _| rate.cpu);
        let more = of_round(&|rate, first| rate.cpu / first.cpu - 1.0) * 100.0;
        let less = of_round(&|rate, first| rate.per_second / first.per_second);
        let compared =
            if number == 0 { String::new() } else { format!(": CPU {more:+.1} %, {less:.2} of the rate") };
        column.row(one.what, one.goal, format!("{}, {cpu:.2} µs{compared}", a_second(speed)));
    }
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
