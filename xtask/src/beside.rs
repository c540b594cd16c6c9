//! Runs a part of this program in a process of its own, beside another part.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use crate::command::target;

/// Which part of the processors' time a process gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Share {
    /// Its fair part.
    Equal,
    /// What nobody else wants. A test that measures time does not notice such a process.
    Rest,
}

/// A process of this program. Its output goes to a file, so that it does not mix with that of others.
pub(crate) struct Beside {
    process: Child,
    log: PathBuf,
}

impl Beside {
    /// Starts `program` with arguments. `name` is that of the log.
    pub(crate) fn start(program: &Path, name: &str, arguments: &[String], share: Share) -> Result<Self> {
        let logs = target()?.join("test-logs");
        fs::create_dir_all(&logs)?;
        let log = logs.join(format!("{name}.log"));
        let output = File::create(&log)?;
        let mut command = if cfg!(unix) && share == Share::Rest {
            let mut nice = Command::new("nice");
            nice.args(["-n", "19"]).arg(program);
            nice
        } else {
            Command::new(program)
        };
        let process = command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("cannot start {}", arguments.join(" ")))?;
        Ok(Self { process, log })
    }

    /// Waits until the process has ended, and returns its output.
    pub(crate) fn output(mut self) -> Result<String> {
        self.process.wait()?;
        let output = fs::read(&self.log)?;
        Ok(String::from_utf8_lossy(&output).into_owned())
    }
}
