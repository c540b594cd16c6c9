//! The doors. Each is a thin adapter to the engine: it decides a call, or exchanges, inspects
//! or withdraws a credential.

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
