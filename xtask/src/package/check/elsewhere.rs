//! The tarball in an older Debian, with an older glibc than that of any current Linux.

use std::fs;

use anyhow::{Context, Result};

use super::roots;
use crate::command::{program, read, root, run};
use crate::package::make::Packages;

pub(super) fn check(packages: &Packages) -> Result<()> {
    let older = roots::older()?;
    let libc = read(program("chroot").arg(&older).args(["ldd", "--version"]))?;
    println!("{}", libc.lines().next().context("ldd says its version")?);
    let work = packages.folder.join("elsewhere");
    fs::create_dir_all(&work)?;
    run(program("tar").arg("--extract").arg("--file").arg(packages.tarball()).arg("--directory").arg(&work))?;
    let unpacked = work.join(packages.release.file(""));
    run(program("unshare")
        .args(["--mount", "--pid", "--fork", "--kill-child", "sh"])
        .arg(root().join("packaging/check/elsewhere.sh"))
        .args([older, unpacked]))?;
    Ok(fs::remove_dir_all(work)?)
}
