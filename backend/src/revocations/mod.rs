//! The revocation feed tells verifiers that check JWTs offline which ones are no longer valid.
//!
//! A JWT is valid offline until it expires. A change that ends it earlier writes an entry in
//! its own transaction: "JWTs with this value of a claim that were issued before this time".
//! There is one entry for each system that the JWT can be for. An entry is kept for as long as
//! a JWT can live.
//!
//! An entry names a claim, not a single JWT: Latchkey does not store the JWTs that it issues.
//! `iat` has a resolution of a second. A JWT that was issued in the second of the change is
//! refused, too; its client gets another one.

mod store;

pub use self::store::{Of, forget_all, forget_expired, record};
pub(crate) use self::store::{Place, after, is_known};
