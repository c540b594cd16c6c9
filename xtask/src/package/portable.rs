//! Builds the server that runs on every current Linux: against an old glibc, with Zig as the C compiler and
//! linker, which has the symbols of all versions of glibc.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::release::Release;
use crate::bundle;
use crate::command::{cargo_home, program, root, run, target};
use crate::install;

/// The glibc that the program needs: that of 2012, below which the standard library of Rust does not go.
pub(crate) const GLIBC: &str = "2.17";

/// Builds the server with the screens inside. Returns its path.
pub(crate) fn build(release: &Release) -> Result<PathBuf> {
    let fingerprint = bundle::bundle()?;
    let tools = install::python_environment("packaging/requirements.txt")?;
    let tools = tools.parent().context("a program is in a folder")?;
    let triple = release.machine.target;
    let places = [(cargo_home()?, "/cargo"), (target()?, "/target"), (root(), "/latchkey")];
    // Paths of this machine do not get into the program.
    let renamed = places.map(|(at, name)| format!("={}={name}", at.display()));
    let rust = renamed.each_ref().map(|renamed| format!("'--remap-path-prefix{renamed}'"));
    let c = renamed.map(|renamed| format!("-ffile-prefix-map{renamed}"));
    run(program(tools.join("cargo-zigbuild"))
        .args(["zigbuild", "--profile", "portable", "--package", "latchkey"])
        .args(["--target", &format!("{triple}.{GLIBC}")])
        .args(["--config", &format!("target.{triple}.rustflags=[{}]", rust.join(","))])
        .env(format!("CFLAGS_{}", triple.replace('-', "_")), c.join(" "))
        .env("PATH", path_with(tools)?)
        .env("CARGO_TARGET_DIR", target()?)
        // A library in C contains the time when it was compiled, and is not compiled again for each commit.
        .env("SOURCE_DATE_EPOCH", "0")
        .env("LATCHKEY_SPA_FINGERPRINT", fingerprint))?;
    let built = target()?.join(triple).join("portable").join("latchkey");
    let needed = needed_glibc(&std::fs::read(&built)?);
    let allowed = version(GLIBC.as_bytes());
    ensure!(needed <= allowed, "the program needs a glibc of {needed:?}, above {allowed:?}");
    Ok(built)
}

fn path_with(folder: &Path) -> Result<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
    Ok(std::env::join_paths(folders)?)
}

/// What the names of versioned symbols begin with.
const SYMBOL: &[u8] = b"GLIBC_";

/// The latest version of glibc that a symbol of the program asks for.
fn needed_glibc(program: &[u8]) -> Option<(u32, u32)> {
    let begins =
        (0..program.len()).filter(|&at| program[at] == SYMBOL[0] && program[at..].starts_with(SYMBOL));
    begins.filter_map(|at| version(&program[at + SYMBOL.len()..])).max()
}

/// The version at the begin of a text: `2.17`.
fn version(text: &[u8]) -> Option<(u32, u32)> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit() && *byte != b'.').unwrap_or(text.len());
    let (major, minor) = str::from_utf8(&text[..end]).ok()?.split_once('.')?;
    Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_glibc_is_found() {
        assert_eq!(needed_glibc(b"\0GLIBC_2.2.5\0GLIBC_2.17\0GLIBC_PRIVATE\0"), Some((2, 17)));
        assert_eq!(needed_glibc(b"GLIBC_2.9\0GLIBC_2.34"), Some((2, 34)));
        assert_eq!(needed_glibc(b"none"), None);
    }
}
