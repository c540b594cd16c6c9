//! OAuth: who a client is, and how errors are answered.
//!
//! A client proves itself with its secret (RFC 6749 §2.3) or with a JWT that it signs
//! with its own key (RFC 7523). Verifiers prove themselves with a verifier key. The
//! doors that are asked are in [`crate::doors`].

mod assertion;
pub(crate) mod authenticate;
pub(crate) mod client;
mod credentials;
pub(crate) mod error;
pub(crate) mod form;
pub(crate) mod store;

pub use self::error::name_errors;
pub use self::store::forget_expired;
