//! Ends what lives for a while.

use serde_json::json;

use crate::access::origin::Origin;
use crate::audit;
use crate::database::{Change, Transaction, now};
use crate::keys::error::KeyringError;
use crate::keys::{NewSigningKey, signing};
use crate::revocations::{self, Of};
use crate::sessions;

/// Ends all sessions, and all JWTs that were issued before now. `key` signs from now on, and the
/// signing keys before it are gone: one that had leaked and was removed may be back. Verifiers that
/// follow the revocation feed read it from the beginning, since their positions may be of entries
/// that no longer exist. `issuer` is that of the JWTs. The audit trail goes on in a new chain, which
/// names the last `checkpoint` that is known from outside of the database.
pub async fn end_all(
    transaction: &mut Transaction,
    key: &NewSigningKey,
    issuer: &str,
    checkpoint: Option<&str>,
) -> Result<(), KeyringError> {
    sessions::end_everyones(transaction.connection()).await?;
    signing::rotate(transaction, key, true).await?;
    revocations::forget_all(transaction.connection()).await?;
    revocations::record(transaction, Of::All, "iss", issuer, now()).await?;
    // Nothing that a node remembers is of this database.
    transaction.changes(Change::Everything);
    audit::begin_chain(transaction, checkpoint).await?;
    let detail = json!({ "algorithm": key.algorithm.as_str(), "at_once": true });
    let target = (&key.id, key.id.to_string());
    Ok(audit::record(transaction, &Origin::system(), "signing_key.rotated", target, detail).await?)
}
