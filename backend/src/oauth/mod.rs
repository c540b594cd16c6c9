//! The OAuth doors: access tokens by client credentials (RFC 6749 §4.4, RFC
//! 9068), also with a key of the client's own (RFC 7523), introspection (RFC 7662), revocation (RFC 7009), metadata (RFC 8414)
//! and the published keys (RFC 7517).

mod assertion;
mod client;
mod error;
mod introspect;
mod metadata;
mod revoke;
mod store;
mod token;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::error::name_errors;
pub use self::store::forget_expired;

/// Registers the routes of this capability.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(token::issue)
        .service(introspect::introspect)
        .service(revoke::revoke)
        .service(metadata::metadata)
        .service(metadata::jwks);
}
