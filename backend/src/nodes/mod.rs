//! The nodes: the processes that serve the installation. Each tells the others regularly that it
//! is there, and what it holds. A step that needs all of them asks the [`fleet`].

mod enforcement;
pub mod fleet;
mod host;
mod list;
pub mod presence;
mod store;

pub use self::enforcement::all_enforce;
pub use self::host::name;
pub use self::store::forget_silent;

use crate::web::routes::Routes;

/// Registers the routes of this capability.
pub fn routes(routes: &mut Routes) {
    routes.service(list::list);
}
