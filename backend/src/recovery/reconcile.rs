//! Reconciles a database that went back in time with the withdrawal logs.

use serde_json::json;

use super::replay::replay;
use super::{Span, end_all, store, suspend_all};
use crate::access::origin::Origin;
use crate::audit;
use crate::database::{Database, Reconciled, now};
use crate::keys::error::KeyringError;
use crate::keys::keyring::Keyring;
use crate::withdrawals::{Broken, Logs, Position, Record};

/// What was done.
#[derive(Debug)]
pub struct Outcome {
    /// Where the database was.
    pub database: Position,
    /// Where the logs end.
    pub end: Position,
    /// How many transactions were replayed, or why all tokens are suspended instead.
    pub replayed: Result<usize, Broken>,
}

/// Withdraws again what is in the logs and not in the database. If anything may be missing there, or if
/// `suspends`, all tokens are suspended until an administrator confirms them. In both cases all sessions,
/// all JWTs and all signing keys end. It is one transaction, so that a reconciliation that is interrupted
/// is done anew. `checkpoint` is the last one of the audit trail that is known from outside of the database.
pub async fn reconcile(
    database: &Database,
    keyring: &Keyring,
    logs: &Logs,
    suspends: bool,
    checkpoint: Option<String>,
) -> Result<Outcome, KeyringError> {
    let (position, marked_at) = database.position().await?;
    let alive = marked_at.max(audit::last_written(database).await?);
    let found = if suspends { Err(Broken::Asked) } else { logs.after(position) };
    let found: Result<Vec<Record>, Broken> = found.map(|records| records.into_iter().cloned().collect());
    let end = logs.end();
    let outcome =
        Outcome { database: position, end, replayed: found.as_ref().map(Vec::len).map_err(Clone::clone) };
    let (key, issuer) = (keyring.make_signing_key().await?, keyring.issuer().to_owned());
    database
        .withdraw(move |transaction| {
            Box::pin(async move {
                let detail = match &found {
                    Ok(records) => {
                        replay(transaction, records).await?;
                        json!({ "from": position.to_string(), "to": end.to_string(), "replayed": records.len() })
                    }
                    Err(broken) => {
                        // A backup knows when it was made.
                        let restored = store::restored(transaction.connection()).await?;
                        let since = restored.map_or(alive, |span| span.since);
                        suspend_all(transaction, Span { since, until: now().max(since) }).await?;
                        json!({ "from": position.to_string(), "to": end.to_string(), "suspended": broken.to_string() })
                    }
                };
                end_all(transaction, &key, &issuer, checkpoint.as_deref()).await?;
                // The next start has nothing left to do, also if the database was restored from a backup.
                store::delete_restored(transaction.connection()).await?;
                transaction.reconciled(Reconciled { end, is_replayed: found.is_ok() });
                let target = (&"installation", "Latchkey");
                audit::record(transaction, &Origin::system(), "installation.reconciled", target, detail).await?;
                Ok::<_, KeyringError>(())
            })
        })
        .await?;
    Ok(outcome)
}
