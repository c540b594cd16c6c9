//! Where a part of the server lists its routes.

use actix_web::dev::HttpServiceFactory;
use actix_web::web::{ServiceConfig, scope};
use utoipa_actix_web::OpenApiFactory;
use utoipa_actix_web::scope::scope as described_scope;
use utoipa_actix_web::service_config::ServiceConfig as Described;

/// Takes the routes of the server. Each worker registers them, but only the API document needs
/// their descriptions. Those are large, and the memory between what stays of them is not free
/// again soon.
pub enum Routes<'a, 'd> {
    /// Registers the routes.
    Served(&'a mut ServiceConfig),
    /// Describes them.
    Described(&'a mut Described<'d>),
}

impl Routes<'_, '_> {
    /// Adds a route.
    pub fn service<F>(&mut self, route: F) -> &mut Self
    where
        F: HttpServiceFactory + OpenApiFactory + 'static,
    {
        match self {
            Self::Served(config) => {
                config.service(route);
            }
            Self::Described(config) => {
                config.service(route);
            }
        }
        self
    }

    /// Adds the routes of a part.
    pub fn configure(&mut self, part: impl FnOnce(&mut Self)) -> &mut Self {
        part(self);
        self
    }

    /// Adds routes below a path.
    pub fn scope(&mut self, path: &str, part: impl FnOnce(&mut Routes)) -> &mut Self {
        match self {
            Self::Served(config) => {
                config.service(scope(path).configure(|config| part(&mut Routes::Served(config))));
            }
            Self::Described(config) => {
                let inner = described_scope(path).configure(|config| part(&mut Routes::Described(config)));
                config.service(inner);
            }
        }
        self
    }
}
