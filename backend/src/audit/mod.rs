//! The audit trail. Every change records, in its own transaction, who did what to
//! what. An event keeps names, so that it can be read when they are gone. It never
//! holds a secret.

mod events;
mod trail;

pub use self::events::routes;
pub use self::trail::{last_written, record, record_failed_login};
