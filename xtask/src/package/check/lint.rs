//! What tools say about the packages without starting anything.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::command::{program, read, root, run};
use crate::install;
use crate::package::make::{Packages, SUMS};

/// The highest exposure that `systemd-analyze security` may find, of ten.
const EXPOSURE: f64 = 2.0;

pub(super) fn check(packages: &Packages) -> Result<()> {
    run(program("sha256sum").args(["--check", "--quiet", SUMS]).current_dir(&packages.folder))?;
    run(program("lintian").args(["--fail-on", "error", "--allow-root"]).arg(packages.deb()))?;
    let exposure = exposure()?;
    println!("systemd finds an exposure of {exposure}");
    ensure!(exposure < EXPOSURE, "the service is exposed");
    let python = install::python_environment("packaging/requirements.txt")?;
    let tools = python.parent().context("a program is in a folder")?;
    let manifest = packages.folder.join("kubernetes.yaml");
    run(program(tools.join("kubernetes-validate")).arg("--strict").arg(manifest))?;
    let libraries = packages.folder.join(packages.release.file(".cdx.json"));
    run(program(&python).arg(root().join("packaging/check/libraries.py")).arg(libraries))?;
    compose(packages)?;
    manual(packages)
}

/// Whether the compose file is right, once its secrets are made.
fn compose(packages: &Packages) -> Result<()> {
    let secrets = packages.folder.join("secrets");
    fs::create_dir(&secrets)?;
    fs::write(secrets.join("latchkey.env"), "LATCHKEY_DATABASE_URL=postgres://postgres/latchkey\n")?;
    let checked = run(program("docker-compose")
        .args(["--file", "compose.yaml", "config", "--quiet"])
        .current_dir(&packages.folder));
    fs::remove_dir_all(secrets)?;
    checked
}

/// Whether the manual pages are shown without a complaint, and the completions are right.
fn manual(packages: &Packages) -> Result<()> {
    let work = packages.folder.join("unpacked");
    run(program("dpkg-deb").arg("--extract").args([packages.deb(), work.clone()]))?;
    let shared = work.join("usr/share");
    for page in fs::read_dir(shared.join("man/man1"))? {
        let mut shown = program("man");
        shown.args(["--warnings", "--encoding=UTF-8", "--local-file"]).arg(page?.path());
        let shown = shown.env("MANWIDTH", "80").env("LC_ALL", "C.UTF-8").output()?;
        let complaint = String::from_utf8_lossy(&shown.stderr);
        ensure!(shown.status.success() && complaint.is_empty(), "man: {complaint}");
    }
    run(program("bash").arg("-n").arg(shared.join("bash-completion/completions/latchkey")))?;
    Ok(fs::remove_dir_all(work)?)
}

/// The exposure that systemd finds in the unit: 0 is none, 10 is all.
fn exposure() -> Result<f64> {
    let unit = root().join("packaging/latchkey.service");
    let said = read(program("systemd-analyze").args(["security", "--offline=true", "--no-pager"]).arg(unit))?;
    let overall = said.lines().find_map(|line| line.split_once("Overall exposure level"));
    let number = overall.and_then(|(_, rest)| rest.split_whitespace().find_map(|word| word.parse().ok()));
    number.with_context(|| format!("systemd-analyze says no exposure:\n{said}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_is_hardened() -> Result<()> {
        match program("systemd-analyze").arg("--version").output() {
            Ok(_) => ensure!(exposure()? < EXPOSURE, "the exposure is {}", exposure()?),
            Err(error) => println!("SKIPPED: no systemd-analyze here: {error}"),
        }
        Ok(())
    }
}
