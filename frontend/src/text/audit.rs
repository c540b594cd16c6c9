//! The pages of audit.
