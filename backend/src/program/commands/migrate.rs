//! The update of the schema as a step of its own, before the servers are upgraded.

use std::process::ExitCode;

use crate::configuration::{Configuration, Migrate};
use crate::database::{pending_update, update};

/// There are migrations to apply. Nodes that run can go on.
const PENDING: u8 = 3;
/// There are migrations to apply. Some nodes have to stop first.
const IN_THE_WAY: u8 = 4;

/// Applies the missing migrations, or says which are missing.
pub async fn migrate(configuration: &Configuration, how: &Migrate) -> anyhow::Result<ExitCode> {
    if !how.check {
        let applied = update(configuration).await?;
        println!("{}", if applied.is_empty() { nothing() } else { format!("Applied: {}.", list(&applied)) });
        return Ok(ExitCode::SUCCESS);
    }
    let pending = pending_update(configuration).await?;
    if pending.migrations.is_empty() {
        println!("{}", nothing());
        return Ok(ExitCode::SUCCESS);
    }
    println!("To apply: {}.", list(&pending.migrations));
    if pending.in_the_way.is_empty() {
        println!("Nodes that run can go on.");
        return Ok(PENDING.into());
    }
    println!("These nodes have to stop or be upgraded first: {}.", pending.in_the_way.join(", "));
    Ok(IN_THE_WAY.into())
}

fn nothing() -> String {
    "The database has all migrations of this version.".to_owned()
}

fn list(migrations: &[i64]) -> String {
    migrations.iter().map(|number| format!("{number:04}")).collect::<Vec<_>>().join(", ")
}
