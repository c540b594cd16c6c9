//! Looks for what is wrong with the installation, by the command `latchkey doctor` and by `GET /doctor`.

mod addresses;
mod certificate;
mod diagnose;
mod examine;
mod files;
mod fleet;
mod found;
mod space;

pub use self::examine::{all, machine};

use crate::web::routes::Routes;

/// Registers the routes of this module.
pub fn routes(routes: &mut Routes) {
    routes.service(diagnose::diagnose);
}
