//! The master key: it wraps the data keys. The operator gives the next one beside it. A rotation wraps
//! the data keys anew when all live nodes hold the next one.

mod command;
pub(super) mod held;
mod list;
mod rotate;

use crate::web::routes::Routes;

/// Registers the routes of this capability.
pub(super) fn routes(routes: &mut Routes) {
    routes.service(list::list).service(rotate::rotate);
}
