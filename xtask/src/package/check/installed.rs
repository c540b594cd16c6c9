//! The Debian package in a Debian that has just booted, from its installation to its removal.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::roots;
use crate::command::{program, root, run};
use crate::package::make::Packages;

/// What the script of the check writes when it has come to its end.
const PASSED: &str = "passed";

pub(super) fn check(packages: &Packages) -> Result<()> {
    let work = packages.folder.join("installed");
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir_all(&work)?;
    fs::copy(packages.deb(), work.join("latchkey.deb"))?;
    next_revision(&packages.deb(), &work)?;
    for file in ["installed.sh", "installed.service"] {
        fs::copy(root().join("packaging/check").join(file), work.join(file))?;
    }
    // The Debian runs in memory. What it changes is gone afterwards.
    let log = fs::File::create(work.join("boot.log"))?;
    let status = program("systemd-nspawn")
        .args([
            "--quiet",
            "--boot",
            "--volatile=overlay",
            "--register=no",
            "--keep-unit",
            "--private-network",
        ])
        .arg("--directory")
        .arg(roots::current()?)
        .arg(format!("--bind={}:/check", work.display()))
        .arg(format!(
            "--bind-ro={}:/etc/systemd/system/check.service",
            work.join("installed.service").display()
        ))
        .arg("systemd.unit=check.service")
        .stdin(std::process::Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .status()
        .context("cannot start systemd-nspawn")?;
    let said = fs::read_to_string(work.join("log")).unwrap_or_default();
    println!("{said}");
    let boot = || fs::read_to_string(work.join("boot.log")).unwrap_or_default();
    ensure!(said.lines().last() == Some(PASSED), "the check came to no end ({status}):\n{}", boot());
    Ok(fs::remove_dir_all(work)?)
}

/// Packs the same files again, as the package that an upgrade brings.
fn next_revision(deb: &Path, work: &Path) -> Result<()> {
    let folder = work.join("next");
    run(program("dpkg-deb").arg("--raw-extract").args([deb, &folder]))?;
    let control = folder.join("DEBIAN/control");
    let text = fs::read_to_string(&control)?;
    let lines = text.lines().map(|line| match line.strip_prefix("Version: ") {
        Some(version) => format!("Version: {version}+next\n"),
        None => format!("{line}\n"),
    });
    fs::write(&control, lines.collect::<String>())?;
    run(program("dpkg-deb")
        .args(["--root-owner-group", "-Zgzip", "-z1", "--build"])
        .args([&folder, &work.join("next.deb")]))?;
    Ok(fs::remove_dir_all(folder)?)
}
