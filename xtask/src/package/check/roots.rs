//! Folders with a fresh Debian in them. They are made once, and kept in the cache. Nothing changes them.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use crate::command::{program, run};
use crate::install;

/// The Debian in which the package is installed, with what a server has that runs in a container of systemd.
pub(super) fn current() -> Result<PathBuf> {
    debootstrap("bookworm", "systemd,systemd-sysv,dbus,adduser,ca-certificates,curl,openssl")
}

/// An older Debian.
pub(super) fn older() -> Result<PathBuf> {
    debootstrap("bullseye", "")
}

fn debootstrap(suite: &str, packages: &str) -> Result<PathBuf> {
    let root = install::cache()?.join("debian").join(suite);
    let complete = root.with_extension("complete");
    if fs::read_to_string(&complete).is_ok_and(|with| with == packages) {
        return Ok(root);
    }
    if root.exists() {
        fs::remove_dir_all(&root)?;
    }
    fs::create_dir_all(&root)?;
    let include = (!packages.is_empty()).then(|| format!("--include={packages}"));
    run(program("debootstrap").arg("--variant=minbase").args(include).arg(suite).arg(&root))?;
    fs::write(complete, packages)?;
    Ok(root)
}
