//! What is packed: the version, the commit, and the kind of machine.

use anyhow::{Context, Result, bail};

use crate::command::{program, read};

/// What is packed.
pub(crate) struct Release {
    pub(crate) version: &'static str,
    /// The commit.
    pub(crate) revision: String,
    /// The time of the commit, in seconds. Every file has this time, so that a second build has the same bytes.
    pub(crate) time: u64,
    pub(crate) machine: Machine,
}

/// A kind of machine, by the names that others have for it.
pub(crate) struct Machine {
    /// The name of the kernel.
    pub(crate) name: &'static str,
    /// The target of the Rust compiler.
    pub(crate) target: &'static str,
    /// The name of Debian and of container images.
    pub(crate) debian: &'static str,
    /// Where programs look for their loader.
    pub(crate) loader: &'static str,
    /// The folder of Debian's libraries.
    pub(crate) libraries: &'static str,
}

const MACHINES: [Machine; 2] = [
    Machine {
        name: "x86_64",
        target: "x86_64-unknown-linux-gnu",
        debian: "amd64",
        loader: "lib64/ld-linux-x86-64.so.2",
        libraries: "lib/x86_64-linux-gnu",
    },
    Machine {
        name: "aarch64",
        target: "aarch64-unknown-linux-gnu",
        debian: "arm64",
        loader: "lib/ld-linux-aarch64.so.1",
        libraries: "lib/aarch64-linux-gnu",
    },
];

impl Release {
    /// The commit that is checked out, for the kind of this machine.
    pub(crate) fn here() -> Result<Self> {
        let is_ours = |machine: &Machine| machine.name == std::env::consts::ARCH;
        let Some(machine) = MACHINES.into_iter().find(is_ours).filter(|_| cfg!(target_os = "linux")) else {
            bail!("packages are made on Linux, on x86_64 or aarch64")
        };
        let revision = read(program("git").args(["rev-parse", "HEAD"]))?;
        let time = match std::env::var("SOURCE_DATE_EPOCH") {
            Ok(time) => time,
            Err(_) => read(program("git").args(["log", "-1", "--format=%ct"]))?,
        };
        let time = time.parse().context("SOURCE_DATE_EPOCH must be a number of seconds")?;
        Ok(Self { version: env!("CARGO_PKG_VERSION"), revision, time, machine })
    }

    /// The time in a format of `date`.
    pub(crate) fn date(&self, format: &str) -> Result<String> {
        let moment = format!("@{}", self.time);
        read(program("date").args(["--utc", "--date", &moment, format]).env("LC_ALL", "C"))
    }

    /// The name of a file for this version and machine.
    pub(crate) fn file(&self, ending: &str) -> String {
        format!("latchkey-{}-{}{ending}", self.version, self.machine.name)
    }
}
