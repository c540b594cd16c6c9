//! Tokens that are suspended since the database went back in time.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Why a token is suspended: the database went back in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Suspension {
    /// From then on, withdrawals may be missing: when the backup was made.
    pub since: Timestamp,
    /// Until then: when it was restored.
    pub until: Timestamp,
}

/// The body of `POST /tokens/confirm`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Confirmation {
    /// The end of the time that was shown with the tokens: RFC 3339.
    pub until: String,
}

/// The answer to `POST /tokens/confirm`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Confirmed {
    /// How many tokens were confirmed.
    pub confirmed: u64,
}
