//! `GET /nodes`.

use actix_web::{get, web};
use latchkey_shared::ids::{KeyId, NodeId};
use latchkey_shared::nodes::{Node, NodeState, SchemaRange};
use latchkey_shared::page::Page;
use latchkey_shared::time::Timestamp;

use super::store::{self, Row};
use crate::access::principal::Principal;
use crate::database::Database;
use crate::database::stored::stored;
use crate::web::problem::Problem;

fn shown(row: Row, own: &NodeId) -> Result<Node, sqlx::Error> {
    let keys = |words: &str| words.split_whitespace().map(stored).collect::<Result<Vec<KeyId>, _>>();
    let number = |schema: i64| u32::try_from(schema).unwrap_or_default();
    Ok(Node {
        state: if row.is_live() { NodeState::Live } else { NodeState::Silent },
        answers: row.id == own.as_str(),
        id: stored(&row.id)?,
        signing_keys: keys(&row.signing_keys)?,
        data_keys: keys(&row.data_keys)?,
        master_keys: row.master_keys.split_whitespace().map(str::to_owned).collect(),
        name: row.name,
        version: row.version,
        schemas: SchemaRange { lowest: number(row.lowest_schema), highest: number(row.highest_schema) },
        feed_lag_ms: row.feed_lag.and_then(|lag| u64::try_from(lag).ok()),
        clock_offset_ms: row.clock_offset,
        started_at: Timestamp::from_millis(row.started_at),
        joined_at: Timestamp::from_millis(row.joined_at),
        heard_at: Timestamp::from_millis(row.heard_at),
    })
}

/// List nodes
///
/// The processes that serve the installation, by name. On PostgreSQL there may be several. A node
/// that stops leaves the list. One that is silent stays for an hour. For system administrators.
#[utoipa::path(
    operation_id = "list_nodes",
    tag = "installation",
    responses((status = 200, description = "The nodes", body = Page<Node>))
)]
#[get("/nodes")]
pub(super) async fn list(
    principal: Principal,
    database: web::Data<Database>,
) -> Result<web::Json<Page<Node>>, Problem> {
    principal.system_admin()?;
    let rows = store::all(&mut *database.reader().acquire().await?).await?;
    let items = rows.into_iter().map(|row| shown(row, database.node())).collect::<Result<_, _>>()?;
    Ok(web::Json(Page { items, next_cursor: None, total: None }))
}
