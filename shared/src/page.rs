//! One page of a list.

use serde::{Deserialize, Serialize};

/// The largest `limit` of a list.
pub const MAX_LIMIT: u32 = 200;
/// The default `limit` of a list.
pub const DEFAULT_LIMIT: u32 = 50;

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// Send it as `cursor` to get the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next_cursor: Option<String>,
    /// The number of all items that match, if `total=true` asked for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub total: Option<i64>,
}

/// Checks the `limit` of a list.
///
/// # Errors
/// If it is not 1 to 200.
#[cfg(feature = "server")]
pub fn limit(asked: Option<u32>) -> Result<usize, crate::fields::Refusal> {
    match asked.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAX_LIMIT => Ok(limit as usize),
        _ => Err(crate::fields::Refusal::new("out_of_range", format!("Must be 1 to {MAX_LIMIT}."))),
    }
}

/// Cuts a list that has one item more than asked for. Returns the last item that stays, if
/// there are more.
#[cfg(feature = "server")]
pub fn cut<T>(items: &mut Vec<T>, limit: usize) -> Option<&T> {
    if items.len() <= limit {
        return None;
    }
    items.truncate(limit);
    items.last()
}
