//! Runs the real program as a process, for tests that a thread does not allow.

use std::io::{BufRead as _, BufReader};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use crate::disk::Disk;
use crate::server::Where;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_latchkey");

/// A running server. Dropping it kills the process.
pub(crate) struct Process {
    child: Child,
    pub(crate) url: String,
}

impl Process {
    /// Starts the program with these environment variables in addition to those of the place.
    pub(crate) fn start(place: &Where, variables: &[(&str, String)]) -> Self {
        Self::start_logging_to(Stdio::null(), place, variables)
    }

    /// Starts the program with its log going to `log`.
    pub(crate) fn start_logging_to(log: Stdio, place: &Where, variables: &[(&str, String)]) -> Self {
        Self::run(Command::new(PROGRAM).arg("serve"), log, place, variables)
    }

    /// Starts the program on its own disk of `size` MiB, with the data of the place. `None` if this account
    /// cannot create a file system.
    pub(crate) fn start_on_small_disk(place: &Where, size: u32) -> Option<(Self, Disk)> {
        let path = place.data_dir().join("disk");
        std::fs::create_dir(&path).unwrap();
        let disk = Disk::mount(&path, size)?;
        for file in std::fs::read_dir(place.data_dir()).unwrap().map(Result::unwrap) {
            if file.file_name().to_string_lossy().starts_with("latchkey.db") {
                std::fs::copy(file.path(), disk.see(&path.join(file.file_name()))).unwrap();
            }
        }
        let variables = [("LATCHKEY_DATA_DIR", path.display().to_string())];
        let mut program = disk.command(Path::new(PROGRAM));
        Some((Self::run(program.arg("serve"), Stdio::null(), place, &variables), disk))
    }

    /// Starts another version of the program.
    pub(crate) fn of(program: &Path, place: &Where, variables: &[(&str, String)]) -> Self {
        Self::run(Command::new(program).arg("serve"), Stdio::null(), place, variables)
    }

    /// Starts the program as systemd does, with a socket that listens.
    pub(crate) fn start_at_socket(socket: OwnedFd, place: &Where, variables: &[(&str, String)]) -> Self {
        let script = "export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$0\" serve 3<&0 </dev/null";
        let mut program = Command::new("sh");
        program.args(["-c", script, PROGRAM]).stdin(socket);
        Self::run(&mut program, Stdio::null(), place, variables)
    }

    /// Runs the program, which must refuse to start. Returns what it says.
    pub(crate) fn refused(place: &Where, variables: &[(&str, String)]) -> String {
        let mut program = Command::new(PROGRAM);
        set(program.arg("serve"), place, variables);
        let output = program.output().unwrap();
        assert!(!output.status.success(), "it starts");
        String::from_utf8(output.stderr).unwrap()
    }

    /// Runs a command of the program to its end.
    pub(crate) fn command(place: &Where, arguments: &[&str], variables: &[(&str, String)]) -> Output {
        let mut program = Self::program(place, arguments);
        program.envs(variables.iter().map(|(name, value)| (name, value))).output().unwrap()
    }

    /// Waits until the process has ended by itself.
    pub(crate) async fn end(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "it goes on");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Another command of the program, for this place. It is not started yet.
    pub(crate) fn program(place: &Where, arguments: &[&str]) -> Command {
        let mut program = Command::new(PROGRAM);
        program.args(arguments).envs(place.environment());
        program
    }

    /// What the system tells about this process.
    pub(crate) fn own(&self, name: &str) -> PathBuf {
        Path::new("/proc").join(self.child.id().to_string()).join(name)
    }

    fn run(program: &mut Command, log: Stdio, place: &Where, variables: &[(&str, String)]) -> Self {
        set(program, place, variables);
        let mut child = program.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let url = first.trim().trim_start_matches("Latchkey is at ").trim_end_matches('/').to_owned();
        assert!(url.starts_with("http"), "{first}");
        Self { child, url }
    }

    /// Sends a signal: `-STOP` pauses the process, `-CONT` resumes it.
    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Kills the process with SIGKILL, so that it writes nothing more.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Sets the variables of a place, and these. One without a value is taken away.
fn set(program: &mut Command, place: &Where, variables: &[(&str, String)]) {
    program.envs(place.environment());
    for (name, value) in variables {
        if value.is_empty() {
            program.env_remove(name)
        } else {
            program.env(name, value)
        };
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only if the process has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
