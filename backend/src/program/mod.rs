//! The program: how it starts, what its commands do, and how it is watched.

pub mod commands;
pub mod demo;
pub mod health;
pub mod log;
pub mod startup;
