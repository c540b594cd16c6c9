//! What a credential proves, and what it was made for.

use std::sync::Arc;

use latchkey_shared::ids::{KeyId, TokenId, UserId};
use quick_cache::Weighter;

use super::call::Call;
use crate::crypto::Digest;
use crate::crypto::jwt::Verified;
use crate::database::OVERHEAD;
use crate::systems::matching::path::Path;
use crate::systems::matching::target::Target;

/// The prefix of an open token. The rest is a compact JWE.
pub const OPEN_TOKEN: &str = "lkr_";
/// The `typ` of a sealed request.
pub const SEALED: &str = "seal+jwe";
/// The `typ` of a signed request, like `dpop+jwt` of RFC 9449. A JWT that a client signs for
/// another purpose cannot pass for one (RFC 8725 §3.11).
pub const SIGNED: &str = "sign+jwt";
/// The `typ` of the JWE in an open token.
pub const OPEN: &str = "open+jwe";

/// How far the clock of a client may be ahead, in milliseconds.
pub(super) const AHEAD: i64 = 5_000;

/// A proven credential, and what it was made for.
#[derive(Debug, Default)]
pub struct Proof {
    /// The system that it names, if it names one.
    pub audience: Option<Box<str>>,
    /// The user that a JWT names.
    pub user: Option<UserId>,
    /// The `jti` of a JWT.
    pub jti: Option<Box<str>>,
    /// The scopes that limit a JWT, separated by spaces.
    pub scope: Option<Box<str>>,
    /// The keys of the projects that limit a JWT.
    pub projects: Option<Box<[String]>>,
    /// When a JWT begins, in milliseconds since the epoch.
    pub not_before: Option<i64>,
    /// When a JWT ends, in milliseconds since the epoch.
    pub expires_at: Option<i64>,
    /// When a JWT was issued, in seconds since the epoch.
    pub issued_at: Option<i64>,
    /// The key that signed a JWT.
    pub signed_by: Option<KeyId>,
    /// The one call that a one-time request is for.
    pub binding: Option<Box<Binding>>,
}

/// The one call that a one-time request is for.
#[derive(Debug)]
pub struct Binding {
    /// Its id. It passes once.
    pub jti: String,
    /// From when on it is valid, in milliseconds since the epoch.
    pub good_from: i64,
    /// Until when it is valid, in milliseconds since the epoch.
    pub stale_at: i64,
    pub(super) method: String,
    pub(super) target: String,
}

impl Binding {
    /// Whether it is for this method and path, and for this origin.
    pub(super) fn is_for(&self, call: &Call<'_>) -> bool {
        let (Ok(target), Ok(path)) = (Target::parse(&self.target), Path::parse(call.path)) else {
            return false;
        };
        self.method == call.method
            && target.path == path
            && (target.origin.is_none() || target.origin == call.system.origin)
    }
}

impl Proof {
    /// Whether the scope of a JWT includes this API. Other credentials have no scope.
    #[must_use]
    pub fn holds_scope(&self, system: &str, api: &str) -> bool {
        self.scope.as_ref().is_none_or(|scope| {
            scope.split(' ').any(|one| one == api || one.strip_suffix(":*") == Some(system))
        })
    }
}

/// What is cached of a credential. It never changes.
#[derive(Clone)]
pub(super) enum Remembered {
    Open { token: TokenId, generation: i64 },
    Jwt { token: TokenId, generation: i64, proof: Arc<Proof> },
}

impl Remembered {
    /// About how many bytes it has outside of itself.
    pub(super) fn heap(&self) -> usize {
        let Self::Jwt { proof, .. } = self else { return 0 };
        let texts = [proof.audience.as_deref(), proof.jti.as_deref(), proof.scope.as_deref()];
        let projects = proof.projects.iter().flatten();
        size_of::<Proof>()
            + texts.into_iter().flatten().map(str::len).sum::<usize>()
            + projects.map(|key| size_of::<String>() + key.len()).sum::<usize>()
    }
}

/// The bytes of an entry among the proofs.
#[derive(Clone, Copy)]
pub(super) struct Bytes;

impl Weighter<Digest, Remembered> for Bytes {
    fn weight(&self, _: &Digest, proof: &Remembered) -> u64 {
        (size_of::<Digest>() + size_of::<Remembered>() + proof.heap() + OVERHEAD) as u64
    }
}

impl From<Verified> for Proof {
    /// What an access token with a valid signature proves.
    fn from(Verified { claims, kid }: Verified) -> Self {
        let millis = |seconds: i64| seconds.saturating_mul(1_000);
        Self {
            audience: Some(claims.aud.into_boxed_str()),
            user: claims.sub.parse().ok(),
            jti: Some(claims.jti.into_boxed_str()),
            scope: claims.scope.map(String::into_boxed_str),
            projects: claims.projects.map(Vec::into_boxed_slice),
            // The clocks of two nodes differ. A token that a node ahead has just issued is
            // valid here.
            not_before: Some(millis(claims.nbf) - AHEAD),
            expires_at: Some(millis(claims.exp)),
            issued_at: Some(claims.iat),
            signed_by: Some(kid),
            binding: None,
        }
    }
}
