//! `cargo xtask bench`: the benchmarks.

use anyhow::Result;

use crate::command::{cargo, run};
use crate::install::{self, Tool};
use crate::postgres::PostgreSql;
use crate::test::POSTGRES_URL;

/// The options of `cargo xtask bench`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Measures lists in a large database instead, on SQLite and on PostgreSQL.
    #[arg(long)]
    size: bool,
    /// With `--size`: how many tokens to make.
    #[arg(long, default_value_t = 1_000_000, requires = "size")]
    tokens: u64,
}

/// Runs a benchmark. Its report is on standard output.
pub(crate) fn bench(options: &Options) -> Result<()> {
    let benchmark = |name: &str| {
        let mut benchmark = cargo();
        benchmark.args(["bench", "--package", "latchkey", "--bench", name]);
        benchmark
    };
    if !options.size {
        return run(&mut benchmark("decisions"));
    }
    install::tools(&[Tool::PostgreSql])?;
    let server = PostgreSql::start()?;
    run(benchmark("size")
        .args(["--", "--tokens", &options.tokens.to_string()])
        .env(POSTGRES_URL, server.url()))
}
