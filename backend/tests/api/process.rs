//! The real program as a process of its own, for what one cannot do to a thread.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::server::Where;

/// A running server; dropping it kills it.
pub(crate) struct Process {
    child: Child,
    pub(crate) url: String,
}

impl Process {
    /// Starts the program with these variables besides those of the place.
    pub(crate) fn start(place: &Where, variables: &[(&str, String)]) -> Self {
        Self::start_logging_to(Stdio::null(), place, variables)
    }

    /// The same with another place for the log.
    pub(crate) fn start_logging_to(log: Stdio, place: &Where, variables: &[(&str, String)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_latchkey"))
            .arg("serve")
            .envs(place.environment())
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let url = first.trim().trim_start_matches("Latchkey is at ").trim_end_matches('/').to_owned();
        assert!(url.starts_with("http://"), "{first}");
        Self { child, url }
    }

    /// Stops it with `-STOP`, lets it go on with `-CONT`.
    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// SIGKILL: nothing is written any more.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
