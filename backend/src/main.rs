//! The `latchkey` program.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;
use latchkey::configuration::{Arguments, Command, Configuration};
use latchkey::program::commands;
use latchkey::program::log::{Lines, Log};
use latchkey::program::memory;
use latchkey::program::startup::document;
use latchkey::program::waiting;
use sd_notify::NotifyState;
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<ExitCode> {
    memory::prepare();
    run()
}

#[tokio::main]
async fn run() -> anyhow::Result<ExitCode> {
    let mut arguments = Arguments::parse();
    let command = arguments.command.take().unwrap_or(Command::Serve);
    let configuration = match (Configuration::load(arguments), &command) {
        (Ok(configuration), _) => configuration,
        (Err(error), Command::Doctor(how)) => return commands::doctor::misconfigured(&error, how),
        (Err(error), _) => return Err(error),
    };
    tracing_subscriber::fmt()
        .json()
        .map_event_format(Lines)
        .with_env_filter(EnvFilter::try_new(&configuration.log)?)
        .with_writer(Log::to_stderr())
        .init();
    match command {
        Command::Migrate(how) => return commands::migrate::migrate(&configuration, &how).await,
        Command::Doctor(how) => return commands::doctor::doctor(&configuration, &how).await,
        Command::Openapi => {
            println!("{}", document("latchkey_session").to_pretty_json()?);
            Ok(())
        }
        Command::RotateSigningKey(how) => commands::rotate_signing_key(&configuration, how).await,
        Command::RotateDataKey(how) => commands::rotate_data_key::rotate_data_key(&configuration, how).await,
        Command::RotateMasterKey(how) => {
            commands::rotate_master_key::rotate_master_key(&configuration, how).await
        }
        Command::Ready => commands::ready::ask(&configuration).await,
        Command::Manual { folder } => commands::manual::write(&folder),
        Command::Audit(what) => commands::audit::run(&configuration, what).await,
        Command::Backup(how) => commands::backup::backup(&configuration, how).await,
        Command::Restore(how) => commands::backup::restore(&configuration, how).await,
        Command::Reconcile(how) => commands::reconcile::reconcile(&configuration, how).await,
        Command::Serve => serve(configuration).await,
    }?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(configuration: Configuration) -> anyhow::Result<()> {
    let application = waiting::build(configuration).await?;
    let mut output = std::io::stdout();
    if let Err(error) = writeln!(output, "Latchkey is at {}", application.public_url()) {
        tracing::warn!(%error, "standard output cannot be written");
    }
    if let Some(password) = application.first_password() {
        let text = "The first administrator is admin, with this password, which is not shown again:";
        writeln!(output, "{text}\n  {}", password.expose())
            .context("the password of the first administrator cannot be shown")?;
    }
    // A service of systemd has now started. Elsewhere, nobody is told.
    if let Err(error) = sd_notify::notify(&[NotifyState::Ready]) {
        tracing::warn!(%error, "systemd cannot be told that the server is ready");
    }
    application.run_until_stopped().await
}
