//! The OAuth client of a token.

use std::sync::Arc;

use actix_web::HttpRequest;
use latchkey_shared::ids::TokenId;
use latchkey_shared::tokens::Kind;

use super::error::{Code, OAuthError};
use crate::crypto::Secret;
use crate::crypto::secret_id::{self, Prefix};
use crate::database::{Fact, now};
use crate::engine::judge::{comes_from, is_in_force};
use crate::engine::proof::Proof;
use crate::engine::state::{KeyState, TokenState};
use crate::engine::verifier::Verifier;
use crate::web::client_ip::client_ip;

/// A client that authenticated itself.
pub(crate) struct Client {
    pub(crate) token: Arc<Fact<TokenState>>,
    pub(crate) key: KeyState,
}

impl Client {
    /// The client again, as it is now. The credential that it used must still be valid.
    pub(crate) async fn again(self, request: &HttpRequest, verifier: &Verifier) -> Result<Self, OAuthError> {
        let token = verifier.token(&self.token.id).await?.ok_or_else(OAuthError::client)?;
        let key = token.good_keys(now()).find(|key| key.id == self.key.id && key.secret == self.key.secret);
        let key = key.cloned().ok_or_else(OAuthError::client)?;
        may_come_in(request, &token)?;
        Ok(Self { token, key })
    }
}

/// The client with this id and secret. Its token may be out of force.
pub(super) async fn with_secret(id: &str, secret: Secret, verifier: &Verifier) -> Result<Client, OAuthError> {
    let id: TokenId = id.parse().map_err(|_| OAuthError::client())?;
    let token = verifier.token(&id).await?.ok_or_else(OAuthError::client)?;
    let secret = match token.kind {
        Kind::Rsa => secret,
        // A typo is refused without a comparison.
        Kind::Jwt => secret_id::parse(Prefix::SecretId, secret.expose()).map_err(|_| OAuthError::client())?,
    };
    let digest = Some(secret.digest());
    let key = token.good_keys(now()).find(|key| key.secret == digest).cloned();
    Ok(Client { token, key: key.ok_or_else(OAuthError::client)? })
}

/// Refuses a client whose token is not in force or may not be used from its address.
pub(super) fn may_come_in(request: &HttpRequest, token: &TokenState) -> Result<(), OAuthError> {
    is_in_force(token, &Proof::default(), now())
        .and_then(|()| comes_from(&token.allowed_ips, client_ip(request)))
        .map_err(|reason| OAuthError::new(Code::InvalidClient, format!("The client is refused: {reason}.")))
}
