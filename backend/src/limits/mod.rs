//! The limits of tokens: how they are checked, and the defaults and ceilings of the installation and
//! of projects.

mod apis;
pub mod asked;
pub mod columns;
mod effective;
mod installation;
mod key;
mod of_project;
mod rules;
mod shown;
pub mod store;
mod written;
pub mod zones;

pub use self::apis::{ApiLimits, Named, api_limits, resolve};
pub use self::effective::{Effective, warnings};
pub use self::key::LimitKey;
use crate::web::routes::Routes;

/// Registers the routes of this capability.
pub fn routes(routes: &mut Routes) {
    routes
        .service(installation::find)
        .service(installation::set)
        .service(of_project::find)
        .service(of_project::set);
}
