//! The pages of users.
