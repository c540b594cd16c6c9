//! Errors of the REST API: RFC 9457 problem details.

use serde::{Deserialize, Serialize};

/// `application/problem+json` (RFC 9457). `type` is stable and documented. Clients use it, not
/// the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ProblemBody {
    /// A stable URI reference such as `/problems/validation`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The title. It is the same for all problems of this type.
    pub title: String,
    /// The HTTP status code.
    pub status: u16,
    /// The cause of this occurrence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<String>,
    /// All fields that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<FieldError>,
    /// The tokens that prevent the change.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub tokens: Vec<TokenRef>,
}

/// A field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field in the request: `name`, `apis[3]`, or empty for the body itself.
    pub field: String,
    /// A stable code: `required`, `too_long`, `taken`, `unknown` …
    pub code: String,
    /// The reason as a sentence.
    pub message: String,
}

/// A token with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TokenRef {
    /// The token's id.
    pub id: crate::ids::TokenId,
    /// The token's name.
    pub name: String,
}
