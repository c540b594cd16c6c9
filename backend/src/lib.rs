//! Latchkey: a token authority for API platforms.

pub mod access;
pub mod audit;
pub mod configuration;
pub mod crypto;
pub mod database;
pub mod systems;
pub mod usage;
pub mod users;
pub mod verify;
pub mod web;
