//! `cargo xtask build` and `cargo xtask run`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::bundle;
use crate::command::{cargo, run as run_command, target};

/// Builds the screens and a release server that contains them. Returns the path of the server.
pub(crate) fn build() -> Result<PathBuf> {
    let fingerprint = bundle::bundle()?;
    // Cargo rebuilds when an environment variable changes, but does not notice new files in the folder that
    // the server embeds.
    run_command(
        cargo()
            .args(["build", "--release", "--package", "latchkey"])
            .env("LATCHKEY_SPA_FINGERPRINT", fingerprint),
    )?;
    binary("release")
}

/// Builds the server and replaces this process with it.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    become_command(server(build()?, arguments))
}

/// The command that starts the server in the current directory. The data is in `./data`, unless the
/// environment says otherwise.
pub(crate) fn server(binary: PathBuf, arguments: &[String]) -> Command {
    let mut server = Command::new(binary);
    server.args(arguments);
    if std::env::var_os("LATCHKEY_DATA_DIR").is_none() {
        server.env("LATCHKEY_DATA_DIR", "data");
    }
    server
}

/// The path of a built server. `profile` is the name of cargo's output folder.
pub(crate) fn binary(profile: &str) -> Result<PathBuf> {
    Ok(target()?.join(profile).join(format!("latchkey{}", std::env::consts::EXE_SUFFIX)))
}

/// On Unix the server replaces this process, so that it receives signals directly.
#[cfg(unix)]
fn become_command(mut server: Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(server.exec().into())
}

#[cfg(not(unix))]
fn become_command(mut server: Command) -> Result<()> {
    run_command(&mut server)
}
