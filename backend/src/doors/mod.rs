//! The doors. Each is a thin adapter to the engine: it decides a call, or exchanges, inspects
//! or withdraws a credential.

mod bearer;
mod denial;
mod exchange;
pub mod exchanges;
mod feed;
mod forward_auth;
mod introspect;
mod metadata;
mod revoke;
mod verify;

use crate::web::routes::Routes;

/// Registers the doors that are part of the REST API, below `/api/v1`.
pub fn api(routes: &mut Routes) {
    routes.configure(verify::routes).configure(feed::routes);
}

/// Registers the doors of OAuth, and the one for gateways.
pub fn routes(routes: &mut Routes) {
    routes
        .configure(verify::gateways)
        .service(exchange::issue)
        .service(introspect::introspect)
        .service(revoke::revoke)
        .service(metadata::metadata)
        .service(metadata::jwks);
}
