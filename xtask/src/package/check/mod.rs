//! Checks packages as their users meet them. Each check is a file of its own.

mod again;
mod container;
mod elsewhere;
mod installed;
mod lint;
mod roots;

use anyhow::{Result, bail};
use clap::ValueEnum;

use super::make::Packages;

/// A check of packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Check {
    /// lintian, the hardening of the service, the manual, the manifests and the checksums
    Lint,
    /// Installed, upgraded, removed and purged in a Debian that has just booted
    Installed,
    /// The image unpacked by umoci, and its program started in its root, which is read-only
    Container,
    /// The tarball started in an older Debian
    Elsewhere,
    /// Everything built again elsewhere, with the same bytes
    Again,
}

impl Check {
    /// All checks, or those that are named.
    pub(super) fn wanted(all: bool, named: &[Self]) -> Vec<Self> {
        let is_wanted = |check: &Self| named.contains(check) || (all && named.is_empty());
        Self::value_variants().iter().copied().filter(is_wanted).collect()
    }

    fn run(self, packages: &Packages) -> Result<()> {
        match self {
            Self::Lint => lint::check(packages),
            Self::Installed => installed::check(packages),
            Self::Container => container::check(packages),
            Self::Elsewhere => elsewhere::check(packages),
            Self::Again => again::check(packages),
        }
    }
}

/// Runs checks. A failed one does not stop the others.
pub(super) fn run(checks: &[Check], packages: &Packages) -> Result<()> {
    let mut failed = 0;
    for check in checks {
        println!("\n==> {check:?}");
        match check.run(packages) {
            Ok(()) => println!("<== {check:?} passed"),
            Err(error) => {
                failed += 1;
                println!("<== {check:?} failed: {error:#}");
            }
        }
    }
    if !checks.is_empty() {
        println!("{} passed, {failed} failed", checks.len() - failed);
    }
    if failed > 0 {
        bail!("{failed} checks failed");
    }
    Ok(())
}
