//! Lists, a page at a time.

use actix_web::web;
use latchkey_shared::fields;
use latchkey_shared::page::{self, Page};
use serde::Deserialize;
use utoipa::IntoParams;

use super::extract::{read_cursor, write_cursor};
use super::problem::Problem;

/// The parameters of a list that can be searched.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Part of a project's name or key, or of a user's login name or display name.
    #[param(nullable = false)]
    pub q: Option<String>,
    /// How many at most: 1 to 200, 50 if absent.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

/// The search text in the form that names are compared in; empty for everything. PostgreSQL
/// refuses NUL in a text. No name has one.
#[must_use]
pub fn searched(q: Option<&str>) -> String {
    q.map(fields::name_key).unwrap_or_default().replace('\0', "\u{fffd}")
}

/// The requested page.
pub struct Paging {
    limit: usize,
    /// Where the previous page ended; `None` for the first page.
    pub after: Option<String>,
}

impl Paging {
    /// Reads the parameters `limit` and `cursor`.
    pub fn read(limit: Option<u32>, cursor: Option<&str>) -> Result<Self, Problem> {
        let limit = page::limit(limit).map_err(|refusal| Problem::field("limit", refusal))?;
        Ok(Self { limit, after: cursor.map(read_cursor).transpose()? })
    }

    /// How many items to read: one more than fits, to see whether there is a next page.
    #[must_use]
    pub fn wanted(&self) -> usize {
        self.limit + 1
    }

    /// Makes the page of the items that were read. `position` returns the position of an item
    /// in the list.
    pub fn page<T>(&self, mut items: Vec<T>, position: impl FnOnce(&T) -> &str) -> web::Json<Page<T>> {
        let next_cursor = page::cut(&mut items, self.limit).map(|last| write_cursor(position(last)));
        web::Json(Page { items, next_cursor, total: None })
    }
}
