//! `GET /data-keys`.

use actix_web::{get, web};
use latchkey_shared::data_keys::{DataKey, DataKeyState, Progress};
use latchkey_shared::page::Page;
use latchkey_shared::time::Timestamp;
use sqlx::AnyConnection;

use super::store::{self, StoredDataKey};
use crate::access::principal::Principal;
use crate::database::Database;
use crate::keys::backups::{self, Needs};
use crate::nodes::fleet::Fleet;
use crate::web::problem::Problem;

/// The data keys as they are now, the latest first.
pub(super) async fn shown(connection: &mut AnyConnection) -> Result<Page<DataKey>, Problem> {
    let fleet = Fleet::read(connection).await?;
    let mut items = Vec::new();
    for stored in store::all(connection).await? {
        let backups = backups::that_need(connection, Needs::DataKey(&stored.key.id)).await?;
        items.push(DataKey {
            missing_on: fleet.live_without(|node| node.holds_data_key(&stored.key.id)),
            progress: progress(&stored),
            id: stored.key.id,
            state: stored.state,
            master_key: stored.key.master_key.unwrap_or_default(),
            created_at: Timestamp::from_millis(stored.created_at),
            backups,
        });
    }
    Ok(Page { items, next_cursor: None, total: None })
}

fn progress(stored: &StoredDataKey) -> Option<Progress> {
    let all = stored.rows_in_all.filter(|_| stored.state == DataKeyState::Retiring)?;
    let number = |rows: i64| u64::try_from(rows).unwrap_or_default();
    // Rows are added and deleted meanwhile.
    Some(Progress { done: number(stored.rows_done), all: number(all.max(stored.rows_done)) })
}

/// List data keys
///
/// The keys that encrypt secrets at rest, the latest first, and how far their rotation is. For
/// system administrators with a session.
#[utoipa::path(
    operation_id = "list_data_keys",
    tag = "data_keys",
    security(("session" = [])),
    responses((status = 200, description = "The keys, without the keys themselves", body = Page<DataKey>))
)]
#[get("/data-keys")]
pub(super) async fn list(
    principal: Principal,
    database: web::Data<Database>,
) -> Result<web::Json<Page<DataKey>>, Problem> {
    principal.system_admin_in_person()?;
    shown(&mut *database.reader().acquire().await?).await.map(web::Json)
}
