//! Errors on the wire: RFC 9457 problem details.

use serde::{Deserialize, Serialize};

/// `application/problem+json` (RFC 9457). `type` is stable and documented;
/// clients decide by it, never by the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ProblemBody {
    /// A stable URI reference such as `/problems/validation`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same sentence for every problem of this type.
    pub title: String,
    /// The HTTP status code.
    pub status: u16,
    /// What happened this time.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<String>,
    /// Every field at fault, all at once.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<FieldError>,
    /// The tokens that stand in the way, where tokens do.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub tokens: Vec<TokenRef>,
}

/// One field at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field as the request names it: `name`, `apis[3]`, or empty for the body itself.
    pub field: String,
    /// A stable word: `required`, `too_long`, `taken`, `unknown` …
    pub code: String,
    /// The reason as a sentence.
    pub message: String,
}

/// A token, named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TokenRef {
    /// The token's id.
    pub id: crate::ids::TokenId,
    /// The token's name.
    pub name: String,
}
