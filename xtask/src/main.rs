//! Builds, runs and tests Latchkey, with nothing to install before but Rust.

mod bundle;
mod command;
mod dev;
mod install;
mod postgres;
mod run;
mod server;
mod test;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Builds, runs and tests Latchkey.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Builds the screens into `frontend/dist`, and the release server with them inside.
    Build,
    /// Builds the screens alone and quickly: a debug build of the server reads them at its next start.
    Screens,
    /// Builds what is not up to date and starts the server, with its data in `./data`.
    Run {
        /// Passed on to the server: `cargo xtask run -- --demo`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
        server: Vec<String>,
    },
    /// Builds and starts it, and again what changes, while one works on it; the data stays in `./data`.
    Dev {
        /// Passed on to the server: `cargo xtask dev -- --demo`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
        server: Vec<String>,
    },
    /// Measures what a decision costs, as ratios against ceilings of the same run.
    Bench,
    /// Installs what is missing and runs every check and test.
    Test(test::Options),
}

fn main() -> Result<()> {
    match Arguments::parse().task {
        Task::Build => run::build().map(|server| println!("{}", server.display())),
        Task::Screens => bundle::quick(),
        Task::Run { server } => run::run(&server),
        Task::Dev { server } => dev::dev(&server),
        Task::Bench => {
            command::run(command::cargo().args(["bench", "--package", "latchkey", "--bench", "decisions"]))
        }
        Task::Test(options) => test::run_all(&options),
    }
}
