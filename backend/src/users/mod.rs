//! People: their accounts, passwords and logins, and what decisions know of them.

mod change;
mod create;
mod first;
mod get;
mod list;
pub mod password;
mod session;
mod state;
pub mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::first::ensure_first_administrator;
pub use self::session::resumed::{Resumed, person};
pub use self::session::routes as session_routes;
pub use self::state::Users;

/// Registers the routes of this capability.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(list::list)
        .service(create::create)
        .service(get::find)
        .service(change::change)
        .service(change::disable);
}
