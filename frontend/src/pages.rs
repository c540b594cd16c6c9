//! The pages, one module each.

pub(crate) mod audit;
pub(crate) mod login;
pub(crate) mod not_found;
pub(crate) mod password;
pub(crate) mod project;
pub(crate) mod projects;
pub(crate) mod settings;
pub(crate) mod system;
pub(crate) mod systems;
pub(crate) mod token;
pub(crate) mod token_form;
pub(crate) mod token_issued;
pub(crate) mod tokens;
pub(crate) mod users;
