//! `GET /audit/chain` and `GET /audit/checkpoints`.

use actix_web::{get, web};
use latchkey_shared::audit::{AuditChain, AuditCheckpoint};
use latchkey_shared::fields::Refusal;
use latchkey_shared::page::{self, Page};
use latchkey_shared::time::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use super::store::{self, CheckpointRow};
use super::trail::Trail;
use crate::access::principal::Principal;
use crate::web::extract::{Query, write_cursor};
use crate::web::paging::Paging;
use crate::web::problem::Problem;

fn shown((sequence, at, note): CheckpointRow) -> AuditCheckpoint {
    AuditCheckpoint { sequence, at: Timestamp::from_millis(at), note }
}

/// Get the chain of the audit trail
///
/// The end of the chain, its last checkpoint, and the public key that checks checkpoints. Keep the key and
/// checkpoints elsewhere: they prove to everybody that nothing before them was changed. For system
/// administrators.
#[utoipa::path(
    operation_id = "get_audit_chain",
    tag = "audit",
    responses((status = 200, description = "The chain", body = AuditChain))
)]
#[get("/audit/chain")]
pub(super) async fn chain(
    principal: Principal,
    trail: web::Data<Trail>,
) -> Result<web::Json<AuditChain>, Problem> {
    principal.system_admin()?;
    let mut connection = trail.database.reader().acquire().await?;
    let row = store::sequencer(&mut connection).await?.ok_or(sqlx::Error::RowNotFound)?;
    let checkpoint = store::checkpoints(&mut connection, i64::MAX, 1).await?.pop();
    let position = row.position();
    Ok(web::Json(AuditChain {
        public_key: trail.signer.public().to_string(),
        chain: row.chain,
        sequence: position.sequence,
        link: position.link.as_str().to_owned(),
        is_catching_up: !row.is_caught_up(),
        checkpoint: checkpoint.map(shown),
    }))
}

/// Which checkpoints to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CheckpointQuery {
    /// How many at most: 1 to 200, 50 if absent.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

/// List checkpoints of the audit trail
///
/// Signed notes about the end of the chain, the latest first. There is one for each minute in which events
/// were chained. For system administrators.
#[utoipa::path(
    operation_id = "list_audit_checkpoints",
    tag = "audit",
    params(CheckpointQuery),
    responses((status = 200, description = "Checkpoints, the latest first", body = Page<AuditCheckpoint>))
)]
#[get("/audit/checkpoints")]
pub(super) async fn list(
    principal: Principal,
    trail: web::Data<Trail>,
    query: Query<CheckpointQuery>,
) -> Result<web::Json<Page<AuditCheckpoint>>, Problem> {
    principal.system_admin()?;
    let query = query.read()?;
    let paging = Paging::read(query.limit, query.cursor.as_deref())?;
    let until = match paging.after.as_deref().map(str::parse::<i64>) {
        None => i64::MAX,
        Some(Ok(last)) => last - 1,
        Some(Err(_)) => {
            let refusal = Refusal::new("invalid_cursor", "Must be the `next_cursor` of an earlier page.");
            return Err(Problem::field("cursor", refusal));
        }
    };
    let wanted = i64::try_from(paging.wanted()).unwrap_or(i64::MAX);
    let rows = store::checkpoints(&mut *trail.database.reader().acquire().await?, until, wanted).await?;
    let mut items: Vec<AuditCheckpoint> = rows.into_iter().map(shown).collect();
    let last = page::cut(&mut items, paging.wanted() - 1);
    let next_cursor = last.map(|last| write_cursor(&last.sequence.to_string()));
    Ok(web::Json(Page { items, next_cursor, total: None }))
}
