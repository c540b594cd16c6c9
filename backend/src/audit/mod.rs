//! The audit trail. Every change records an event in its own transaction: the actor, the action
//! and the target. An event keeps names, so that it can be read after they are gone. It never
//! holds a secret.

mod events;
mod retention;
mod trail;

pub use self::events::routes;
pub use self::retention::{complete_since, forget_old};
pub use self::trail::{last_written, record, record_failed_login};
