//! `POST /master-keys/rotate`.

use actix_web::{HttpResponse, post, web};
use latchkey_shared::data_keys::MasterKey;
use latchkey_shared::page::Page;
use serde_json::json;

use super::list::shown;
use crate::access::principal::Principal;
use crate::audit;
use crate::database::{Change, Database};
use crate::keys::data_keys::store;
use crate::keys::keyring::Keyring;
use crate::nodes::fleet::Fleet;
use crate::web::problem::{Kind, Problem};

/// Rotate the master key
///
/// Wraps the data keys anew under the next master key, in one transaction. The operator gives the
/// next one to all nodes before, beside the one in use, and takes the old one away afterwards.
/// Nothing is encrypted anew.
#[utoipa::path(
    operation_id = "rotate_master_key",
    tag = "data_keys",
    security(("session" = [])),
    responses(
        (status = 200, description = "The keys as they are now", body = Page<MasterKey>),
        (status = 409, description = "This node or another one does not hold the next master key (`conflict`)."),
    )
)]
#[post("/master-keys/rotate")]
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
            let conflict = |detail: String| Problem::new(Kind::Conflict).with_detail(detail);
            let mut before = None;
            let mut after = None;
            let fleet = Fleet::read(transaction.connection()).await?;
            for stored in store::all(transaction.connection()).await? {
                let Some(key) = keyring.rewrap(&stored.key)? else {
                    let detail = "There is no next master key. Give it to all nodes, beside the one in use.";
                    return Err(conflict(detail.to_owned()));
                };
                store::rewrap(transaction.connection(), &key).await?;
                (before, after) = (stored.key.master_key, key.master_key);
            }
            let (Some(before), Some(after)) = (before, after) else {
                return Err(Problem::internal("there is no data key"));
            };
            let missing = fleet.live_without(|node| node.holds_master_key(&after));
            if !missing.is_empty() {
                let detail =
                    format!("These nodes do not hold the next master key yet: {}.", missing.join(", "));
                return Err(conflict(detail));
            }
            transaction.changes(Change::DataKeys);
            let detail = json!({ "before": before });
            audit::record(transaction, &origin, "master_key.rotated", (&after, after.clone()), detail)
                .await?;
            shown(transaction.connection(), &keyring).await
        })
    });
    Ok(HttpResponse::Ok().json(page.await?))
}
