//! Core systems: their APIs, OpenAPI imports and verifier keys, and the catalog for decisions.

mod apis;
pub mod builtin;
pub mod catalog;
mod change;
mod create;
mod get;
mod list;
pub mod matching;
mod openapi;
mod operations;
mod projects;
mod remove;
mod rules;
pub mod store;
mod verifier_keys;

pub use self::openapi::imported::clear_imports;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the routes of this capability.
pub fn routes(config: &mut ServiceConfig) {
    config
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
