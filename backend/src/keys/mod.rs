//! The keys of the installation: the master key, the data key that it seals, and the
//! keys that sign JWTs, with their SQL.

pub mod keyring;
pub mod rotation;
mod store;
