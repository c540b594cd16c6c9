//! Finds the token of a credential, and proves the credential. There are open tokens, one-time
//! requests that are sealed (RFC 7516) or signed (RFC 7515), and access tokens (RFC 9068).

use std::net::IpAddr;
use std::sync::Arc;

use latchkey_shared::ids::{KeyId, TokenId};
use latchkey_shared::tokens::Kind;
use latchkey_shared::verify::{Exceeded, Reason};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::proof::{AHEAD, Binding, OPEN, OPEN_TOKEN, Proof, Remembered, SEALED, SIGNED};
use super::state::{self, TokenState};
use super::verifier::{Verifier, unavailable};
use crate::crypto::client_key::{Signed, Unverified};
use crate::crypto::decryptor::OpenError;
use crate::crypto::jwe::Sealed;
use crate::crypto::jwt::Invalid;
use crate::crypto::operations::Source;
use crate::crypto::vault::Place;
use crate::crypto::{Digest, Secret};
use crate::database::{Fact, promptly};
use crate::json;
use crate::strangers::Turn;
use crate::systems::matching::target::Target;
use crate::telemetry::{self, query};

/// How long a one-time request is valid after its `iat`, in milliseconds.
const GOOD_FOR: i64 = 60_000;

/// The token of a credential, and what the credential proves.
type Proven = (Arc<Fact<TokenState>>, Arc<Proof>);

/// The payload of an open token.
#[derive(Deserialize)]
struct OpenPayload {
    tid: String,
    sec: Secret,
    #[serde(rename = "gen")]
    generation: i64,
}

/// The claims of a one-time request. Other claims are ignored.
#[derive(Deserialize)]
struct RequestClaims {
    iat: serde_json::Number,
    jti: String,
    htm: String,
    htu: String,
    #[serde(default)]
    aud: Option<String>,
}

/// The secret in a sealed request.
#[derive(Deserialize)]
struct SecretOnly {
    sec: Secret,
}

/// Why a credential is not proven.
#[derive(Debug, Clone)]
pub(crate) struct Unproven {
    pub(crate) reason: Reason,
    /// The limit of failed proofs, if that is why.
    pub(crate) exceeded: Option<Exceeded>,
}

impl Verifier {
    /// Finds the token of a credential, and proves the credential. A failure is counted for the
    /// address of the source.
    pub(crate) async fn prove(
        &self,
        credential: &str,
        source: Source<'_>,
        now: i64,
    ) -> Result<Proven, Unproven> {
        self.prove_uncounted(credential, source, now).await.map_err(|reason| {
            let exceeded = match reason {
                Reason::Malformed | Reason::UnknownToken | Reason::BadProof => {
                    self.strangers.failed(source.address())
                }
                _ => None,
            };
            Unproven { reason: if exceeded.is_some() { Reason::RateLimited } else { reason }, exceeded }
        })
    }

    async fn prove_uncounted(
        &self,
        credential: &str,
        source: Source<'_>,
        now: i64,
    ) -> Result<Proven, Reason> {
        if let Some(sealed) = credential.strip_prefix(OPEN_TOKEN) {
            return self.prove_open(credential, sealed, source, now).await;
        }
        match credential.bytes().filter(|&byte| byte == b'.').count() {
            4 => self.prove_sealed(credential, source, now).await,
            2 => self.prove_jwt(credential, source, now).await,
            _ => Err(Reason::Malformed),
        }
    }

    /// Waits for the turn of an address to have a proof checked, but not longer than the decision
    /// may wait.
    pub(crate) async fn turn(&self, address: Option<IpAddr>) -> Result<Turn, Reason> {
        let turn = async { Ok::<_, sqlx::Error>(self.strangers.turn(address).await) };
        promptly(turn).await.map_err(|_| Reason::RateLimited)
    }

    async fn prove_open(
        &self,
        credential: &str,
        sealed: &str,
        source: Source<'_>,
        now: i64,
    ) -> Result<Proven, Reason> {
        let digest = Digest::of(credential);
        if let Some(Remembered::Open { token, generation }) = self.proofs.get(&digest) {
            self.proof_lookups.note(true);
            let state = self.known(&token).await?;
            let key = state.key_of(generation, now).ok_or(Reason::UnknownToken)?;
            return if key.open_token.as_deref() == Some(&digest) {
                Ok((state, Arc::default()))
            } else {
                Err(Reason::UnknownToken)
            };
        }
        let sealed = Sealed::parse(sealed).map_err(|_| Reason::Malformed)?;
        if sealed.header.typ.as_deref() != Some(OPEN) {
            return Err(Reason::Malformed);
        }
        let _turn = self.turn(source.address()).await?;
        let state = self.owner(&sealed.header.kid).await?;
        let key = state.good_key(&sealed.header.kid, now).ok_or(Reason::UnknownToken)?;
        // Key and secret are not enough to make another open token. An open token that we did
        // not issue costs no private-key operation.
        if key.open_token.as_deref() != Some(&digest) {
            return Err(Reason::BadProof);
        }
        self.proof_lookups.note(false);
        let payload = self.open(sealed, source).await?;
        let payload: OpenPayload = json::from_slice(&payload).map_err(|_| Reason::BadProof)?;
        let holds = Some(payload.sec.digest()) == key.secret
            && payload.tid == state.id.as_str()
            && payload.generation == key.generation;
        if !holds {
            return Err(Reason::BadProof);
        }
        self.proofs.insert(digest, Remembered::Open { token: state.id.clone(), generation: key.generation });
        Ok((state, Arc::default()))
    }

    async fn prove_sealed(&self, credential: &str, source: Source<'_>, now: i64) -> Result<Proven, Reason> {
        let sealed = Sealed::parse(credential).map_err(|_| Reason::Malformed)?;
        if sealed.header.typ.as_deref().is_some_and(|typ| !typ.eq_ignore_ascii_case(SEALED)) {
            return Err(Reason::Malformed);
        }
        let _turn = self.turn(source.address()).await?;
        let state = self.owner(&sealed.header.kid).await?;
        let key = state.good_key(&sealed.header.kid, now).ok_or(Reason::UnknownToken)?;
        let payload = self.open(sealed, source).await?;
        let SecretOnly { sec } = json::from_slice(&payload).map_err(|_| Reason::BadProof)?;
        if Some(sec.digest()) != key.secret {
            return Err(Reason::BadProof);
        }
        let claims: RequestClaims = json::from_slice(&payload).map_err(|_| Reason::Malformed)?;
        Ok((state, Arc::new(claims.proof().ok_or(Reason::Malformed)?)))
    }

    /// A request that the client signed with its own key. Only RSA tokens accept them: a call
    /// with a JWT token needs a user, and only a JWT names one.
    async fn prove_signed(&self, signed: &Signed<'_>, now: i64) -> Result<Proven, Reason> {
        let kid = signed.kid().ok_or(Reason::Malformed)?;
        let state = self.owner(kid).await?;
        let key = state.good_key(kid, now).filter(|_| state.kind == Kind::Rsa);
        let key = key.and_then(|key| key.client_key.as_ref()).ok_or(Reason::UnknownToken)?;
        let claims: RequestClaims = key.verify(signed).map_err(|unverified| match unverified {
            Unverified::BadSignature => Reason::BadProof,
            Unverified::Malformed => Reason::Malformed,
        })?;
        Ok((state, Arc::new(claims.proof().ok_or(Reason::Malformed)?)))
    }

    async fn prove_jwt(&self, credential: &str, source: Source<'_>, now: i64) -> Result<Proven, Reason> {
        let digest = Digest::of(credential);
        let keys = async || {
            self.keyring.signing_keys().await.map_err(|error| {
                tracing::error!(%error, "there are no keys to verify with");
                Reason::Unavailable
            })
        };
        let known = match self.proofs.get(&digest) {
            Some(Remembered::Jwt { token, generation, proof }) => Some((token, generation, proof)),
            _ => None,
        };
        let (token, generation, proof) = if let Some(known) = known {
            self.proof_lookups.note(true);
            known
        } else {
            let _turn = self.turn(source.address()).await?;
            if let Some(signed) = Signed::parse(credential)
                && signed.typ().is_some_and(|typ| typ.eq_ignore_ascii_case(SIGNED))
            {
                return self.prove_signed(&signed, now).await;
            }
            self.proof_lookups.note(false);
            let verified = keys().await?.verify(credential).map_err(|invalid| match invalid {
                Invalid::Malformed => Reason::Malformed,
                Invalid::UnknownKey | Invalid::ForeignIssuer => Reason::UnknownToken,
                Invalid::BadSignature => Reason::BadProof,
            })?;
            let (token, generation) = (verified.claims.client_id.clone(), verified.claims.generation);
            let proof = Arc::new(Proof::from(verified));
            let remembered = Remembered::Jwt { token: token.clone(), generation, proof: Arc::clone(&proof) };
            self.proofs.insert(digest, remembered);
            (token, generation, proof)
        };
        // A key that was withdrawn invalidates what is cached of its tokens.
        let keys = keys().await?;
        if !proof.signed_by.as_ref().is_some_and(|kid| keys.holds(kid)) {
            return Err(Reason::UnknownToken);
        }
        let state = self.known(&token).await?;
        // A rotation ends the JWTs of earlier generations. A revocation ends a single JWT.
        let revoked = proof.jti.as_ref().is_some_and(|jti| state.revoked_jwts.contains(jti));
        if revoked || state.key_of(generation, now).is_none() {
            return Err(Reason::UnknownToken);
        }
        if state.kind == Kind::Rsa && proof.user.is_some() {
            return Err(Reason::BadProof);
        }
        Ok((state, proof))
    }

    async fn known(&self, token: &TokenId) -> Result<Arc<Fact<TokenState>>, Reason> {
        self.token(token).await.map_err(unavailable)?.ok_or(Reason::UnknownToken)
    }

    /// The token that the key belongs to.
    async fn owner(&self, kid: &str) -> Result<Arc<Fact<TokenState>>, Reason> {
        let kid: KeyId = kid.parse().map_err(|_| Reason::UnknownToken)?;
        let owner = if let Some(owner) = self.key_owners.get(&kid) {
            owner
        } else {
            let read = promptly(state::token_of_key(&self.database, kid.as_str()));
            let found = query("token_keys", read).await.map_err(unavailable)?;
            let owner = found.ok_or(Reason::UnknownToken)?;
            self.key_owners.insert(kid, owner.clone());
            owner
        };
        self.known(&owner).await
    }

    async fn open(&self, sealed: Sealed, source: Source<'_>) -> Result<Zeroizing<Vec<u8>>, Reason> {
        let kid = sealed.header.kid.clone();
        let private_key = async || {
            let read = promptly(state::private_key(&self.database, &kid));
            let found = query("token_keys", read).await.map_err(unavailable)?;
            let stored = found.ok_or(Reason::UnknownToken)?;
            let place = Place { table: "token_keys", row: &kid, column: "private_key" };
            let opened = self.keyring.vault().await.and_then(|vault| Ok(vault.open(&place, &stored)?));
            opened.map_err(|error| {
                tracing::error!(%error, kid, "a private key cannot be opened");
                Reason::Unavailable
            })
        };
        let opened = self.decryptor.open(sealed, source, private_key);
        telemetry::part("decrypt", opened, |_| Vec::new()).await.map_err(|error| match error {
            OpenError::Overloaded => Reason::Unavailable,
            OpenError::Key(reason) => reason,
            OpenError::BadKey => {
                tracing::error!(kid, "a stored private key is damaged");
                Reason::Unavailable
            }
            OpenError::Failed => Reason::BadProof,
        })
    }
}

impl RequestClaims {
    fn proof(self) -> Option<Proof> {
        // NumericDate: seconds, perhaps with a fraction (RFC 7519 §2).
        let seconds = self.iat.as_f64().filter(|seconds| (0.0..1e11).contains(seconds))?;
        #[allow(clippy::cast_possible_truncation, reason = "bounded in the line above")]
        let issued_at = (seconds * 1_000.0) as i64;
        if !(16..=128).contains(&self.jti.chars().count()) || self.jti.contains('\0') {
            return None;
        }
        Target::parse(&self.htu).ok()?;
        let binding = Binding {
            jti: self.jti,
            good_from: issued_at - AHEAD,
            stale_at: issued_at + GOOD_FOR,
            method: self.htm,
            target: self.htu,
        };
        let audience = self.aud.map(String::into_boxed_str);
        Some(Proof { audience, binding: Some(Box::new(binding)), ..Proof::default() })
    }
}
