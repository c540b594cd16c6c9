//! `GET /signing-keys`.

use actix_web::{get, web};
use latchkey_shared::page::Page;
use latchkey_shared::signing_keys::{SigningKey, SigningKeyState};
use latchkey_shared::time::Timestamp;
use sqlx::AnyConnection;

use super::signing::{self, StoredSigningKey};
use crate::access::principal::Principal;
use crate::database::{Database, now};
use crate::web::problem::Problem;

fn shown(key: &StoredSigningKey, now: i64) -> Result<SigningKey, Problem> {
    let state = if key.term.holds(now) {
        SigningKeyState::Signing
    } else if now < key.term.signs_from {
        SigningKeyState::Announced
    } else {
        SigningKeyState::Retired
    };
    Ok(SigningKey {
        id: key.id.parse().map_err(Problem::internal)?,
        algorithm: key.algorithm.clone(),
        state,
        created_at: Timestamp::from_millis(key.created_at),
        // The first key signs since it was made.
        signs_from: Timestamp::from_millis(key.term.signs_from.max(key.created_at)),
        signs_until: key.term.retired_at.map(Timestamp::from_millis),
        published_until: key.published_until().map(Timestamp::from_millis),
    })
}

pub(super) async fn published(connection: &mut AnyConnection) -> Result<Page<SigningKey>, Problem> {
    let keys = signing::signing_keys(connection).await?;
    let items: Result<_, _> = keys.iter().map(|key| shown(key, now())).collect();
    Ok(Page { items: items?, next_cursor: None, total: None })
}

/// List signing keys
///
/// The published keys, the latest first. For system administrators with a session.
#[utoipa::path(
    operation_id = "list_signing_keys",
    tag = "signing_keys",
    security(("session" = [])),
    responses((status = 200, description = "The keys, without their private halves", body = Page<SigningKey>))
)]
#[get("/signing-keys")]
pub(super) async fn list(
    principal: Principal,
    database: web::Data<Database>,
) -> Result<web::Json<Page<SigningKey>>, Problem> {
    principal.system_admin_in_person()?;
    published(&mut *database.reader().acquire().await?).await.map(web::Json)
}
