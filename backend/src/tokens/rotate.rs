//! `POST /tokens/{token}/rotate`.

use actix_web::{HttpResponse, post, web};
use latchkey_shared::fields::{Errors, Refusal};
use latchkey_shared::tokens::{Rotation, Token};
use serde_json::json;

use super::asked::client_key;
use super::found::{existing, parse_id};
use super::issue::make_key;
use super::reveal::may_reveal;
use super::store;
use super::version::answer;
use crate::access::principal::Principal;
use crate::audit;
use crate::crypto::rsa::{KeyPool, KeySize};
use crate::database::{Change, Database, now};
use crate::keys::keyring::Keyring;
use crate::revocations::{self, Of};
use crate::web::extract::Body;
use crate::web::problem::{Kind as ProblemKind, Problem};

/// The longest overlap of a rotation, in seconds.
const LONGEST_OVERLAP: u32 = 7 * 24 * 60 * 60;

/// Rotate a token
///
/// Makes new keys and secrets. The old ones stay valid for the overlap. If the client has its own
/// key, send its next `public_key`.
#[utoipa::path(
    operation_id = "rotate_token",
    tag = "tokens",
    request_body(content = Option<Rotation>, example = json!({ "overlap_seconds": 3600 })),
    responses(
        (status = 200, description = "The token as it is now", body = Token, headers(("ETag" = String))),
        (status = 409, description = "It was rotated in the meantime (`conflict`)."),
    )
)]
#[post("/tokens/{token}/rotate")]
pub(super) async fn rotate(
    principal: Principal,
    database: web::Data<Database>,
    pool: web::Data<KeyPool>,
    keyring: web::Data<Keyring>,
    path: web::Path<String>,
    body: Body<Rotation>,
) -> Result<HttpResponse, Problem> {
    let id = parse_id(&path)?;
    let before = {
        let mut connection = database.reader().acquire().await?;
        let found = existing(&mut connection, &id).await?;
        may_reveal(&mut connection, &principal, &found).await?;
        found
    };
    let body = body.json_or_default().await?;
    let overlap = body.overlap_seconds.unwrap_or(0);
    if overlap > LONGEST_OVERLAP {
        let message = format!("At most {LONGEST_OVERLAP} seconds.");
        return Err(Problem::field("overlap_seconds", Refusal::new("out_of_range", message)));
    }
    let mut errors = Errors::new();
    match (&before.token.client_key, &body.public_key) {
        (Some(_), None) => errors.add("public_key", "required", "Send the next public key of the client."),
        (None, Some(_)) => {
            errors.add("public_key", "wrong_kind", "The client of this token has no key of its own.");
        }
        _ => {}
    }
    let client_key = client_key(body.public_key.as_deref(), &mut errors);
    Problem::unless_empty(errors)?;
    let size =
        before.token.key_size.and_then(|bits| KeySize::try_from(bits).ok()).unwrap_or(KeySize::Bits2048);
    let generation = before.token.generation + 1;
    let kind = before.token.kind;
    let vault = keyring.vault().await?;
    let key = make_key(kind, &id, generation, size, client_key.as_deref(), &pool, &vault).await;
    let database = database.by(principal.witness());
    let found = database.write(move |transaction| {
        Box::pin(async move {
            let connection = transaction.connection();
            let found = existing(&mut *connection, &id).await?;
            may_reveal(&mut *connection, &principal, &found).await?;
            // The open token in the new key contains the generation.
            if found.token.generation + 1 != generation {
                return Err(
                    Problem::new(ProblemKind::Conflict).with_detail("The token was rotated in the meantime.")
                );
            }
            let until = (overlap > 0).then(|| now() + i64::from(overlap) * 1_000);
            let by = principal.origin().name.clone();
            store::start_generation(transaction, &id, generation, until, &by).await?;
            store::insert_key(transaction.connection(), &id, generation, &key).await?;
            // JWTs of the old credential end with it.
            let from = until.unwrap_or_else(now);
            revocations::record(transaction, Of::Token(&id), "client_id", id.as_str(), from).await?;
            transaction.changes(Change::Token(id.clone()));
            let detail = json!({ "generation": generation, "overlap_seconds": overlap });
            audit::record(transaction, principal.origin(), "token.rotated", (&id, found.token.name), detail)
                .await?;
            existing(transaction.connection(), &id).await
        })
    });
    Ok(answer(HttpResponse::Ok(), &found.await?))
}
