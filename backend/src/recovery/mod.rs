//! What a database that went back in time must not bring back to life.
//!
//! It may have sessions that were ended, signing keys that had leaked, and tokens that were withdrawn.
//! So all sessions, all JWTs and all signing keys end, and verifiers read the revocation feed anew
//! ([`end_all`]). Where it is not known what was withdrawn, all tokens are suspended until an
//! administrator confirms them ([`suspend_all`]). If the withdrawal log is whole, they are made again
//! instead ([`reconcile`]).

mod end;
mod reconcile;
mod replay;
mod restored;
mod span;
mod store;
mod suspend;

pub use self::end::end_all;
pub use self::reconcile::{Outcome, reconcile};
pub use self::restored::{complete, mark};
pub use self::span::Span;
pub use self::store::latest_suspension;
pub use self::suspend::{confirm_all, suspend_all};
