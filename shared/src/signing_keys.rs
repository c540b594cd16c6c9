//! The keys that sign JWTs.

use serde::{Deserialize, Serialize};

use crate::ids::KeyId;
use crate::time::Timestamp;

/// The state of a signing key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum SigningKeyState {
    /// Published, but not signing yet.
    Announced,
    /// Signing.
    Signing,
    /// Not signing any more, but published while JWTs that it signed are valid.
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
    /// Its state.
    pub state: SigningKeyState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it begins to sign. This becomes earlier when all live nodes hold the key.
    pub signs_from: Timestamp,
    /// When it stops signing; absent if that is not known yet.
    pub signs_until: Option<Timestamp>,
    /// Until when it is published; absent if that is not known yet.
    pub published_until: Option<Timestamp>,
}

/// The body of `POST /signing-keys/rotate`.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SigningKeyRotation {
    /// Whether the old keys and all JWTs that they signed become invalid at once, because a key
    /// leaked. Verifiers that know only the old keys refuse new JWTs until they fetch the keys
    /// again.
    #[serde(default)]
    pub at_once: bool,
}
