//! Backups: made while the server runs, encrypted to a public key whose other half is kept elsewhere,
//! checked, and restored.
//!
//! A backup is one file in the format of age-encryption.org, version 1. Inside is a line of JSON, the
//! [manifest](manifest::Manifest), and after it the database: the file of SQLite, or what `pg_dump`
//! writes. Nothing but the public key can encrypt it, and nothing but the identity can read it. The
//! master key is not in it.

mod check;
mod content;
mod copy;
mod dump;
mod manifest;
mod output;
mod restore;
mod sealed;
mod take;

pub use self::check::{Checked, check};
pub use self::manifest::Manifest;
pub use self::restore::restore;
pub use self::sealed::make_identity;
pub use self::take::take;
