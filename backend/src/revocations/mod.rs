//! The revocation feed: what a verifier that checks JWTs offline cannot know.
//!
//! A JWT is good offline until it ends. Whatever makes it count no longer before
//! that is written here, in the transaction of the change, as "JWTs with this
//! value of a claim that were issued before this moment", once for each system
//! whose JWTs it can be. Entries are kept for as long as a JWT can live.
//!
//! The unit is the claim and not the single JWT, since Latchkey does not keep
//! what it issued. `iat` counts whole seconds: a JWT issued in the very second
//! of a change is refused as well, and its client gets another.

mod store;

pub use self::store::{Of, forget_expired, record};
pub(crate) use self::store::{Place, after, is_known};
