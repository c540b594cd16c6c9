//! Projects: who belongs to them, and which systems are open to them.

mod change;
mod create;
mod get;
mod list;
mod members;
mod remove;
pub mod state;
pub mod store;
mod systems;

pub(crate) use self::get::visible;
use crate::web::routes::Routes;

/// Registers the routes of this capability.
pub fn routes(routes: &mut Routes) {
    routes
        .service(list::list)
        .service(create::create)
        .service(get::find)
        .service(change::change)
        .service(remove::remove)
        .service(members::list_members)
        .service(members::put_member)
        .service(members::remove_member)
        .service(systems::list_systems)
        .service(systems::open_system)
        .service(systems::close_system);
}
