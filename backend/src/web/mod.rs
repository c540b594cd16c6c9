//! What every capability's routes stand on: problems and extraction.

pub mod extract;
pub mod problem;
