//! Latchkey: a token authority for API platforms.

pub mod access;
pub mod audit;
pub mod configuration;
pub mod crypto;
pub mod database;
pub mod doors;
pub mod engine;
pub mod installation;
pub mod json;
pub mod keys;
pub mod oauth;
pub mod program;
pub mod projects;
pub mod revocations;
pub mod sessions;
pub mod systems;
pub mod tokens;
pub mod users;
pub mod web;
