//! The data keys: they encrypt secrets at rest. A new one is *coming* until all live nodes hold it.
//! Then it is *current* and encrypts, and the one before is *retiring*: what it encrypted is encrypted
//! anew, a few rows at a time, and then it is destroyed. Each step is one transaction, so a rotation
//! continues wherever it was interrupted.

mod agreement;
mod list;
pub(super) mod opened;
mod reseal;
mod rotate;
pub(super) mod rotation;
mod sealed;
pub(super) mod store;

use crate::web::routes::Routes;

/// Registers the routes of this capability.
pub(super) fn routes(routes: &mut Routes) {
    routes.service(list::list).service(rotate::rotate);
}
