//! The caller at an OAuth door: a client with its own credential, or a verifier with its key.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::HeaderValue;
use actix_web::{FromRequest, HttpRequest};

use super::assertion;
use super::client::{Client, may_come_in, with_secret};
use super::credentials::{Credentials, authorization, basic, credentials};
use super::error::{Code, OAuthError};
use super::form::Form;
use crate::crypto::Secret;
use crate::database::Patience;
use crate::engine::verifier::Verifier;
use crate::keys::keyring::Keyring;
use crate::systems::catalog::{CatalogSystem, Snapshot};
use crate::systems::verifier::{VerifierProof, system_of};
use crate::web::bearer::bearer;
use crate::web::client_ip::client_ip;

/// The body of a request before it is read. A caller that the header rules out is refused
/// first.
pub(crate) struct Unread {
    request: HttpRequest,
    payload: Payload,
}

impl FromRequest for Unread {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(Self { request: request.clone(), payload: payload.take() }))
    }
}

impl Unread {
    /// Reads the form of a client.
    pub(crate) async fn form_of_client(
        mut self,
        verifier: &Verifier,
        patience: &mut Patience,
    ) -> Result<Form, OAuthError> {
        if let Some(value) = authorization(&self.request)? {
            let (id, secret) = basic(value).ok_or_else(OAuthError::client)?;
            let proving = prove(&self.request, verifier, with_secret(&id, secret, verifier));
            may_come_in(&self.request, &patience.wait(proving).await?.token)?;
        }
        Form::read(&self.request, &mut self.payload).await
    }

    /// Reads the form of a verifier.
    pub(crate) async fn form_of_verifier(mut self, snapshot: &Snapshot) -> Result<Form, OAuthError> {
        if let Some(value) = authorization(&self.request)?
            && with_bearer(&self.request, value, snapshot)?.is_none()
        {
            let (id, key) = basic(value).ok_or_else(OAuthError::client)?;
            with_key(&id, &key, snapshot)?;
        }
        Form::read(&self.request, &mut self.payload).await
    }
}

/// The client of a request. Its token must be in force, and the address allowed. This is
/// checked now, since reading the body may have taken time.
pub(crate) async fn authenticate(
    request: &HttpRequest,
    form: &Form,
    verifier: &Verifier,
    keyring: &Keyring,
) -> Result<Client, OAuthError> {
    match credentials(request, form)? {
        Credentials::Secret { id, secret } => {
            let client = prove(request, verifier, with_secret(&id, secret, verifier)).await?;
            may_come_in(request, &client.token)?;
            Ok(client)
        }
        Credentials::Assertion { id, assertion } => {
            let proving = assertion::prove(&assertion, id.as_deref(), request, verifier, keyring);
            let asserted = prove(request, verifier, proving).await?;
            may_come_in(request, &asserted.client.token)?;
            // Last, so that only a client that may come in uses up its assertion.
            asserted.claim(verifier).await
        }
    }
}

/// Proves a client. A failure is counted for its address.
async fn prove<T>(
    request: &HttpRequest,
    verifier: &Verifier,
    proving: impl Future<Output = Result<T, OAuthError>>,
) -> Result<T, OAuthError> {
    let address = client_ip(request);
    let _turn = verifier.turn(address).await.map_err(|_| OAuthError::rate_limited(1))?;
    proving.await.map_err(|error| match error.code() {
        Code::InvalidClient => {
            let exceeded = verifier.strangers().failed(address);
            exceeded.map_or(error, |exceeded| OAuthError::rate_limited(exceeded.retry_after))
        }
        _ => error,
    })
}

/// The system of a verifier (RFC 7662 §2.1). Its key comes as bearer token, or as client
/// credentials with the system's key or id; or its connection has a certificate.
pub(crate) fn verifying_system<'s>(
    request: &HttpRequest,
    form: &Form,
    snapshot: &'s Snapshot,
) -> Result<&'s CatalogSystem, OAuthError> {
    let system = match authorization(request)? {
        Some(value) => with_bearer(request, value, snapshot)?,
        None => system_of(snapshot, VerifierProof::of(request, None)),
    };
    if let Some(system) = system {
        return Ok(system);
    }
    match credentials(request, form)? {
        Credentials::Secret { id, secret } => with_key(&id, &secret, snapshot),
        Credentials::Assertion { .. } => Err(no_verifier_key()),
    }
}

fn no_verifier_key() -> OAuthError {
    OAuthError::new(Code::InvalidClient, "Authenticate with a verifier key.")
}

/// The system whose verifier key is the bearer token; none if there is no bearer token.
fn with_bearer<'s>(
    request: &HttpRequest,
    value: &HeaderValue,
    snapshot: &'s Snapshot,
) -> Result<Option<&'s CatalogSystem>, OAuthError> {
    let scheme = value.to_str().ok().and_then(|value| value.split_once(' '));
    if !scheme.is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) {
        return Ok(None);
    }
    let system = system_of(snapshot, bearer(request).map(VerifierProof::Key));
    system
        .map(Some)
        .ok_or_else(|| OAuthError::new(Code::InvalidToken, "The bearer token is not a verifier key."))
}

/// The named system, if this is its verifier key.
fn with_key<'s>(named: &str, key: &Secret, snapshot: &'s Snapshot) -> Result<&'s CatalogSystem, OAuthError> {
    let system = system_of(snapshot, Some(VerifierProof::Key(key.expose()))).ok_or_else(no_verifier_key)?;
    let is_named = snapshot.system_named(named).is_some_and(|named| named.id == system.id);
    if is_named { Ok(system) } else { Err(no_verifier_key()) }
}
