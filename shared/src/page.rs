//! One page of a list.

use serde::{Deserialize, Serialize};

/// The largest `limit` that a list accepts.
pub const MAX_LIMIT: u32 = 200;
/// The `limit` of a list that names none.
pub const DEFAULT_LIMIT: u32 = 50;

/// A page of a list, newest or first in order first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The entries of this page.
    pub items: Vec<T>,
    /// Pass it as `cursor` to read on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next_cursor: Option<String>,
    /// How many entries match in all, when `total=true` asked for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub total: Option<i64>,
}
