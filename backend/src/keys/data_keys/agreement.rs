//! When a coming data key becomes current: as soon as all live nodes hold it. There is no other limit in
//! time, since a node without it could open nothing that it encrypts. A node that joins later reads the
//! keys after it has joined.

use latchkey_shared::data_keys::DataKeyState;
use latchkey_shared::ids::KeyId;
use serde_json::json;

use super::store;
use crate::access::origin::Origin;
use crate::audit;
use crate::database::{Change, Database, Rank};
use crate::nodes::fleet::Fleet;

/// Makes a coming key the current one if all live nodes hold it. Several nodes may do this at the same
/// time.
pub(super) async fn agree(database: &Database, coming: &KeyId) -> Result<(), sqlx::Error> {
    let coming = coming.clone();
    database
        .write_as(Rank::Background, move |transaction| {
            Box::pin(async move {
                let keys = store::all(transaction.connection()).await?;
                let is_coming =
                    keys.iter().any(|one| one.key.id == coming && one.state == DataKeyState::Coming);
                let fleet = Fleet::read(transaction.connection()).await?;
                if !is_coming || !fleet.live_without(|node| node.holds_data_key(&coming)).is_empty() {
                    return Ok(());
                }
                let connection = transaction.connection();
                store::change_state(connection, DataKeyState::Current, DataKeyState::Retiring).await?;
                store::change_state(connection, DataKeyState::Coming, DataKeyState::Current).await?;
                transaction.changes(Change::DataKeys);
                let target = (&coming, coming.to_string());
                audit::record(transaction, &Origin::system(), "data_key.taken", target, json!({})).await
            })
        })
        .await
}
