//! The program: start-up, commands, example data, health checks and the log.

pub mod commands;
pub mod demo;
pub mod health;
pub mod log;
pub mod startup;
