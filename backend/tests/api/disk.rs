//! A small disk of a test's own, which can be full.

use std::fs::{self, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A file system in memory that only the processes see that are started on it. Dropping it lets it go with the
/// last of them.
pub(crate) struct Disk {
    /// Keeps the namespace in which the disk is. It ends with the test, since it waits for its input.
    holder: Child,
    path: PathBuf,
}

impl Disk {
    /// Mounts a disk of `size` MiB at an empty folder. `None` if this account may not.
    pub(crate) fn mount(path: &Path, size: u32) -> Option<Self> {
        let script = "mount -t tmpfs -o size=$1m,mode=700 tmpfs \"$0\" && echo mounted && exec cat";
        let mut holder = Command::new("unshare")
            // Inside, this account has another number: PostgreSQL does not run as root.
            .args(["--mount", "--map-user=65534", "--map-group=65534", "--keep-caps", "sh", "-c", script])
            .arg(path)
            .arg(size.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let disk = Self { holder, path: path.to_owned() };
        if said.is_empty() {
            eprintln!("SKIPPED: a file system of its own may not be made here (unshare --mount)");
            return None;
        }
        Some(disk)
    }

    /// A program that sees the disk.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--target={}", self.holder.id()));
        command.args(["--user", "--mount", "--preserve-credentials"]).arg(program);
        command
    }

    /// A path on the disk, as the test can open it.
    pub(crate) fn see(&self, path: &Path) -> PathBuf {
        let root = Path::new("/proc").join(self.holder.id().to_string()).join("root");
        root.join(path.strip_prefix("/").unwrap())
    }

    fn filling(&self) -> PathBuf {
        self.see(&self.path.join("filling"))
    }

    /// Writes to a file until the disk is full.
    pub(crate) fn fill(&self) {
        let mut file = OpenOptions::new().append(true).create(true).open(self.filling()).unwrap();
        for size in [64 * 1024, 1024, 1] {
            while file.write_all(&vec![1; size]).is_ok() {}
        }
    }

    /// Removes this file.
    pub(crate) fn make_space(&self) {
        fs::remove_file(self.filling()).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Both fail only if it has already ended.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
