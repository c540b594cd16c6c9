//! One module per page.

pub(crate) mod login;
pub(crate) mod not_found;
pub(crate) mod password;
pub(crate) mod tokens;
