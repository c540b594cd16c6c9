//! The actor of an event in the audit trail.

use actix_web::{HttpMessage as _, HttpRequest};

use crate::web::RequestId;
use crate::web::client_ip::client_ip;

/// The actor of an event, and the request.
#[derive(Debug, Clone)]
pub struct Origin {
    /// `user`, `token`, `system` or `anonymous`.
    pub kind: &'static str,
    /// The actor's id, if it has one.
    pub id: Option<String>,
    /// The actor's name.
    pub name: String,
    /// The request that did it.
    pub request_id: Option<String>,
    /// The address that the request came from.
    pub client_ip: Option<String>,
}

impl Origin {
    /// Latchkey itself: at start, or on a schedule.
    #[must_use]
    pub fn system() -> Self {
        Self { kind: "system", id: None, name: "latchkey".to_owned(), request_id: None, client_ip: None }
    }
}

/// The origin of a request whose caller is not known yet.
#[must_use]
pub fn anonymous(request: &HttpRequest) -> Origin {
    Origin {
        kind: "anonymous",
        id: None,
        name: "anonymous".to_owned(),
        request_id: request.extensions().get::<RequestId>().map(|RequestId(id)| id.clone()),
        client_ip: client_ip(request).map(|address| address.to_string()),
    }
}
