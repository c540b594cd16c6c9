//! `cargo xtask test`: every check and test, in the order in which they fail fastest.

use anyhow::Result;

use crate::command::{cargo, run};

/// What to test.
#[derive(clap::Args)]
pub(crate) struct Options {}

/// Runs the checks and tests.
pub(crate) fn run_all(_options: &Options) -> Result<()> {
    run(cargo().args(["fmt", "--all", "--check"]))?;
    run(cargo().args(["clippy", "--all-targets", "--", "--deny", "warnings"]))?;
    run(cargo().arg("test"))
}
