//! Metrics for Prometheus, on a listener of their own. `docs/metrics.md` describes each.
//!
//! The counters are in the parts of the server. They are read only when somebody asks, and nobody
//! waits for the database meanwhile.

mod listener;
mod page;
mod sources;

pub(super) use self::listener::{Listener, bind};
pub(super) use self::sources::Sources;
