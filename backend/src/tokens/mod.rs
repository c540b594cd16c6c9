//! Tokens. Integrators apply for them; administrators see, change and withdraw them. Each
//! operation has a file of its own. The SQL is in [`store`].

mod api_limits;
mod apply;
mod asked;
mod change;
mod confirm;
mod confirm_all;
mod download;
mod file;
mod found;
mod get;
mod idempotency;
mod issue;
mod list;
mod loss;
mod name_availability;
mod named;
mod remove;
pub mod renew_names;
mod reveal;
mod rotate;
pub mod search;
mod secret;
pub mod store;
mod targets;
mod trial;
mod usage;
mod version;

use crate::web::routes::Routes;

/// Registers the routes of this capability.
pub fn routes(routes: &mut Routes) {
    routes
        .service(name_availability::name_availability)
        .service(list::list)
        .service(apply::create)
        .service(get::find)
        .service(confirm::confirm)
        .service(confirm_all::confirm_all)
        .service(change::change)
        .service(remove::remove)
        .service(download::file)
        .service(secret::secret)
        .service(rotate::rotate)
        .service(usage::usage)
        .service(trial::try_call);
}
