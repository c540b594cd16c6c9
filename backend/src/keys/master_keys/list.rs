//! `GET /master-keys`.

use actix_web::{get, web};
use latchkey_shared::data_keys::MasterKey;
use latchkey_shared::page::Page;
use sqlx::AnyConnection;

use crate::access::principal::Principal;
use crate::database::Database;
use crate::keys::backups::{self, Needs};
use crate::keys::data_keys::store;
use crate::keys::keyring::Keyring;
use crate::nodes::fleet::Fleet;
use crate::web::problem::Problem;

/// The master keys that this node holds.
pub(super) async fn shown(
    connection: &mut AnyConnection,
    keyring: &Keyring,
) -> Result<Page<MasterKey>, Problem> {
    let stored = store::all(connection).await?;
    let fleet = Fleet::read(connection).await?;
    let mut items = Vec::new();
    for id in keyring.master_checks() {
        items.push(MasterKey {
            in_use: stored.iter().any(|one| one.key.master_key.as_ref() == Some(&id)),
            missing_on: fleet.live_without(|node| node.holds_master_key(&id)),
            backups: backups::that_need(connection, Needs::MasterKey(&id)).await?,
            id,
        });
    }
    items.sort_by_key(|key| !key.in_use);
    Ok(Page { items, next_cursor: None, total: None })
}

/// List master keys
///
/// The master keys that the answering node holds: the one in use, and the next one if the operator
/// gave it. For system administrators with a session.
#[utoipa::path(
    operation_id = "list_master_keys",
    tag = "data_keys",
    security(("session" = [])),
    responses((status = 200, description = "The keys, by their check values", body = Page<MasterKey>))
)]
#[get("/master-keys")]
pub(super) async fn list(
    principal: Principal,
    database: web::Data<Database>,
    keyring: web::Data<Keyring>,
) -> Result<web::Json<Page<MasterKey>>, Problem> {
    principal.system_admin_in_person()?;
    shown(&mut *database.reader().acquire().await?, &keyring).await.map(web::Json)
}
