//! What is noted of a connection for all its requests.

use std::any::Any;

use actix_web::dev::Extensions;

use super::verifiers::client_certificate;
use crate::web::streams::Streams;

/// Notes the certificate of the client, if it has shown one, and that no request is open yet.
pub(super) fn note(connection: &dyn Any, noted: &mut Extensions) {
    noted.insert(Streams::default());
    if let Some(certificate) = client_certificate(connection) {
        noted.insert(certificate);
    }
}
