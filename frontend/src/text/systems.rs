//! The pages of systems.
