//! What tools say about the packages without starting anything.

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
    run(program(tools.join("kubernetes-validate"))
        .arg("--strict")
        .arg(packages.folder.join("kubernetes.yaml")))
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
