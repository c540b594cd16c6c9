//! `POST /data-keys/rotate`.

use actix_web::{HttpResponse, post, web};
use latchkey_shared::data_keys::{DataKey, DataKeyState};
use latchkey_shared::page::Page;
use serde_json::json;

use super::list::shown;
use super::store;
use crate::access::principal::Principal;
use crate::audit;
use crate::database::{Change, Database};
use crate::keys::keyring::Keyring;
use crate::nodes::fleet::Fleet;
use crate::web::problem::{Kind, Problem};

/// The first schema whose programs name the data key of what they encrypt.
const NAMED: i64 = 29;

/// Rotate the data key
///
/// Makes a new data key. It becomes current when all live nodes hold it, usually within seconds. Then
/// everything that the old key encrypted is encrypted anew in the background, and the old key is
/// destroyed. `GET /data-keys` tells the progress. The rotation continues after a restart.
#[utoipa::path(
    operation_id = "rotate_data_key",
    tag = "data_keys",
    security(("session" = [])),
    responses(
        (status = 200, description = "The keys as they are now", body = Page<DataKey>),
        (status = 409, description = "The last rotation is not complete, or a node has an older version (`conflict`)."),
    )
)]
#[post("/data-keys/rotate")]
pub(super) async fn rotate(
    principal: Principal,
    database: web::Data<Database>,
    keyring: web::Data<Keyring>,
) -> Result<HttpResponse, Problem> {
    principal.system_admin_in_person()?;
    let origin = principal.origin().clone();
    let database = database.by(principal.witness());
    let page = database.write(move |transaction| {
        Box::pin(async move {
            let before = store::all(transaction.connection()).await?;
            let [current] = before.as_slice() else {
                return Err(Problem::new(Kind::Conflict)
                    .with_detail("The last rotation of the data key is not complete."));
            };
            // Also silent nodes: one of an older version may go on, and write rows that name no key.
            let fleet = Fleet::read(transaction.connection()).await?;
            let old = fleet.members.iter().filter(|node| node.highest_schema < NAMED);
            let old: Vec<&str> = old.map(|node| node.name.as_str()).collect();
            if !old.is_empty() {
                let detail = format!("Update these nodes first: {}.", old.join(", "));
                return Err(Problem::new(Kind::Conflict).with_detail(detail));
            }
            let key = keyring.make_data_key(&current.key)?;
            store::insert(transaction.connection(), &key, DataKeyState::Coming).await?;
            transaction.changes(Change::DataKeys);
            let detail = json!({ "before": current.key.id });
            audit::record(transaction, &origin, "data_key.rotated", (&key.id, key.id.to_string()), detail)
                .await?;
            shown(transaction.connection()).await
        })
    });
    Ok(HttpResponse::Ok().json(page.await?))
}
