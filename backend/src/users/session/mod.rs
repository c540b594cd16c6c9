//! `/session`: a person logs in and out, and changes their password.

mod change_password;
mod current;
mod log_in;
mod log_out;
pub(super) mod resumed;

use crate::web::routes::Routes;

/// Registers the routes of a person's session.
pub fn routes(routes: &mut Routes) {
    routes
        .service(log_in::log_in)
        .service(current::current)
        .service(log_out::log_out)
        .service(change_password::change_password);
}
