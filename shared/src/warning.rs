//! Warnings.

use serde::{Deserialize, Serialize};

/// Another token, project, system, API or user has a name or key that looks like this one.
pub const LOOKS_LIKE: &str = "looks_like";
/// Another token has the same name by a newer rule.
pub const NAME_TAKEN: &str = "name_taken";
/// No call tells this API apart from another one. A grant of one is a grant of both.
pub const SHARES_CALLS: &str = "shares_calls";
/// A ceiling allows less than this limit of a token.
pub const ABOVE_CEILING: &str = "above_ceiling";

/// A warning. It refuses nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Warning {
    /// A stable code: `looks_like`, `name_taken`, `shares_calls`, `above_ceiling`.
    pub code: String,
    /// The field that it is about.
    pub field: String,
    /// The warning as a sentence.
    pub message: String,
    /// `looks_like`, `shares_calls`: the name or key of the other one, if the caller may see
    /// it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub like: Option<String>,
}
