//! Quotas: how many calls may be made with a token, or of one API with it, in a day or a month, in all
//! nodes together.
//!
//! A decision never waits for other nodes. Each node counts what it spends ([`counter`]) and adds
//! it to the count in the database twice a second ([`flush`]), which tells it the count of all. So
//! the count survives a crash, and calls beyond the quota may pass for half a second at most. A
//! node that cannot write its count has its part of what was left, no more.

mod calendar;
mod counter;
mod flush;
mod quotas;
mod store;

pub use self::quotas::{Counted, Quotas, Spent};
pub use self::store::forget;
