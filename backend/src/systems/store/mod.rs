//! The SQL of systems, their APIs and verifier keys.

mod apis;
mod filters;
mod import;
mod staging;
mod systems;
mod verifier_keys;

pub(crate) use self::apis::{
    ApiFilter, Holder, StoredApi, api, api_and_system, api_look_alike, delete_apis, holder, insert_apis,
    list_apis, tokens_of_apis, update_apis,
};
pub(crate) use self::import::{Difference, Known, apply};
pub(crate) use self::staging::{BATCH, Left, Staging, TABLE, clear_some, is_staged, systems_with_imports};
pub(crate) use self::systems::{
    SystemFilter, changed, delete_system, insert_system, opened_to, openings, set_base_path, system, systems,
    taken_by, tokens_of_system, update_system,
};
pub(crate) use self::verifier_keys::{
    delete_verifier_key, has_certificate, insert_verifier_key, verifier_keys,
};
