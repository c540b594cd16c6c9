//! OpenTelemetry: the spans of requests and of their parts, and how spans and metrics are sent.
//! `docs/telemetry.md` describes what is in them.
//!
//! It is off unless the operator names a receiver. If it is on, the context of the thread that
//! works on a request has its trace, and each part of the server adds its spans there. If it is off,
//! a part only looks whether there is a trace.

mod exporter;
mod queue;
mod receiver;
mod trace;

pub use self::exporter::Exporter;
pub use self::queue::Queue;
pub use self::trace::{ERROR_TYPE, Tracing, end, part, query, span_of_log, within, write};
