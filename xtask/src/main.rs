//! Builds, runs and tests Latchkey. Only Rust must be installed before.

mod before;
mod bench;
mod beside;
mod bundle;
mod command;
mod dev;
mod faults;
mod install;
mod package;
mod postgres;
mod run;
mod server;
mod tally;
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
    /// Builds the screens into `frontend/dist`, and a release server that contains them.
    Build,
    /// Builds only the screens, quickly. A debug build of the server reads them when it starts.
    Screens,
    /// Builds what has changed and starts the server. Its data is in `./data`.
    Run {
        /// Passed on to the server: `cargo xtask run -- --demo`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
        server: Vec<String>,
    },
    /// Builds and starts the server, and restarts it after each change. Its data is in `./data`.
    Dev {
        /// Passed on to the server: `cargo xtask dev -- --demo`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
        server: Vec<String>,
    },
    /// Measures what Latchkey costs, on both engines and beside a peer.
    #[command(disable_help_flag = true)]
    Bench {
        /// Passed on to the benchmark: `cargo xtask bench --help`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
        arguments: Vec<String>,
    },
    /// Makes the packages of this commit in `target/package`: for Debian, for any Linux, and for containers.
    Package(package::Options),
    /// Kills, freezes and cuts off servers and databases at length, and writes the numbers to
    /// `docs/reliability.md`. It takes about two hours.
    Faults(faults::Options),
    /// Installs what is missing and runs every check and test.
    Test(test::Options),
}

fn main() -> Result<()> {
    match Arguments::parse().task {
        Task::Build => run::build().map(|server| println!("{}", server.display())),
        Task::Screens => bundle::quick(),
        Task::Run { server } => run::run(&server),
        Task::Dev { server } => dev::dev(&server),
        Task::Bench { arguments } => bench::bench(&arguments),
        Task::Package(options) => package::package(&options),
        Task::Faults(options) => faults::faults(&options),
        Task::Test(options) => test::run_all(&options),
    }
}
