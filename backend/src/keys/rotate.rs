//! Rotates the keys that sign JWTs, by command or on a schedule.
//!
//! The command uses the API of the running server, on both engines. SQLite belongs to one
//! process. A session decides who may rotate, not access to a configuration file.

use actix_web::{HttpResponse, post, web};
use latchkey_shared::page::Page;
use latchkey_shared::signing_keys::{SigningKey, SigningKeyRotation};
use serde_json::json;

use super::agreement;
use super::error::KeyringError;
use super::keyring::Keyring;
use super::list::published;
use super::signing::{self, StoredSigningKey};
use super::store::NewSigningKey;
use crate::access::origin::Origin;
use crate::access::principal::Principal;
use crate::audit;
use crate::database::{Database, Transaction, now};
use crate::nodes::presence::Nodes;
use crate::revocations::{self, Of};
use crate::web::extract::Body;
use crate::web::problem::{Kind, Problem};

/// Rotate the signing key
///
/// The new key is published now and signs in six minutes. By then every verifier that respects
/// `Cache-Control` knows it. With several nodes, `signs_from` is at first an hour later. It becomes
/// six minutes when all live nodes hold the key, usually within seconds. The old key stays published
/// until the last JWT that it signed has expired. `at_once` waits for nobody.
#[utoipa::path(
    operation_id = "rotate_signing_key",
    tag = "signing_keys",
    request_body(content = Option<SigningKeyRotation>, example = json!({ "at_once": false })),
    security(("session" = [])),
    responses(
        (status = 200, description = "The keys as they are now", body = Page<SigningKey>),
        (status = 409, description = "A new key is already announced (`conflict`)."),
    )
)]
#[post("/signing-keys/rotate")]
pub(super) async fn rotate(
    principal: Principal,
    database: web::Data<Database>,
    keyring: web::Data<Keyring>,
    body: Body<SigningKeyRotation>,
) -> Result<HttpResponse, Problem> {
    principal.system_admin_in_person()?;
    let at_once = body.json_or_default().await?.at_once;
    let key = keyring.make_signing_key().await?;
    let (origin, issuer) = (principal.origin().clone(), keyring.issuer().to_owned());
    let database = database.by(principal.witness());
    let page = database.withdraw_if(at_once, move |transaction| {
        Box::pin(async move {
            let before = signing::signing_keys(transaction.connection()).await?;
            if !at_once && before.iter().any(|key| now() < key.term.signs_from) {
                return Err(Problem::new(Kind::Conflict).with_detail(
                    "A new key is already announced. It must begin to sign before the next rotation.",
                ));
            }
            take_over(transaction, &origin, &key, &before, at_once, &issuer).await?;
            published(transaction.connection()).await
        })
    });
    Ok(HttpResponse::Ok().json(page.await?))
}

async fn take_over(
    transaction: &mut Transaction,
    origin: &Origin,
    key: &NewSigningKey,
    before: &[StoredSigningKey],
    at_once: bool,
    issuer: &str,
) -> Result<(), KeyringError> {
    signing::rotate(transaction, key, at_once).await?;
    if at_once {
        revocations::record(transaction, Of::All, "iss", issuer, now()).await?;
    }
    let before: Vec<&str> = before.iter().map(|key| key.id.as_str()).collect();
    let detail = json!({ "algorithm": key.algorithm.as_str(), "before": before, "at_once": at_once });
    audit::record(transaction, origin, "signing_key.rotated", (&key.id, key.id.to_string()), detail).await?;
    Ok(())
}

/// Whether the latest key is older than `lifetime`, in milliseconds.
fn is_due(keys: &[StoredSigningKey], lifetime: i64, now: i64) -> bool {
    keys.iter().map(|key| key.created_at).max().is_some_and(|latest| latest + lifetime <= now)
}

/// Rotates the signing key if it is older than `lifetime`, in milliseconds. Several nodes may
/// do this at the same time: they write one after the other, and the second one finds a new
/// key.
pub async fn rotate_if_due(
    database: &Database,
    keyring: &Keyring,
    lifetime: i64,
) -> Result<(), KeyringError> {
    let keys = signing::signing_keys(&mut *database.reader().acquire().await?).await?;
    if !is_due(&keys, lifetime, now()) {
        return Ok(());
    }
    let key = keyring.make_signing_key().await?;
    let issuer = keyring.issuer().to_owned();
    database
        .write(move |transaction| {
            Box::pin(async move {
                let before = signing::signing_keys(transaction.connection()).await?;
                if is_due(&before, lifetime, now()) {
                    take_over(transaction, &Origin::system(), &key, &before, false, &issuer).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Lets a new key sign as soon as all live nodes hold it, while the process runs.
pub async fn keep_agreeing(database: &Database, keyring: &Keyring, nodes: &Nodes) {
    let mut fleet = nodes.fleet();
    let (mut agreed, mut named) = (None, None);
    while fleet.changed().await.is_ok() {
        let Ok(Some(key)) = keyring.announced_key().await else { continue };
        if agreed.as_ref() == Some(&key) {
            continue;
        }
        let without = fleet.borrow_and_update().live_without(|node| node.holds(&key));
        if !without.is_empty() {
            if named.as_ref() != Some(&without) {
                tracing::info!(%key, nodes = %without.join(", "), "a new signing key waits for nodes without it");
            }
            named = Some(without);
            continue;
        }
        match agreement::agree(database, &key).await {
            Ok(true) => agreed = Some(key),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, %key, "a new signing key waits; it is tried again"),
        }
    }
}
