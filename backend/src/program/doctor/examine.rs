//! All checks.

use latchkey_shared::doctor::{Cause, Check, Finding};
use sqlx::AnyConnection;

use super::found::add;
use super::{addresses, certificate, files, fleet, space};
use crate::configuration::Configuration;
use crate::database::{Engine, OpenError, Replication, clock, look, pending, replication_at};
use crate::keys::beside::open_vault;
use crate::keys::error::KeyringError;

/// The largest difference of clocks that is no matter, in milliseconds.
const AGREED: i64 = 5_000;

/// What can be known without the database. It reads files.
#[must_use]
pub fn machine(configuration: &Configuration) -> Vec<Finding> {
    let mut findings = vec![Finding::fine(Check::Configuration)];
    add(&mut findings, Check::Files, files::examine(configuration));
    add(&mut findings, Check::Addresses, addresses::examine(configuration));
    add(&mut findings, Check::Space, space::examine(configuration));
    add(&mut findings, Check::Certificate, certificate::examine(configuration));
    add(&mut findings, Check::DatabaseTls, addresses::unverified(configuration));
    findings
}

/// What the database tells.
pub(super) async fn database(
    configuration: &Configuration,
    connection: &mut AnyConnection,
) -> Result<Vec<Finding>, OpenError> {
    let mut findings = Vec::new();
    let engine = Engine::of(connection);
    let migrations = match pending(connection).await {
        Err(OpenError::TooOld { own, needed }) => {
            let about = format!("{own}, {needed}");
            return Ok(vec![
                Finding::fine(Check::Database),
                Finding::wrong(Cause::ProgramTooOld, Some(about)),
            ]);
        }
        pending => pending?,
    };
    let missing = migrations.migrations.iter().map(|number| format!("{number:04}")).collect::<Vec<_>>();
    if !migrations.in_the_way.is_empty() {
        let about = Some(migrations.in_the_way.join(", "));
        return Ok(vec![Finding::fine(Check::Database), Finding::wrong(Cause::MigrationsBlocked, about)]);
    }
    if !missing.is_empty() {
        // What follows may need them.
        let about = Some(missing.join(", "));
        return Ok(vec![Finding::fine(Check::Database), Finding::wrong(Cause::MigrationsPending, about)]);
    }
    findings.push(Finding::fine(Check::Database));
    findings.push(Finding::fine(Check::Migrations));
    let key = match open_vault(connection, configuration).await {
        Err(KeyringError::Database(error)) => return Err(error.into()),
        Err(error) => vec![Finding::wrong(Cause::MasterKeyUnusable, Some(error.to_string()))],
        Ok(_) => files::key_beside_data(configuration),
    };
    add(&mut findings, Check::MasterKey, key);
    let ahead = clock::ahead_of(connection).await?;
    let is_off = ahead.abs() > AGREED;
    let off = is_off.then(|| Finding::wrong(Cause::ClockOff, Some(format!("{} s", ahead / 1_000))));
    add(&mut findings, Check::Clock, off.into_iter().collect());
    if engine == Engine::Postgres {
        let lags = replication_at(connection).await? == Replication::Asynchronous;
        let lags = lags.then(|| Finding::wrong(Cause::ReplicationAsynchronous, None));
        add(&mut findings, Check::Replication, lags.into_iter().collect());
    }
    fleet::examine(connection, &mut findings).await?;
    Ok(findings)
}

/// Everything that a process beside the server can find.
pub async fn all(configuration: &Configuration) -> Vec<Finding> {
    let mut findings = machine(configuration);
    let asked = async {
        match look(configuration).await? {
            Some(mut connection) => database(configuration, &mut connection).await,
            None => Ok(vec![Finding::wrong(Cause::DatabaseMissing, None)]),
        }
    };
    findings.extend(asked.await.unwrap_or_else(|error| vec![unreachable(&error)]));
    findings
}

/// The database does not answer.
pub(super) fn unreachable(error: &OpenError) -> Finding {
    Finding::wrong(Cause::DatabaseUnreachable, Some(error.to_string()))
}
