//! People: their accounts, passwords and logins, and what decisions know of them.

mod change;
mod create;
mod first;
mod get;
mod list;
pub mod password;
mod rescue;
mod session;
mod state;
pub mod store;

use crate::web::routes::Routes;

pub use self::first::ensure_first_administrator;
pub use self::rescue::rescue_administrator;
pub use self::session::resumed::{Resumed, person};
pub use self::session::routes as session_routes;
pub use self::state::Users;

/// Registers the routes of this capability.
pub fn routes(routes: &mut Routes) {
    routes
        .service(list::list)
        .service(create::create)
        .service(get::find)
        .service(change::change)
        .service(change::disable);
}
