//! `/systems/{system}/verifier-keys`.

use actix_web::{HttpResponse, delete, get, post, web};
use latchkey_shared::fields::{self, Errors};
use latchkey_shared::ids::KeyId;
use latchkey_shared::page::Page;
use latchkey_shared::systems::{IssuedVerifierKey, NewVerifierKey, VerifierKey};
use latchkey_shared::time::Timestamp;
use serde_json::json;

use super::get::visible;
use super::store;
use super::verifier::digest_of_name;
use crate::access::principal::Principal;
use crate::audit;
use crate::crypto::secret_id::{self, Prefix};
use crate::database::{Change, Database, now};
use crate::web::extract::Body;
use crate::web::problem::Problem;

/// List verifier keys
///
/// For system administrators with a session. The answer has only the first characters of each
/// key.
#[utoipa::path(
    operation_id = "list_verifier_keys",
    tag = "systems",
    security(("session" = [])),
    responses((status = 200, description = "The keys, without their secrets", body = Page<VerifierKey>))
)]
#[get("/systems/{system}/verifier-keys")]
pub(super) async fn list_verifier_keys(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
) -> Result<web::Json<Page<VerifierKey>>, Problem> {
    principal.system_admin_in_person()?;
    let system = visible(&database, &principal, &path).await?;
    let items = store::verifier_keys(&mut *database.reader().acquire().await?, &system.id).await?;
    Ok(web::Json(Page { items, next_cursor: None, total: None }))
}

/// Make a verifier key
///
/// The key is shown only in this answer. With `certificate`, there is no key: at the listener for
/// verifiers, a certificate with this name takes its place. No two verifiers have the same. A key for `/auth/{system}` names its gateway. Latchkey
/// reads only the headers of that gateway.
#[utoipa::path(
    operation_id = "create_verifier_key",
    tag = "systems",
    request_body(content = NewVerifierKey, example = json!({ "name": "Gateway", "gateway": "nginx" })),
    security(("session" = [])),
    responses(
        (status = 201, description = "The key", body = IssuedVerifierKey),
        (status = 409, description = "Another verifier has this certificate (`taken`)."),
    )
)]
#[post("/systems/{system}/verifier-keys")]
pub(super) async fn create_verifier_key(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<String>,
    body: Body<NewVerifierKey>,
) -> Result<HttpResponse, Problem> {
    principal.system_admin_in_person()?;
    let body = body.json().await?;
    let mut errors = Errors::new();
    let name = errors.take("name", fields::name(&body.name));
    let certificate = body.certificate.as_deref().map(fields::certificate_name);
    let certificate = certificate.and_then(|certificate| errors.take("certificate", certificate));
    Problem::unless_empty(errors)?;
    let system = visible(&database, &principal, &path).await?;
    let (origin, at) = (principal.origin().clone(), now());
    let (secret, digest) = if let Some(certificate) = &certificate {
        (None, digest_of_name(certificate))
    } else {
        let secret = secret_id::generate(Prefix::VerifierKey);
        let digest = secret.digest();
        (Some(secret), digest)
    };
    let key = VerifierKey {
        id: KeyId::new(),
        name: name.unwrap_or_default(),
        hint: secret.iter().flat_map(|secret| secret.expose().chars().take(8)).collect(),
        certificate,
        gateway: body.gateway,
        created_at: Timestamp::from_millis(at),
    };
    let issued = IssuedVerifierKey {
        id: key.id.clone(),
        name: key.name.clone(),
        key: secret.map(|secret| secret.expose().to_owned()),
        gateway: key.gateway,
        created_at: key.created_at.clone(),
    };
    database
        .by(principal.witness())
        .write(move |transaction| {
            Box::pin(async move {
                if let Some(certificate) = &key.certificate
                    && store::has_certificate(transaction.connection(), certificate).await?
                {
                    return Err(Problem::taken("certificate", "Another verifier has this certificate."));
                }
                store::insert_verifier_key(transaction.connection(), &system.id, &key, &digest, at).await?;
                transaction.changes(Change::Catalog);
                let mut detail = json!({ "system": system.key, "gateway": key.gateway });
                if let Some(certificate) = &key.certificate {
                    detail["certificate"] = json!(certificate);
                }
                audit::record(transaction, &origin, "verifier_key.created", (&key.id, key.name), detail)
                    .await?;
                Ok::<_, Problem>(())
            })
        })
        .await?;
    Ok(HttpResponse::Created().insert_header(("cache-control", "no-store")).json(issued))
}

/// Delete a verifier key
///
/// For system administrators with a session. Requests with this key are refused from then on.
#[utoipa::path(
    operation_id = "delete_verifier_key",
    tag = "systems",
    security(("session" = [])),
    responses((status = 204, description = "Deleted; the key is no longer valid"))
)]
#[delete("/systems/{system}/verifier-keys/{key}")]
pub(super) async fn remove_verifier_key(
    principal: Principal,
    database: web::Data<Database>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    principal.system_admin_in_person()?;
    let (system, key) = path.into_inner();
    let system = visible(&database, &principal, &system).await?;
    let key: KeyId = key.parse().map_err(|_| Problem::not_found("verifier key"))?;
    let origin = principal.origin().clone();
    database
        .by(principal.witness())
        .withdraw(move |transaction| {
            Box::pin(async move {
                let name = store::delete_verifier_key(transaction, &system.id, &key).await?;
                let name = name.ok_or_else(|| Problem::not_found("verifier key"))?;
                transaction.changes(Change::Catalog);
                let detail = json!({ "system": system.key });
                Ok::<_, Problem>(
                    audit::record(transaction, &origin, "verifier_key.deleted", (&key, name), detail).await?,
                )
            })
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
