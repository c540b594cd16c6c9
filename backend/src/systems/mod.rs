//! Core systems: their APIs, OpenAPI imports and verifier keys, and the catalog for decisions.

mod apis;
pub mod builtin;
pub mod catalog;
mod change;
mod create;
mod decided;
mod get;
mod list;
pub mod matching;
pub mod openapi;
mod operations;
mod projects;
mod remove;
mod rules;
pub mod store;
pub mod verifier;
mod verifier_keys;

use crate::web::routes::Routes;

pub use self::openapi::imported::clear_imports;

/// Registers the routes of this capability.
pub fn routes(routes: &mut Routes) {
    routes
        .service(list::list)
        .service(create::create)
        .service(get::find)
        .service(change::change)
        .service(remove::remove)
        .service(openapi::import::import_document)
        .service(apis::list::list_of_system)
        .service(apis::create::create_api)
        .service(apis::change::change_api)
        .service(apis::remove::remove_api)
        .service(apis::list::list_apis)
        .service(projects::list_projects)
        .service(verifier_keys::list_verifier_keys)
        .service(verifier_keys::create_verifier_key)
        .service(verifier_keys::remove_verifier_key);
}
