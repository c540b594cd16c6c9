//! Forms, and who sends them.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey_shared::ids::TokenId;
use latchkey_shared::tokens::Kind;
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use super::assertion;
use super::error::{Code, OAuthError};
use crate::authenticate::client_ip;
use crate::crypto::Secret;
use crate::crypto::keyring::Keyring;
use crate::crypto::secret_id::{self, Prefix};
use crate::database::{Patience, now};
use crate::systems::catalog::{CatalogSystem, Snapshot};
use crate::verify::state::{KeyState, TokenState};
use crate::verify::{self, Proof, Verifier, comes_from, is_in_force};
use crate::web::extract::read;

/// Far more than any request here needs.
const LIMIT: usize = 64 * 1024;

/// The `client_assertion_type` of RFC 7523 §2.2.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The parameters of a request, each given once (RFC 6749 §3.2) but for
/// `resource` (RFC 8707 §2). An empty one counts as left out (§3.1); unknown ones
/// are ignored (§3.2); none comes in the URI (§2.3.1).
pub(super) struct Form {
    parameters: HashMap<String, Zeroizing<String>>,
    resources: Vec<String>,
}

impl Form {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(|value| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The different values of `resource`.
    pub(super) fn resources(&self) -> &[String] {
        &self.resources
    }

    pub(super) fn required(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| {
            OAuthError::new(Code::InvalidRequest, format!("The parameter `{name}` is missing."))
        })
    }
}

/// The body of a request, not read yet: whoever the header says may not come in is
/// told so first.
pub(super) struct Unread {
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
    pub(super) async fn form_of_client(
        self,
        verifier: &Verifier,
        patience: &mut Patience,
    ) -> Result<Form, OAuthError> {
        if let Some(value) = authorization(&self.request)? {
            let (id, secret) = basic(value).ok_or_else(OAuthError::client)?;
            patience.wait(with_secret(&self.request, &id, secret, verifier)).await?;
        }
        self.form().await
    }

    /// Reads the form of who verifies.
    pub(super) async fn form_of_verifier(self, snapshot: &Snapshot) -> Result<Form, OAuthError> {
        if let Some(value) = authorization(&self.request)?
            && with_bearer(&self.request, value, snapshot)?.is_none()
        {
            let (id, key) = basic(value).ok_or_else(OAuthError::client)?;
            with_key(&id, &key, snapshot)?;
        }
        self.form().await
    }

    async fn form(mut self) -> Result<Form, OAuthError> {
        let refused = |description: &str| OAuthError::new(Code::InvalidRequest, description);
        if !self.request.query_string().is_empty() {
            return Err(refused("Send the parameters in the body, never in the URI."));
        }
        if !self.request.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(refused("Send Content-Type: application/x-www-form-urlencoded."));
        }
        let body = read(&self.request, &mut self.payload, LIMIT).await;
        let body = body.map_err(|problem| refused(&problem.to_string()))?;
        let (mut parameters, mut resources) = (HashMap::new(), Vec::new());
        for (name, value) in url::form_urlencoded::parse(&body) {
            if value.contains('\u{fffd}') || value.contains('\0') {
                return Err(refused("A parameter is not UTF-8 text."));
            }
            if name == "resource" {
                let value = value.into_owned();
                if !value.is_empty() && !resources.contains(&value) {
                    resources.push(value);
                }
                continue;
            }
            let value = Zeroizing::new(value.into_owned());
            if parameters.insert(name.into_owned(), value).is_some() {
                return Err(refused("A parameter stands there twice."));
            }
        }
        Ok(Form { parameters, resources })
    }
}

/// A client that authenticated itself.
pub(super) struct Client {
    pub(super) token: Arc<TokenState>,
    pub(super) key: KeyState,
}

impl Client {
    /// The same client as it is now: what it authenticated itself with must still be good.
    pub(super) async fn again(self, request: &HttpRequest, verifier: &Verifier) -> Result<Self, OAuthError> {
        let token = verifier.token(&self.token.id).await?.ok_or_else(OAuthError::client)?;
        let key = token.good_keys(now()).find(|key| key.id == self.key.id && key.secret == self.key.secret);
        let key = key.cloned().ok_or_else(OAuthError::client)?;
        may_come_in(request, &token)?;
        Ok(Self { token, key })
    }
}

/// What a client authenticates itself with, by one mechanism and no other (RFC 6749 §2.3).
enum Credentials {
    /// `client_secret_basic` or `client_secret_post`.
    Secret { id: String, secret: Secret },
    /// `private_key_jwt` (RFC 7523 §2.2).
    Assertion { id: Option<String>, assertion: Zeroizing<String> },
}

/// The client of a request. Its token must be in force and the address allowed: now,
/// whatever was so before the body, which may take its time.
pub(super) async fn authenticate(
    request: &HttpRequest,
    form: &Form,
    verifier: &Verifier,
    keyring: &Keyring,
) -> Result<Client, OAuthError> {
    match credentials(request, form)? {
        Credentials::Secret { id, secret } => with_secret(request, &id, secret, verifier).await,
        Credentials::Assertion { id, assertion } => {
            let asserted = assertion::prove(&assertion, id.as_deref(), request, verifier, keyring).await?;
            may_come_in(request, &asserted.client.token)?;
            // Last, so that an assertion is used up only by a client that may come in.
            asserted.claim(verifier).await
        }
    }
}

async fn with_secret(
    request: &HttpRequest,
    id: &str,
    secret: Secret,
    verifier: &Verifier,
) -> Result<Client, OAuthError> {
    let id: TokenId = id.parse().map_err(|_| OAuthError::client())?;
    let token = verifier.token(&id).await?.ok_or_else(OAuthError::client)?;
    let secret = match token.kind {
        Kind::Rsa => secret,
        // A typo is refused without comparing anything.
        Kind::Jwt => secret_id::parse(Prefix::SecretId, secret.expose()).map_err(|_| OAuthError::client())?,
    };
    let digest = Some(secret.digest());
    let key = token.good_keys(now()).find(|key| key.secret == digest).cloned();
    let key = key.ok_or_else(OAuthError::client)?;
    may_come_in(request, &token)?;
    Ok(Client { token, key })
}

fn may_come_in(request: &HttpRequest, token: &TokenState) -> Result<(), OAuthError> {
    is_in_force(token, &Proof::default(), now())
        .and_then(|()| comes_from(&token.allowed_ips, client_ip(request)))
        .map_err(|reason| OAuthError::new(Code::InvalidClient, format!("The client is refused: {reason}.")))
}

fn credentials(request: &HttpRequest, form: &Form) -> Result<Credentials, OAuthError> {
    let refused = |description: &str| OAuthError::new(Code::InvalidRequest, description);
    let in_body = form.get("client_secret");
    let header = authorization(request)?;
    let assertion = form.get("client_assertion");
    let mechanisms = [in_body.is_some(), header.is_some(), assertion.is_some()];
    if mechanisms.into_iter().filter(|&used| used).count() > 1 {
        return Err(refused("Authenticate in one way, not in several."));
    }
    let id = form.get("client_id").map(str::to_owned);
    if let Some(assertion) = assertion {
        return match form.get("client_assertion_type") {
            Some(ASSERTION_TYPE) => {
                Ok(Credentials::Assertion { id, assertion: Zeroizing::new(assertion.to_owned()) })
            }
            Some(_) => Err(refused("`client_assertion_type` is not one that is known here.")),
            None => Err(refused("The parameter `client_assertion_type` is missing.")),
        };
    }
    if let Some(value) = header {
        let (name, secret) = basic(value).ok_or_else(OAuthError::client)?;
        if id.is_some_and(|other| other != name) {
            return Err(refused("Header and body name different clients."));
        }
        return Ok(Credentials::Secret { id: name, secret });
    }
    let secret = Secret::new(in_body.ok_or_else(OAuthError::client)?.to_owned());
    Ok(Credentials::Secret { id: id.ok_or_else(OAuthError::client)?, secret })
}

/// The system whose verifier key a caller of introspection has (RFC 7662 §2.1):
/// as bearer token, or with the system's key or id as client credentials.
pub(super) fn verifying_system<'s>(
    request: &HttpRequest,
    form: &Form,
    snapshot: &'s Snapshot,
) -> Result<&'s CatalogSystem, OAuthError> {
    if let Some(value) = authorization(request)?
        && let Some(system) = with_bearer(request, value, snapshot)?
    {
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
    let system = verify::routes::authenticate(snapshot, verify::routes::bearer(request));
    system.map(Some).ok_or_else(|| OAuthError::new(Code::InvalidToken, "This is no verifier key."))
}

/// The system that is named, if this is a verifier key of it.
fn with_key<'s>(named: &str, key: &Secret, snapshot: &'s Snapshot) -> Result<&'s CatalogSystem, OAuthError> {
    let system = verify::routes::authenticate(snapshot, Some(key.expose())).ok_or_else(no_verifier_key)?;
    let is_named = snapshot.system_named(named).is_some_and(|named| named.id == system.id);
    if is_named { Ok(system) } else { Err(no_verifier_key()) }
}

/// The one `Authorization` header, if there is one.
fn authorization(request: &HttpRequest) -> Result<Option<&HeaderValue>, OAuthError> {
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(OAuthError::new(Code::InvalidRequest, "Send one Authorization header.")),
        (value, None) => Ok(value),
    }
}

/// Id and secret of a Basic header, each form-encoded before (RFC 6749 §2.3.1).
fn basic(value: &HeaderValue) -> Option<(String, Secret)> {
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = Zeroizing::new(String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?);
    let (id, secret) = text.split_once(':')?;
    let decode = |part: &str| {
        let with_spaces = Zeroizing::new(part.replace('+', " "));
        percent_decode_str(&with_spaces).decode_utf8().ok().map(std::borrow::Cow::into_owned)
    };
    Some((decode(id)?, Secret::new(decode(secret)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_and_secret_are_form_encoded_before_they_are_joined() {
        let read = |text: &str, scheme: &str| {
            let value = HeaderValue::from_str(&format!("{scheme} {}", STANDARD.encode(text))).ok()?;
            basic(&value).map(|(id, secret)| (id, secret.expose().to_owned()))
        };
        let pair = |id: &str, secret: &str| Some((id.to_owned(), secret.to_owned()));
        assert_eq!(read("tok_1:lkj_abc", "Basic"), pair("tok_1", "lkj_abc"));
        assert_eq!(read("tok%5F1:a%3Ab+c%2B", "bASIC"), pair("tok_1", "a:b c+"));
        assert_eq!(read("tok_1:a:b", "Basic"), pair("tok_1", "a:b"));
        assert_eq!(read("tok_1", "Basic"), None);
        assert_eq!(read("tok_1:%ff", "Basic"), None);
        assert_eq!(read("tok_1:x", "Bearer"), None);
    }
}
