//! The program of the release before, for tests of upgrades.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::command::{cargo, program, read, run, target};

/// Builds the program of a commit, or of the last tag. It takes as long as a build of the server. `None` if
/// no commit is given and nothing was released yet.
pub(crate) fn build(commit: Option<&str>) -> Result<Option<PathBuf>> {
    let tag = || read(program("git").args(["describe", "--tags", "--abbrev=0"])).ok();
    let Some(commit) = commit.map(str::to_owned).or_else(tag) else { return Ok(None) };
    let git = || program("git");
    let folder = target()?.join("before");
    fs::create_dir_all(&folder)?;
    let (source, kept) = (folder.join("source"), folder.join("latchkey"));
    if source.exists() {
        run(git().args(["worktree", "remove", "--force"]).arg(&source))?;
    }
    run(git().args(["worktree", "add", "--force", "--detach"]).arg(&source).arg(&commit))?;
    // It uses the libraries that are compiled already.
    let built = run(cargo()
        .args(["build", "--package", "latchkey"])
        .current_dir(&source)
        .env("CARGO_TARGET_DIR", target()?));
    run(git().args(["worktree", "remove", "--force"]).arg(&source))?;
    built?;
    fs::copy(target()?.join("debug/latchkey"), &kept).context("the program of the release before")?;
    Ok(Some(kept))
}
