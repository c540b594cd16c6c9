//! Latchkey: a token authority for API platforms.

pub mod access;
pub mod audit;
pub mod authenticate;
pub mod commands;
pub mod configuration;
pub mod crypto;
pub mod database;
pub mod demo;
pub mod installation;
pub mod log;
pub mod look_alikes;
pub mod oauth;
pub mod objects;
pub mod projects;
pub mod revocations;
pub mod sessions;
pub mod signing_keys;
pub mod startup;
pub mod systems;
pub mod tokens;
pub mod usage;
pub mod users;
pub mod verify;
pub mod web;
