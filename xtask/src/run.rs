//! `cargo xtask build` and `cargo xtask run`.

use std::path::PathBuf;

use anyhow::Result;

use crate::bundle;
use crate::command::{cargo, program, run as run_command, target};

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
    Ok(target()?.join("release").join(format!("latchkey{}", std::env::consts::EXE_SUFFIX)))
}

/// Builds, then becomes the server.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let mut server = program(build()?);
    server.current_dir(std::env::current_dir()?).args(arguments);
    if std::env::var_os("LATCHKEY_DATA_DIR").is_none() {
        server.env("LATCHKEY_DATA_DIR", "data");
    }
    become_command(server)
}

/// On Unix the server takes our place, so that signals reach it directly.
#[cfg(unix)]
fn become_command(mut server: std::process::Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(server.exec().into())
}

#[cfg(not(unix))]
fn become_command(mut server: std::process::Command) -> Result<()> {
    run_command(&mut server)
}
