//! The limits of tokens: how they are checked, and the defaults and ceilings of the installation and
//! of projects.

pub mod asked;
mod effective;
mod installation;
mod of_project;
pub mod store;
mod written;
pub mod zones;

pub use self::effective::{Effective, warnings};
use crate::web::routes::Routes;

/// Registers the routes of this capability.
pub fn routes(routes: &mut Routes) {
    routes
        .service(installation::find)
        .service(installation::set)
        .service(of_project::find)
        .service(of_project::set);
}
