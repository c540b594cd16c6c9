//! `POST /oauth2/revoke` (RFC 7009): a client withdraws its own credential.

use actix_web::{HttpRequest, HttpResponse, post, web};
use latchkey_shared::ids::SystemId;
use latchkey_shared::verify::Reason;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::origin::{Origin, anonymous};
use crate::audit;
use crate::crypto::Digest;
use crate::crypto::operations::Source;
use crate::database::{Change, Database, Patience, now};
use crate::engine::proof::OPEN_TOKEN;
use crate::engine::prove::Unproven;
use crate::engine::verifier::Verifier;
use crate::keys::keyring::Keyring;
use crate::oauth::authenticate::{Unread, authenticate};
use crate::oauth::error::{Code, OAuthError, OAuthErrorBody, never_stored};
use crate::oauth::store;
use crate::revocations::{self, Of};

/// The parameters of a revocation request (RFC 7009 §2.1).
#[derive(Deserialize, ToSchema)]
#[allow(dead_code, reason = "describes the form in the document; `client::Form` reads it")]
pub(super) struct RevocationRequest {
    /// The credential to withdraw: an open token or a JWT of the client.
    token: String,
    /// Ignored: the credential shows its type.
    token_type_hint: Option<String>,
    /// The id of the token, if the Basic scheme is not used.
    client_id: Option<String>,
    /// The secret of the token file, or the secret id.
    #[schema(format = Password)]
    client_secret: Option<String>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`, together with
    /// `client_assertion`.
    client_assertion_type: Option<String>,
    /// A JWT that the client signed with its own key (RFC 7523).
    client_assertion: Option<String>,
}

/// Withdraw a credential
///
/// A JWT is refused from now on. An open token is withdrawn permanently. For an unknown or
/// expired credential, the answer is also 200.
#[utoipa::path(
    operation_id = "revoke_token",
    tag = "oauth",
    request_body(
        content = RevocationRequest,
        content_type = "application/x-www-form-urlencoded",
        example = json!({ "token": "the access token" })
    ),
    security(("client" = []), ()),
    responses(
        (status = 200, description = "The credential is withdrawn, or it was not valid"),
        (status = 400, description = "RFC 6749 §5.2.", body = OAuthErrorBody),
        (status = 401, description = "The client authentication failed.", body = OAuthErrorBody),
        (status = 429, description = "Too many client authentications from this address failed. A right one passes.", headers(("Retry-After" = String)), body = OAuthErrorBody),
        (status = 503, description = "Temporarily unavailable. Try again.", body = OAuthErrorBody),
    )
)]
#[post("/oauth2/revoke")]
pub(super) async fn revoke(
    request: HttpRequest,
    form: Unread,
    verifier: web::Data<Verifier>,
    database: web::Data<Database>,
    keyring: web::Data<Keyring>,
) -> Result<HttpResponse, OAuthError> {
    let mut patience = Patience::new();
    let form = form.form_of_client(&verifier, &mut patience).await?;
    let client = patience.wait(authenticate(&request, &form, &verifier, &keyring)).await?.token;
    let credential = form.required("token")?;
    // The client has proven itself, so what it withdraws is no failed proof of its address.
    let source = Source::Named(client.id.as_str());
    let (owner, proof) = match patience.wait(verifier.prove(credential, source, now())).await {
        Ok(proven) => proven,
        // The credential may be valid, and it was not withdrawn.
        Err(Unproven { reason: Reason::Unavailable, .. }) => return Err(OAuthError::not_now()),
        Err(_) => return Ok(never_stored(&mut HttpResponse::Ok()).finish()),
    };
    if owner.id != client.id {
        return Err(OAuthError::new(Code::UnauthorizedClient, "The credential belongs to another client."));
    }
    let open_token = credential.starts_with(OPEN_TOKEN).then(|| Digest::of(credential));
    let origin = Origin {
        kind: "token",
        id: Some(client.id.to_string()),
        name: client.name.to_string(),
        ..anonymous(&request)
    };
    let snapshot = verifier.catalog().await?;
    let system = snapshot.systems().find(|system| Some(&*system.audience) == proof.audience.as_deref());
    let system = system.map(|system| system.id.clone());
    let withdrawn = match (open_token, &proof.jti, proof.expires_at) {
        (Some(digest), _, _) => Withdrawn::OpenToken(digest),
        (None, Some(jti), Some(expires_at)) => Withdrawn::Jwt { jti: jti.to_string(), expires_at, system },
        // A sealed request passes once, or expires within a minute.
        _ => return Ok(never_stored(&mut HttpResponse::Ok()).finish()),
    };
    database
        .withdraw(move |transaction| {
            Box::pin(async move {
                let detail = match &withdrawn {
                    Withdrawn::OpenToken(digest) => {
                        store::withdraw_open_token(transaction, &client.id, digest).await?;
                        serde_json::json!({ "credential": "open_token" })
                    }
                    Withdrawn::Jwt { jti, expires_at, system } => {
                        store::withdraw_jwt(transaction, &client.id, jti, *expires_at).await?;
                        if let Some(system) = system {
                            revocations::record(transaction, Of::System(system), "jti", jti, now()).await?;
                        }
                        serde_json::json!({ "credential": "jwt", "jti": jti })
                    }
                };
                transaction.changes(Change::Token(client.id.clone()));
                audit::record(
                    transaction,
                    &origin,
                    "token.credential_revoked",
                    (&client.id, client.name.to_string()),
                    detail,
                )
                .await
            })
        })
        .await?;
    Ok(never_stored(&mut HttpResponse::Ok()).finish())
}

enum Withdrawn {
    OpenToken(Digest),
    Jwt { jti: String, expires_at: i64, system: Option<SystemId> },
}
