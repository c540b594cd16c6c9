//! Makes the packages once more, later: from a clone in another folder, into another target folder, and with the
//! libraries in another folder. All packages must have the same bytes.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::command::{cargo_home, program, read, root, run};
use crate::package::make::Packages;

pub(super) fn check(packages: &Packages) -> Result<()> {
    let changes = read(program("git").args(["status", "--porcelain"]))?;
    ensure!(changes.is_empty(), "commit first: a clone has no changes\n{changes}");
    let work = packages.folder.with_file_name("package-again");
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    // Below this clone, cargo would take its configuration, too.
    let clone = std::env::temp_dir().join(format!("latchkey-again-{}", std::process::id()));
    let target = work.join("target");
    let (here, home) = (target.join("debug"), work.join("cargo"));
    fs::create_dir_all(&here)?;
    fs::create_dir_all(&home)?;
    std::os::unix::fs::symlink(cargo_home()?.join("registry"), home.join("registry"))?;
    run(program("git").args(["clone", "--quiet", "--shared"]).arg(root()).arg(&clone))?;
    // This program finds the target folder by its own place, and the source by what cargo tells it.
    let xtask = here.join("xtask");
    fs::copy(std::env::current_exe()?, &xtask)?;
    run(program(xtask)
        .arg("package")
        .env("CARGO_HOME", home)
        .env("CARGO_MANIFEST_DIR", clone.join("xtask"))
        .env("SOURCE_DATE_EPOCH", packages.release.time.to_string())
        .env_remove("CARGO_TARGET_DIR")
        .current_dir(&clone))?;
    let mut differ = Vec::new();
    for file in fs::read_dir(&packages.folder)? {
        let file = file?;
        let again = target.join("package").join(file.file_name());
        let again = fs::read(&again).with_context(|| format!("{} was not made again", again.display()))?;
        let is_same = fs::read(file.path())? == again;
        println!("{}  {}", if is_same { "the same" } else { "DIFFERS " }, file.file_name().display());
        if !is_same {
            differ.push(file.file_name());
        }
    }
    ensure!(differ.is_empty(), "a second build differs; it is in {}", work.display());
    fs::remove_dir_all(clone)?;
    Ok(fs::remove_dir_all(work)?)
}
