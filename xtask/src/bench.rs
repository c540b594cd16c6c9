//! `cargo xtask bench`: the benchmark.

use anyhow::Result;

use crate::command::{cargo, run};
use crate::install::{self, Tool};
use crate::postgres::PostgreSql;
use crate::test::POSTGRES_URL;

/// Installs what the benchmark needs and runs it. Its report is on standard output.
pub(crate) fn bench(arguments: &[String]) -> Result<()> {
    install::tools(&[Tool::PostgreSql, Tool::Node, Tool::Curl])?;
    install::node_modules("backend/benches/report/peer")?;
    let mut benchmark = cargo();
    benchmark.args(["bench", "--package", "latchkey", "--bench", "report", "--"]).args(arguments);
    if std::env::var_os(POSTGRES_URL).is_some() {
        return run(&mut benchmark);
    }
    let server = PostgreSql::start_durable()?;
    run(benchmark.env(POSTGRES_URL, server.url()))
}
