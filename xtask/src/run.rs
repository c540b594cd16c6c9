//! `cargo xtask build` and `cargo xtask run`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::bundle;
use crate::command::{cargo, run as run_command, target};

/// Builds the screens and the release server with them inside; returns the
/// server's path.
pub(crate) fn build() -> Result<PathBuf> {
    let fingerprint = bundle::bundle()?;
    // Cargo notices a changed environment variable, but not files that were
    // added to the folder the server embeds.
    run_command(
        cargo()
            .args(["build", "--release", "--package", "latchkey"])
            .env("LATCHKEY_SPA_FINGERPRINT", fingerprint),
    )?;
    binary("release")
}

/// Builds, then becomes the server.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    become_command(server(build()?, arguments))
}

/// The server in the folder where the developer is; its data is in `./data` there unless the
/// environment says otherwise.
pub(crate) fn server(binary: PathBuf, arguments: &[String]) -> Command {
    let mut server = Command::new(binary);
    server.args(arguments);
    if std::env::var_os("LATCHKEY_DATA_DIR").is_none() {
        server.env("LATCHKEY_DATA_DIR", "data");
    }
    server
}

/// The path of a built server; `profile` is cargo's folder for it.
pub(crate) fn binary(profile: &str) -> Result<PathBuf> {
    Ok(target()?.join(profile).join(format!("latchkey{}", std::env::consts::EXE_SUFFIX)))
}

/// On Unix the server takes our place, so that signals reach it directly.
#[cfg(unix)]
fn become_command(mut server: Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(server.exec().into())
}

#[cfg(not(unix))]
fn become_command(mut server: Command) -> Result<()> {
    run_command(&mut server)
}
