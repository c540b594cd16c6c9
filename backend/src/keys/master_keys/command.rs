//! Runs the command that prints the master key.

use std::io::{self, Read as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::crypto::master_key::{LONGEST, MasterKeyError, MasterKeys};

/// How long the command may take. It may ask a service in the network.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How often it is looked whether it has ended.
const LOOK: Duration = Duration::from_millis(20);

/// Runs a command of the shell, and reads the keys that it prints. What it writes to standard error is
/// written to that of the server. Blocks.
pub(super) fn run(command: &str) -> Result<MasterKeys, MasterKeyError> {
    MasterKeys::parse(&print(command, TIMEOUT).map_err(MasterKeyError::Command)?)
}

fn print(command: &str, timeout: Duration) -> io::Result<Zeroizing<String>> {
    let until = Instant::now() + timeout;
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).stdin(Stdio::null()).stdout(Stdio::piped());
    // What it starts ends with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut shell, 0);
    let mut child = shell.spawn()?;
    let printed = read(&mut child, until).and_then(|text| {
        if wait(&mut child, until)? { Ok(text) } else { Err(io::Error::other("it failed")) }
    });
    if printed.is_err() {
        end(&mut child);
    }
    printed
}

/// Reads what it prints, on a thread, since it may print nothing for ever.
fn read(child: &mut Child, until: Instant) -> io::Result<Zeroizing<String>> {
    let output = child.stdout.take().ok_or_else(|| io::Error::other("it has no output"))?;
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        // It does not grow, so no copy of the key stays behind.
        let mut text = Zeroizing::new(String::with_capacity(usize::try_from(LONGEST).unwrap_or_default()));
        let read = output.take(LONGEST).read_to_string(&mut text);
        drop(sender.send(read.map(|_| text)));
    });
    let left = until.saturating_duration_since(Instant::now());
    receiver.recv_timeout(left).unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Waits until it ends. Returns whether it succeeded.
fn wait(child: &mut Child, until: Instant) -> io::Result<bool> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if Instant::now() > until {
            return Err(io::ErrorKind::TimedOut.into());
        }
        std::thread::sleep(LOOK);
    }
}

fn end(child: &mut Child) {
    #[cfg(target_os = "linux")]
    if let Ok(Some(group)) = i32::try_from(child.id()).map(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    // Both fail only if it has already ended.
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_command_prints_the_key() {
        assert!(run("head -c 32 /dev/zero | base64").is_ok());
        assert!(matches!(run("echo key"), Err(MasterKeyError::NotAKey)));
        let fails = run("head -c 32 /dev/zero | base64; exit 1");
        assert!(matches!(fails, Err(MasterKeyError::Command(_))));
    }

    #[test]
    fn a_command_that_hangs_is_ended_with_what_it_started() {
        let begun = Instant::now();
        let error = print("sleep 60 & sleep 60", Duration::from_millis(300)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
}
