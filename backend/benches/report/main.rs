//! The report on what Latchkey costs: decisions, lists in a large database, changes beside them,
//! issuing, and a peer, on both engines.
//!
//! `cargo xtask bench` installs what is needed and runs this. Each server is a process of its own;
//! the load comes from the same machine. PostgreSQL is the server of `LATCHKEY_TEST_POSTGRES_URL`;
//! a superuser must log in there, who can make databases.

mod apart;
mod api;
mod changes;
mod decisions;
mod document;
mod exchanges;
mod installation;
mod issuing;
mod limits;
mod lists;
mod load;
mod machine;
mod peer;
mod place;
mod platform;
mod process;
mod report;
mod sealed;
mod server;
mod turns;
mod withdrawals;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::{Parser, ValueEnum};
use latchkey::crypto::jwt::Algorithm;
use latchkey::database::Engine;
use latchkey::program::memory;

use crate::installation::Size;
use crate::place::Place;
use crate::platform::Platform;
use crate::report::{Report, time};
use crate::server::{Server, serve_if_asked};

/// As in the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures what Latchkey costs, prints the report, and writes it to `docs/benchmark.md` unless a part is left
/// out or made smaller.
#[derive(Parser, PartialEq)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct Arguments {
    /// The engines to measure.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "sqlite,postgres")]
    engine: Vec<Engines>,
    /// What to measure.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "lists,changes,decisions,limits,turns,issuing,peer"
    )]
    only: Vec<Part>,
    #[command(flatten)]
    size: Size,
    /// How many operations the imported documents have.
    #[arg(long, default_value_t = 60_000)]
    operations: u64,
    /// How many seconds each load takes.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// How often usage is written before the calls with many tokens are measured again.
    #[arg(long, default_value_t = 10)]
    flushes: usize,
    /// Keeps the large databases in this folder, or uses those that an earlier run has kept there.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// `cargo bench` says this to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engines {
    Sqlite,
    Postgres,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Lists in a large database, by role, filter, order and search.
    Lists,
    /// Decisions and withdrawals while the catalog of a large database changes.
    Changes,
    /// Decisions beside a constant answer, introspection, sealed requests, token exchange.
    Decisions,
    /// Decisions with limits, metrics and traces; a rate that three nodes share.
    Limits,
    /// Calls with many tokens in turn.
    Turns,
    /// Tokens issued.
    Issuing,
    /// `oidc-provider`.
    Peer,
}

fn main() -> Result<()> {
    // Memory that is returned later would be returned while answers are timed.
    memory::prepare();
    serve_if_asked()?;
    let arguments = Arguments::parse();
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(measure(&arguments))
}

async fn measure(arguments: &Arguments) -> Result<()> {
    let begin = Instant::now();
    let mut report = Report::default();
    let done = parts(&mut report, arguments).await;
    let described = machine::described(arguments.engine.contains(&Engines::Postgres)).await?;
    let written = format!(
        "# Benchmark\n\n`cargo xtask bench` wrote this in {}. Times depend on the machine; ratios are of one \
         run.\n\n{described}\n{}",
        time(begin.elapsed()),
        report.markdown()
    );
    // Also what was measured before a failure.
    println!("{written}");
    done?;
    if arguments.is_full() {
        std::fs::write(machine::report_file(), written)?;
    }
    Ok(())
}

async fn parts(report: &mut Report, arguments: &Arguments) -> Result<()> {
    for engine in &arguments.engine {
        let engine = match engine {
            Engines::Sqlite => Engine::Sqlite,
            Engines::Postgres => Engine::Postgres,
        };
        large(report, arguments, engine).await?;
        small(report, arguments, engine).await?;
    }
    if arguments.has(Part::Peer) {
        peer::measure(report, arguments.span()).await?;
    }
    Ok(())
}

impl Arguments {
    fn has(&self, part: Part) -> bool {
        self.only.contains(&part)
    }

    fn span(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// Whether nothing is left out or made smaller.
    fn is_full(&self) -> bool {
        let full = Self::parse_from([""]);
        *self == Self { keep: self.keep.clone(), bench: self.bench, ..full }
    }
}

/// What is measured in a large database.
async fn large(report: &mut Report, arguments: &Arguments, engine: Engine) -> Result<()> {
    if !arguments.has(Part::Lists) && !arguments.has(Part::Changes) {
        return Ok(());
    }
    if let Some(folder) = &arguments.keep {
        return in_large(report, arguments, &kept(folder, engine, arguments.size).await?).await;
    }
    let place = Place::empty(engine).await?;
    place
        .once(async |place| {
            generate(place, arguments.size).await?;
            in_large(report, arguments, place).await
        })
        .await
}

/// The large database in a folder. It is made if it is not there.
async fn kept(folder: &Path, engine: Engine, size: Size) -> Result<Place> {
    let place = Place::in_folder(folder, engine)?;
    let content = format!("{size:?}");
    if !place.has(&content)? {
        place.create().await?;
        generate(&place, size).await?;
        place.complete(&content)?;
    }
    Ok(place)
}

async fn in_large(report: &mut Report, arguments: &Arguments, place: &Place) -> Result<()> {
    if arguments.has(Part::Lists) {
        lists::measure(report, place, arguments.size).await?;
    }
    if arguments.has(Part::Changes) {
        // The large database itself stays as it is.
        place.copy().await?.once(async |copy| changes(report, arguments, copy).await).await?;
    }
    Ok(())
}

async fn changes(report: &mut Report, arguments: &Arguments, place: &Place) -> Result<()> {
    let engine = place.title();
    let mut servers = vec![Server::start(place, Algorithm::default())?];
    if place.database.is_some() {
        servers.push(Server::start(&place.node(1), Algorithm::default())?);
    }
    for server in &servers {
        // One that has just started reads all tokens.
        lists::filled(server).await?;
    }
    let platform = Platform::on(&servers[0]).await?;
    let operations = arguments.operations;
    changes::measure(report, engine, &platform, operations, arguments.span()).await?;
    withdrawals::measure(report, engine, &platform, &servers, operations).await
}

/// What is measured in small databases.
async fn small(report: &mut Report, arguments: &Arguments, engine: Engine) -> Result<()> {
    let span = arguments.span();
    if arguments.has(Part::Decisions) {
        let place = Place::empty(engine).await?;
        place.once(async |place| decisions::measure(report, place, span).await).await?;
        let place = Place::empty(engine).await?;
        place.once(async |place| sealed::measure(report, place, span).await).await?;
        exchanges::measure(report, engine, span).await?;
    }
    if arguments.has(Part::Limits) {
        limits::measure(report, engine, span).await?;
    }
    if arguments.has(Part::Turns) {
        let (most, flushes) = (arguments.size.tokens / 10, arguments.flushes);
        let place = Place::empty(engine).await?;
        place.once(async |place| turns::measure(report, place, most, flushes, span).await).await?;
    }
    if arguments.has(Part::Issuing) {
        issuing::measure(report, engine, span).await?;
    }
    Ok(())
}

/// An installation with many tokens. A server makes the tables and the administrator; then the
/// rows are written directly, since the API would take hours.
async fn generate(place: &Place, size: Size) -> Result<()> {
    let begin = Instant::now();
    drop(Server::start(place, Algorithm::default())?);
    installation::make(place, size).await?;
    eprintln!("a database with {} tokens was made in {}", size.tokens, time(begin.elapsed()));
    Ok(())
}
