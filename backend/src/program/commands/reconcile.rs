//! `latchkey reconcile`: on the machine itself, while the server answers 503 or before it is started.

use anyhow::{Context as _, ensure};

use crate::audit;
use crate::configuration::{Configuration, Reconcile};
use crate::database::Database;
use crate::keys::keyring::Keyring;
use crate::program::listeners::issuer;
use crate::recovery::{self, Outcome};
use crate::users;
use crate::withdrawals::Logs;

/// Withdraws again what a database forgot that went back in time, or suspends all tokens.
pub async fn reconcile(configuration: &Configuration, how: Reconcile) -> anyhow::Result<()> {
    let mut logs = Logs::default();
    for directory in configuration.withdrawal_log().iter().chain(&how.logs) {
        let name = || format!("the withdrawal log in {}", directory.display());
        ensure!(
            !how.logs.contains(directory) || directory.is_dir(),
            "there is no directory {}",
            directory.display()
        );
        logs.read(directory).with_context(name)?;
    }
    let database = Database::open_to_reconcile(configuration).await?;
    let (position, marked_at) = database.position().await?;
    if !how.suspend && !logs.are_ahead(position, marked_at) {
        database.close().await;
        println!(
            "The database is at position {position}, and no log remembers a later one. There is nothing to do."
        );
        return Ok(());
    }
    let keyring = Keyring::open(&database, configuration, issuer(configuration)?).await?;
    let Outcome { database: before, end, replayed } =
        recovery::reconcile(&database, &keyring, &logs, how.suspend, audit::last_checkpoint(configuration))
            .await?;
    println!("The database was at position {before} of the withdrawals. The logs end at {end}.");
    match replayed {
        Ok(count) => println!("{count} withdrawals were made again. No token is suspended."),
        Err(broken) => println!(
            "It is not known what was withdrawn since: {broken}. All tokens are suspended until an administrator \
             confirms them."
        ),
    }
    println!("All sessions and all JWTs have ended, and a new key signs.");
    if let Some((username, password)) = users::rescue_administrator(&database).await? {
        println!(
            "No administrator has a password that is still valid. {username} has this one until the next login:"
        );
        println!("  {}", password.expose());
    }
    database.close().await;
    Ok(())
}
