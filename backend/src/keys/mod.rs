//! The keys of the installation: the master key, the data keys that it wraps, and the
//! keys that sign JWTs, with their SQL.

pub mod agreement;
pub mod backups;
pub mod beside;
mod copy;
mod data_keys;
pub mod error;
mod installation;
pub mod keyring;
mod list;
mod master_keys;
pub mod rotate;
pub mod signing;
mod store;
mod unlock;

pub use self::copy::Wrapped;
pub use self::data_keys::rotation::keep_rotating;
pub use self::store::NewSigningKey;

use crate::web::routes::Routes;

/// Registers the routes of this capability.
pub fn routes(routes: &mut Routes) {
    routes
        .service(list::list)
        .service(rotate::rotate)
        .configure(data_keys::routes)
        .configure(master_keys::routes);
}
