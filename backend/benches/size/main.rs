//! What lists cost in a large database: roles, filters, orders and searches, on both engines.
//!
//! `cargo bench -p latchkey --bench size -- --engine sqlite` makes a database and measures the
//! lists of a server on it. The report is Markdown on standard output; progress is on standard
//! error. PostgreSQL is the server of `LATCHKEY_TEST_POSTGRES_URL`; a superuser must log in there,
//! who can make databases.

mod bulk;
mod data;
mod lists;
mod names;
mod place;
mod report;
mod server;
mod tokens;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use clap::{Parser, ValueEnum};
use latchkey::database::Engine;

use crate::bulk::Bulk;
use crate::place::Place;
use crate::server::Server;

/// As in the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures lists in a large database.
#[derive(Parser)]
struct Arguments {
    /// The engines to measure.
    #[arg(long, value_enum, default_value = "both")]
    engine: Engines,
    /// How many tokens to make.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1_000..))]
    tokens: u64,
    /// Keeps the databases in this folder, or uses those that an earlier run has kept there.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// The part of the work that this process does, in `--keep`.
    #[arg(long, hide = true)]
    step: Option<Step>,
    /// `cargo bench` says this to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engines {
    Sqlite,
    Postgres,
    Both,
}

#[derive(Clone, Copy, ValueEnum)]
enum Step {
    Generate,
    Measure,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let engines = match arguments.engine {
        Engines::Sqlite => vec![(Engines::Sqlite, Engine::Sqlite)],
        Engines::Postgres => vec![(Engines::Postgres, Engine::Postgres)],
        Engines::Both => vec![(Engines::Sqlite, Engine::Sqlite), (Engines::Postgres, Engine::Postgres)],
    };
    if let (Some(step), Some(folder)) = (arguments.step, &arguments.keep) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let place = Place::in_folder(folder, engines[0].1)?;
        return runtime.block_on(async {
            match step {
                Step::Generate => generate(&place, arguments.tokens).await,
                Step::Measure => report::measure(&place).await,
            }
        });
    }
    let temporary = tempfile::tempdir()?;
    let folder = arguments.keep.as_deref().unwrap_or_else(|| temporary.path());
    for (named, engine) in engines {
        let place = Place::in_folder(folder, engine)?;
        if place.tokens()?.is_none() {
            itself(named, Step::Generate, folder, arguments.tokens)?;
        }
        itself(named, Step::Measure, folder, arguments.tokens)?;
        if arguments.keep.is_none() {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?
                .block_on(place.clear_away())?;
        }
    }
    Ok(())
}

/// A step in a process of its own: so the memory of the measured server is only its own.
fn itself(engine: Engines, step: Step, folder: &Path, tokens: u64) -> Result<()> {
    let name = |value: Option<clap::builder::PossibleValue>| {
        value.map(|value| value.get_name().to_owned()).context("every value has a name")
    };
    let done = Command::new(std::env::current_exe()?)
        .args(["--engine", &name(engine.to_possible_value())?])
        .args(["--step", &name(step.to_possible_value())?])
        .args(["--tokens", &tokens.to_string()])
        .arg("--keep")
        .arg(folder)
        .status()?;
    ensure!(done.success(), "a step failed: {done}");
    Ok(())
}

/// An installation with many tokens. A server makes the tables and the administrator; then the
/// rows are written directly, since the API would take hours.
async fn generate(place: &Place, tokens: u64) -> Result<()> {
    let begin = Instant::now();
    place.create().await?;
    Server::start(place.configuration()).await?.stop().await?;
    let mut bulk = Bulk::open(place).await?;
    data::fill(&mut bulk, tokens).await?;
    bulk.close().await?;
    place.complete(tokens)?;
    eprintln!("a database with {tokens} tokens was made in {:.0} s", begin.elapsed().as_secs_f64());
    Ok(())
}
