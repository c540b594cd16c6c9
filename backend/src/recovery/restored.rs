//! What the first start after a restore does.

use sqlx::AnyConnection;

use super::span::Span;
use super::{end_all, store, suspend_all};
use crate::database::{Database, Reconciled, now};
use crate::keys::error::KeyringError;
use crate::keys::keyring::Keyring;

/// Marks a restored database that no node serves. What [`complete`] does is done at the next start.
pub async fn mark(connection: &mut AnyConnection, since: i64) -> Result<(), sqlx::Error> {
    store::delete_restored(&mut *connection).await?;
    let until = now().max(since);
    store::insert_restored(connection, Span { since, until }).await
}

/// Ends and suspends what a restored database must not bring back to life, if it has just been
/// restored. Call it before anything is served. All of it is one transaction: a start that is
/// interrupted does it again. `checkpoint` reads the last one of the audit trail that is known from outside
/// of the database.
pub async fn complete(
    database: &Database,
    keyring: &Keyring,
    checkpoint: impl FnOnce() -> Option<String>,
) -> Result<(), KeyringError> {
    if store::restored(&mut *database.reader().acquire().await?).await?.is_none() {
        return Ok(());
    }
    let checkpoint = checkpoint();
    let (key, issuer) = (keyring.make_signing_key().await?, keyring.issuer().to_owned());
    let span: Option<Span> = database
        .write(move |transaction| {
            Box::pin(async move {
                // Another node may have been faster.
                let Some(span) = store::restored(transaction.connection()).await? else { return Ok(None) };
                end_all(transaction, &key, &issuer, checkpoint.as_deref()).await?;
                suspend_all(transaction, span).await?;
                transaction.reconciled(Reconciled::default());
                store::delete_restored(transaction.connection()).await?;
                Ok::<_, KeyringError>(Some(span))
            })
        })
        .await?;
    if let Some(Span { since, until }) = span {
        tracing::warn!(
            since,
            until,
            "the database was restored: all sessions and JWTs ended, and all tokens are suspended until an \
             administrator confirms them"
        );
    }
    Ok(())
}
