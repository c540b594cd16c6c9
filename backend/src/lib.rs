//! x
pub mod crypto;
