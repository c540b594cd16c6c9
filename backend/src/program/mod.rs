//! The program: start-up, commands, example data, health checks, metrics, telemetry, the log, and the
//! memory of the process.

pub mod commands;
pub mod demo;
pub mod health;
mod house;
pub mod log;
pub mod memory;
mod metrics;
mod parts;
pub mod startup;
mod telemetry;
