//! The keys that sign JWTs.

use serde::{Deserialize, Serialize};

use crate::ids::KeyId;
use crate::time::Timestamp;

/// What a signing key does at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum SigningKeyState {
    /// Published, so that verifiers know it when it signs.
    Announced,
    /// It signs.
    Signing,
    /// It signs no longer, and is published while JWTs live that it signed.
    Retired,
}

/// A key that signs JWTs, without its private half.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SigningKey {
    /// The key's id: the `kid` of the JWTs that it signs.
    pub id: KeyId,
    /// `RS256`, `ES256` or `EdDSA`.
    pub algorithm: String,
    /// What it does at this moment.
    pub state: SigningKeyState,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it signs.
    pub signs_from: Timestamp,
    /// Until when it signs, once another one is there to take over.
    pub signs_until: Option<Timestamp>,
    /// Until when it is published, once that is settled.
    pub published_until: Option<Timestamp>,
}

/// The body of `POST /signing-keys/rotate`.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SigningKeyRotation {
    /// The keys until now count no longer, nor do the JWTs that they signed: for
    /// a key that leaked. Verifiers that know only the old keys refuse new JWTs
    /// until they look again.
    #[serde(default)]
    pub at_once: bool,
}
