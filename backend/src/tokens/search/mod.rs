//! Lists of tokens and the fuzzy search by name. A copy of all names, grants and targets in
//! memory proposes tokens. The database decides: a row is shown only if it matches there and
//! the caller may see it.

mod columns;
mod filter;
mod follow;
mod index;
mod numbers;
mod page;
mod scan;
mod segment;
mod typos;

pub use self::follow::start;
pub use self::index::TokenIndex;
pub(super) use self::page::{Asked, list};
