//! `cargo xtask package`: makes the packages of a commit, and checks them.

mod bom;
mod check;
mod contents;
mod deb;
mod debian;
mod image;
mod make;
mod portable;
mod release;
mod tree;

use anyhow::Result;

use self::check::Check;
use crate::install::{self, Tool};

/// The options of `cargo xtask package`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Also checks them, as root on Debian. It takes about half an hour, because it builds everything again.
    #[arg(long)]
    check: bool,
    /// Only this check. May be given several times.
    #[arg(long, value_enum, value_name = "CHECK")]
    only: Vec<Check>,
}

/// Makes the packages.
pub(crate) fn package(options: &Options) -> Result<()> {
    let checks = Check::wanted(options.check, &options.only);
    install::tools(&[Tool::Dpkg, Tool::Python])?;
    if !checks.is_empty() {
        install::tools(&[Tool::PackageChecks, Tool::Curl])?;
    }
    let packages = make::make()?;
    check::run(&checks, &packages)
}
