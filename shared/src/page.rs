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

/// The `limit` that a list was asked for.
///
/// # Errors
/// When it is not 1 to 200.
#[cfg(feature = "server")]
pub fn limit(asked: Option<u32>) -> Result<usize, crate::fields::Refusal> {
    match asked.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAX_LIMIT => Ok(limit as usize),
        _ => Err(crate::fields::Refusal::new("out_of_range", format!("Must be 1 to {MAX_LIMIT}."))),
    }
}

/// Cuts a list that was read one longer than asked for; the last entry that
/// stays, if there are more.
#[cfg(feature = "server")]
pub fn cut<T>(items: &mut Vec<T>, limit: usize) -> Option<&T> {
    if items.len() <= limit {
        return None;
    }
    items.truncate(limit);
    items.last()
}
