//! Metrics: for Prometheus on a listener of their own, and for a receiver of OTLP. `docs/metrics.md`
//! describes each.
//!
//! The counters are in the parts of the server. They are read only when somebody asks, and nobody
//! waits for the database meanwhile.

mod listener;
mod otlp;
mod page;
mod sources;

pub(super) use self::listener::Listener;
pub(super) use self::sources::Sources;
