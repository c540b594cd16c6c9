//! Writes the manual pages and the completions for shells, for packages. All of them come from the definition
//! of the arguments.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::configuration::Arguments;

const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Fish, Shell::Zsh];

/// Writes a page for the program and for each command, and a file for each shell.
pub fn write(folder: &Path) -> anyhow::Result<()> {
    let context = || folder.display().to_string();
    fs::create_dir_all(folder).with_context(context)?;
    let mut command = Arguments::command();
    clap_mangen::generate_to(command.clone(), folder).with_context(context)?;
    let name = command.get_name().to_owned();
    for shell in SHELLS {
        clap_complete::generate_to(shell, &mut command, &name, folder).with_context(context)?;
    }
    Ok(())
}
