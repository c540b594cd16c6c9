//! x
pub mod configuration;
pub mod crypto;
pub mod database;
