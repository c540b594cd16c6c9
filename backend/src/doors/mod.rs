//! The doors: one thin adapter to the engine for each way in which a call is decided,
//! or a credential is exchanged, looked at or withdrawn.

mod bearer;
mod exchange;
mod feed;
mod forward_auth;
mod introspect;
mod metadata;
mod revoke;
mod verify;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the doors that are part of the REST API, below `/api/v1`.
pub fn api(config: &mut ServiceConfig) {
    config.configure(verify::routes).configure(feed::routes);
}

/// Registers the doors of OAuth, and the one for gateways.
pub fn routes(config: &mut ServiceConfig) {
    config
        .configure(verify::gateways)
        .service(exchange::issue)
        .service(introspect::introspect)
        .service(revoke::revoke)
        .service(metadata::metadata)
        .service(metadata::jwks);
}
