//! Forms, and who sends them.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::LocalBoxFuture;
use latchkey_shared::ids::TokenId;
use latchkey_shared::tokens::Kind;
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use super::error::{Code, OAuthError};
use crate::authenticate::client_ip;
use crate::crypto::Secret;
use crate::crypto::secret_id::{self, Prefix};
use crate::database::now;
use crate::verify::state::{KeyState, TokenState};
use crate::verify::{Proof, Verifier, comes_from, is_in_force};
use crate::web::extract::read;

/// Far more than any request here needs.
const LIMIT: usize = 64 * 1024;

/// The parameters of a request, each given once (RFC 6749 §3.2). An empty one
/// counts as left out (§3.1).
pub(super) struct Form(HashMap<String, Zeroizing<String>>);

impl Form {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.as_str()).filter(|value| !value.is_empty())
    }

    pub(super) fn required(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| {
            OAuthError::new(Code::InvalidRequest, format!("The parameter `{name}` is missing."))
        })
    }
}

impl FromRequest for Form {
    type Error = OAuthError;
    type Future = LocalBoxFuture<'static, Result<Self, OAuthError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_form = request.content_type() == "application/x-www-form-urlencoded";
        let body = read(request, payload, LIMIT);
        Box::pin(async move {
            let refused = |description: &str| OAuthError::new(Code::InvalidRequest, description);
            if !is_form {
                return Err(refused("Send Content-Type: application/x-www-form-urlencoded."));
            }
            let body = body.await.map_err(|problem| refused(&problem.to_string()))?;
            let mut parameters = HashMap::new();
            for (name, value) in url::form_urlencoded::parse(&body) {
                if value.contains('\u{fffd}') || value.contains('\0') {
                    return Err(refused("A parameter is not UTF-8 text."));
                }
                let value = Zeroizing::new(value.into_owned());
                if parameters.insert(name.into_owned(), value).is_some() {
                    return Err(refused("A parameter stands there twice."));
                }
            }
            Ok(Self(parameters))
        })
    }
}

/// A client that authenticated itself with its id and secret.
pub(super) struct Client {
    pub(super) token: Arc<TokenState>,
    pub(super) key: KeyState,
}

/// The client of a request (RFC 6749 §2.3.1): by the Basic scheme or in the
/// body, and not by both. Its token must be in force and the address allowed.
pub(super) async fn authenticate(
    request: &HttpRequest,
    form: &Form,
    verifier: &Verifier,
) -> Result<Client, OAuthError> {
    let (id, secret) = credentials(request, form)?;
    let id: TokenId = id.parse().map_err(|_| OAuthError::client())?;
    let token = verifier.token(&id).await?.ok_or_else(OAuthError::client)?;
    let secret = match token.kind {
        Kind::Rsa => secret,
        // A typo is refused without comparing anything.
        Kind::Jwt => secret_id::parse(Prefix::SecretId, secret.expose()).map_err(|_| OAuthError::client())?,
    };
    let digest = secret.digest();
    let key = token.good_keys(now()).find(|key| key.secret == digest).ok_or_else(OAuthError::client)?.clone();
    is_in_force(&token, &Proof::default(), now())
        .and_then(|()| comes_from(&token.allowed_ips, client_ip(request)))
        .map_err(|reason| {
            OAuthError::new(Code::InvalidClient, format!("The client is refused: {reason}."))
        })?;
    Ok(Client { token, key })
}

fn credentials(request: &HttpRequest, form: &Form) -> Result<(String, Secret), OAuthError> {
    let in_body = form.get("client_secret");
    let Some(value) = request.headers().get(header::AUTHORIZATION) else {
        let id = form.get("client_id").ok_or_else(OAuthError::client)?;
        return Ok((id.to_owned(), Secret::new(in_body.ok_or_else(OAuthError::client)?.to_owned())));
    };
    if in_body.is_some() {
        return Err(OAuthError::new(
            Code::InvalidRequest,
            "Authenticate in the header or in the body, not in both.",
        ));
    }
    let (id, secret) = value.to_str().ok().and_then(basic).ok_or_else(OAuthError::client)?;
    if form.get("client_id").is_some_and(|other| other != id) {
        return Err(OAuthError::new(Code::InvalidRequest, "Header and body name different clients."));
    }
    Ok((id, secret))
}

/// Id and secret of a Basic header, each form-encoded before (RFC 6749 §2.3.1).
fn basic(value: &str) -> Option<(String, Secret)> {
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = Zeroizing::new(String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?);
    let (id, secret) = text.split_once(':')?;
    let decode = |part: &str| percent_decode_str(part).decode_utf8().ok().map(std::borrow::Cow::into_owned);
    Some((decode(id)?, Secret::new(decode(secret)?)))
}
