//! `cargo xtask dev`: rebuilds and restarts the server whenever a source file changes.
//!
//! The server is a debug build, which reads the screens from `frontend/dist` when it starts. The data is
//! kept.

use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use notify::{EventKind, RecursiveMode, Watcher as _};

use crate::bundle;
use crate::command::{cargo, root, run};
use crate::run::{binary, server};

/// The sources of the server.
const SERVER: [&str; 4] = ["backend/src", "backend/demo", "migrations", "shared/src"];
/// The sources of the screens.
const SCREENS: [&str; 6] = [
    "frontend/src",
    "frontend/styles",
    "frontend/index.html",
    "frontend/style.css",
    "gateways",
    "shared/src",
];
/// A build starts after this time without a change, because editors write several files at once.
const QUIET: Duration = Duration::from_millis(200);
/// How often to check that the server is still running.
const LOOK: Duration = Duration::from_secs(1);

/// What must be rebuilt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Stale {
    server: bool,
    screens: bool,
}

impl Stale {
    /// What must be rebuilt after a file has changed.
    fn by(file: &Path) -> Self {
        let is_in = |all: &[&str]| all.iter().any(|one| file.starts_with(root().join(one)));
        Self { server: is_in(&SERVER), screens: is_in(&SCREENS) }
    }

    fn add(&mut self, other: Self) {
        self.server |= other.server;
        self.screens |= other.screens;
    }
}

/// Builds, starts and watches until it is interrupted. Passes `arguments` on to the server.
pub(crate) fn dev(arguments: &[String]) -> Result<()> {
    let (sender, changes) = channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if let Ok(event) = event
            && !matches!(event.kind, EventKind::Access(_))
        {
            for file in &event.paths {
                // Sending fails only while this program ends.
                let _ = sender.send(Stale::by(file));
            }
        }
    })?;
    for one in SERVER.iter().chain(&SCREENS) {
        let path = root().join(one);
        watcher.watch(&path, RecursiveMode::Recursive).with_context(|| path.display().to_string())?;
    }
    let mut server = None;
    let mut stale = Stale { server: true, screens: true };
    loop {
        // If a build fails, the compiler has printed why, and the running server continues.
        let mut is_built = !stale.screens || timed("the screens", bundle::quick);
        is_built &= !stale.server || timed("the server", build_server);
        if is_built {
            stop(server.take())?;
            let began = Instant::now();
            server = Some(start(arguments)?);
            eprintln!("==> the server was started {:.1} s after its build", began.elapsed().as_secs_f64());
        }
        stale = wait(&changes, &mut server)?;
    }
}

fn build_server() -> Result<()> {
    run(cargo().args(["build", "--package", "latchkey"]))
}

/// Runs a build and prints how long it took. Returns whether it succeeded.
fn timed(what: &str, build: impl FnOnce() -> Result<()>) -> bool {
    let began = Instant::now();
    match build() {
        Ok(()) => {
            eprintln!("==> {what} took {:.1} s", began.elapsed().as_secs_f64());
            true
        }
        Err(error) => {
            eprintln!("==> {what}: {error:#}. It is tried again when a file changes.");
            false
        }
    }
}

fn start(arguments: &[String]) -> Result<Child> {
    // Nobody has to go elsewhere before a restart.
    server(binary("debug")?, arguments)
        .env("LATCHKEY_STOP_DELAY", "0")
        .spawn()
        .context("the server cannot be started")
}

/// Stops the server with SIGTERM and waits until it has ended, so that its data is complete.
fn stop(server: Option<Child>) -> Result<()> {
    if let Some(mut server) = server {
        if server.try_wait()?.is_none() {
            Command::new("kill").args(["-TERM", &server.id().to_string()]).status()?;
        }
        server.wait()?;
    }
    Ok(())
}

/// Waits for changes, and then until no more changes arrive. Returns what must be rebuilt.
fn wait(changes: &Receiver<Stale>, server: &mut Option<Child>) -> Result<Stale> {
    let mut stale = Stale::default();
    loop {
        let patience = if stale == Stale::default() { LOOK } else { QUIET };
        match changes.recv_timeout(patience) {
            Ok(more) => stale.add(more),
            Err(RecvTimeoutError::Timeout) if stale != Stale::default() => return Ok(stale),
            Err(RecvTimeoutError::Timeout) => {
                if let Some(ended) = server.as_mut().map(Child::try_wait).transpose()?.flatten() {
                    eprintln!("==> the server ended: {ended}. It is started again when a file changes.");
                    *server = None;
                }
            }
            Err(RecvTimeoutError::Disconnected) => anyhow::bail!("files are not watched any more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_makes_its_outputs_stale() {
        let by = |file: &str| {
            let Stale { server, screens } = Stale::by(&root().join(file));
            (server, screens)
        };
        assert_eq!(by("backend/src/tokens/list.rs"), (true, false));
        assert_eq!(by("frontend/src/pages/tokens.rs"), (false, true));
        assert_eq!(by("shared/src/tokens.rs"), (true, true));
        assert_eq!(by("frontend/dist/index.html"), (false, false));
    }
}
