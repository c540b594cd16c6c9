//! The program: start-up, listeners and TLS, commands, example data, health checks, metrics,
//! telemetry, the log, and the memory of the process.

pub mod commands;
mod connection;
pub mod demo;
pub mod doctor;
mod farewell;
pub mod health;
mod house;
mod listeners;
pub mod log;
pub mod memory;
mod metrics;
mod parts;
mod redirect;
mod secure;
mod socket;
pub mod startup;
mod stop;
mod telemetry;
mod tls;
mod verifiers;
pub mod waiting;
