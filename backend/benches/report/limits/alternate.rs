//! Loads in alternation. The machine is faster and slower by the second, so only loads that follow
//! each other at once can be compared.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use reqwest::Client;

use crate::load::{CONNECTIONS, Load, Rate, Until};
use crate::report::{Column, a_second};

/// How often each load is measured.
const ROUNDS: usize = 9;
/// Each time takes this part of what other loads take.
const PART: u32 = 5;

/// One of the loads that are compared.
pub(super) struct One<'a> {
    pub(super) what: &'a str,
    pub(super) goal: &'static str,
    pub(super) load: Load<'a>,
    /// The metrics that are read every second meanwhile.
    pub(super) scraped: Option<SocketAddr>,
}

impl<'a> One<'a> {
    pub(super) fn new(what: &'a str, goal: &'static str, load: Load<'a>) -> Self {
        Self { what, goal, load, scraped: None }
    }

    async fn run(&self, span: Duration) -> Result<Rate> {
        let load = self.load.run(CONNECTIONS, Until::Over(span));
        let Some(address) = self.scraped else { return load.await };
        tokio::select! {
            rate = load => rate,
            failed = scrape(address) => Err(failed.map_or_else(|error| error, |never| match never {})),
        }
    }
}

/// Reads metrics every second, for the first time after half of one: so every second has one.
async fn scrape(address: SocketAddr) -> Result<Infallible> {
    let http = Client::builder().no_proxy().build()?;
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        http.get(format!("http://{address}/metrics")).send().await?.error_for_status()?.bytes().await?;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Measures loads in alternation, and compares each with the first one right before or after it.
/// Writes the medians.
pub(super) async fn compare(column: &mut Column<'_>, loads: &[One<'_>], span: Duration) -> Result<()> {
    let slice = span / PART;
    for one in loads {
        one.load.run(CONNECTIONS, Until::Over(slice)).await?;
    }
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        let mut rates = Vec::new();
        for number in 0..loads.len() {
            // Every second round goes backwards, so that each load is as often early as late.
            let number = if round % 2 == 0 { number } else { loads.len() - 1 - number };
            rates.push((number, loads[number].run(slice).await?));
        }
        rates.sort_by_key(|(number, _)| *number);
        rounds.push(rates);
    }
    for (number, one) in loads.iter().enumerate() {
        let of_round = |value: &dyn Fn(&Rate, &Rate) -> f64| {
            median(rounds.iter().map(|rates| value(&rates[number].1, &rates[0].1)).collect())
        };
        let speed = of_round(&|rate, _| rate.per_second);
        let cpu = of_round(&|rate, _| rate.cpu.as_secs_f64() * 1e6);
        let more = of_round(&|rate, first| rate.cpu.div_duration_f64(first.cpu) - 1.0) * 100.0;
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
