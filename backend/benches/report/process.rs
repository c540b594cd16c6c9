//! What a process takes.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};

/// The CPU time that a process has taken, with all its threads.
pub(crate) fn cpu(process: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name of the program is in parentheses. After it, user and system time are the fields 12
    // and 13, in hundredths of a second.
    let fields = stat.rsplit_once(')').context("no name")?.1.split_whitespace();
    let times: Vec<u64> = fields.skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
    Ok(Duration::from_millis(times.iter().sum::<u64>() * 10))
}

/// The CPU time of the threads of a process, more exactly than [`cpu`] tells it.
pub(crate) struct Threads {
    process: u32,
    /// In nanoseconds, by thread.
    times: HashMap<OsString, u64>,
}

impl Threads {
    pub(crate) fn of(process: u32) -> Result<Self> {
        let mut times = HashMap::new();
        for thread in fs::read_dir(format!("/proc/{process}/task"))? {
            let thread = thread?;
            // It may have ended meanwhile.
            let Ok(stat) = fs::read_to_string(thread.path().join("schedstat")) else { continue };
            let time = stat.split_whitespace().next().context("no time")?.parse()?;
            times.insert(thread.file_name(), time);
        }
        Ok(Self { process, times })
    }

    /// What they have taken since then. A thread that has ended had nothing to do for long.
    pub(crate) fn taken(&self) -> Result<Duration> {
        let now = Self::of(self.process)?;
        let since = |(thread, time): (&OsString, &u64)| {
            time.saturating_sub(self.times.get(thread).copied().unwrap_or_default())
        };
        Ok(Duration::from_nanos(now.times.iter().map(since).sum()))
    }
}

/// The memory of a process (`VmRSS`), in MiB.
pub(crate) fn memory(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(resident.trim().trim_end_matches(" kB").parse::<u64>()? / 1_024)
}

/// While this exists, the thread that made it runs as soon as it has something to do: a load that
/// waits for a processor would measure itself. Only root may do so; others measure that as well.
pub(crate) struct First(String);

impl First {
    pub(crate) fn begin() -> Self {
        let first = Self(rustix::thread::gettid().to_string());
        first.schedule(&["--fifo", "--pid", "1"]);
        first
    }

    fn schedule(&self, how: &[&str]) {
        let _ = Command::new("chrt").args(how).arg(&self.0).stderr(Stdio::null()).status();
    }
}

impl Drop for First {
    fn drop(&mut self) {
        self.schedule(&["--other", "--pid", "0"]);
    }
}
