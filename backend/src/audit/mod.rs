//! The audit trail. Every change records an event in its own transaction: the actor, the action
//! and the target. An event keeps names, so that it can be read after they are gone. It never
//! holds a secret.
//!
//! The trail proves itself: soon after its commit, each event gets a link in a chain, and signed
//! checkpoints of the chain leave the machine. `docs/operations.md` says what that proves.

mod chain;
mod checkpoints;
mod delivery;
mod events;
mod export;
mod filter;
mod notes;
mod outside;
mod progress;
mod record;
mod retention;
mod sequencer;
mod store;
mod stream;
mod trail;
pub mod verify;

use crate::web::routes::Routes;

pub use self::notes::TrailError;
pub use self::outside::last_checkpoint;
pub use self::progress::Progress;
pub use self::record::{last_written, record, record_failed_login};
pub use self::retention::complete_since;
pub use self::sequencer::begin_chain;
pub use self::trail::Trail;

/// Registers the routes of this capability.
pub fn routes(routes: &mut Routes) {
    routes
        .service(events::list)
        .service(export::export)
        .service(checkpoints::chain)
        .service(checkpoints::list);
}
