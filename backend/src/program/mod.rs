//! The program: start-up, commands, example data, health checks, the log, and the memory of the process.

pub mod commands;
pub mod demo;
pub mod health;
pub mod log;
pub mod memory;
pub mod startup;
