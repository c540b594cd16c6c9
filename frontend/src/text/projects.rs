//! The pages of projects.
