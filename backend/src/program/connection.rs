//! What is noted of a connection for all its requests.

use std::any::Any;
use std::time::Duration;

use actix_web::dev::Extensions;

use super::verifiers::client_certificate;
use crate::web::streams::Streams;

/// How long an idle connection stays open. Gateways and load balancers close theirs after 60
/// seconds. If ours closed first, their next request could meet a connection that is being
/// closed.
pub(super) const IDLE: Duration = Duration::from_secs(75);
/// How long running requests may take when the server stops, in seconds.
pub(super) const ENDING: u64 = 10;

/// Notes the certificate of the client, if it has shown one, and that no request is open yet.
pub(super) fn note(connection: &dyn Any, noted: &mut Extensions) {
    noted.insert(Streams::default());
    if let Some(certificate) = client_certificate(connection) {
        noted.insert(certificate);
    }
}
