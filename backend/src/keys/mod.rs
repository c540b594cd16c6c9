//! The keys of the installation: the master key, the data key that it seals, and the
//! keys that sign JWTs, with their SQL.

pub mod agreement;
pub mod error;
pub mod keyring;
mod list;
pub mod rotate;
pub mod signing;
mod store;
mod unlock;

use crate::web::routes::Routes;

/// Registers the routes of this capability.
pub fn routes(routes: &mut Routes) {
    routes.service(list::list).service(rotate::rotate);
}
