//! When a new signing key begins to sign: a step that waits for every live node.
//!
//! A node that does not hold the key cannot verify what it signs. So the key is stored with the
//! latest time at which it may begin. As soon as all live nodes tell that they hold it, the time is
//! brought forward. A node that joins later reads the keys after it has joined.

use latchkey_shared::ids::KeyId;

use super::store;
use crate::database::{Change, Database, Rank, Transaction, now};
use crate::nodes::fleet::Fleet;

/// How long verifiers may keep the published keys, in seconds.
pub const JWKS_MAX_AGE: i64 = 300;
/// How long a key is published before it signs, in milliseconds. This is longer than verifiers
/// and nodes cache the published keys.
pub(super) const ANNOUNCED: i64 = (JWKS_MAX_AGE + 60) * 1_000;
/// How long a key is published before it signs if a live node does not hold it, in milliseconds. A
/// broken node must not keep an old key in use for ever.
const AWAITED: i64 = 60 * 60 * 1_000;
/// How long the nodes have to learn of the new time, in milliseconds. This is twice as long as a
/// node that is cut off decides from memory.
const LEARNED: i64 = 10_000;

/// How long a key that is made now is published before it signs, in milliseconds. If there are no
/// other nodes, nobody has to be waited for.
pub(super) async fn wait(transaction: &mut Transaction) -> Result<i64, sqlx::Error> {
    let own = transaction.node().clone();
    let fleet = Fleet::read(transaction.connection()).await?;
    let is_alone = fleet.live().all(|node| node.id == own);
    Ok(if is_alone { ANNOUNCED } else { AWAITED })
}

/// Brings the time at which a key begins to sign forward if all live nodes hold it. Returns whether
/// nothing has to be waited for any more. Several nodes may do this at the same time.
pub(super) async fn agree(database: &Database, key: &KeyId) -> Result<bool, sqlx::Error> {
    let key = key.clone();
    database
        .write_as(Rank::Background, move |transaction| {
            Box::pin(async move {
                let keys = store::signing_keys(transaction.connection(), now()).await?;
                let Some(stored) = keys.into_iter().find(|stored| stored.id == key.as_str()) else {
                    return Ok(true);
                };
                let soonest = (stored.created_at + ANNOUNCED).max(now() + LEARNED);
                if stored.signs_from <= soonest {
                    return Ok(true);
                }
                let fleet = Fleet::read(transaction.connection()).await?;
                if !fleet.live().all(|node| node.holds(&key)) {
                    return Ok(false);
                }
                store::move_takeover(transaction.connection(), &key, stored.signs_from, soonest).await?;
                transaction.changes(Change::SigningKeys);
                Ok(true)
            })
        })
        .await
}
