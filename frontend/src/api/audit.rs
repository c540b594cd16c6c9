//! The audit trail.

use latchkey_shared::audit::{AuditChain, AuditEvent};
use latchkey_shared::page::Page;

use super::{Answer, get};

/// Which events to list. An empty field does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Who acted: the beginning of an id or a name.
    pub(crate) actor: String,
    /// The object of the action: the beginning of an id or a name.
    pub(crate) target: String,
    /// The action, for example `token.created`.
    pub(crate) action: String,
    /// The beginning of the id of the request.
    pub(crate) request: String,
    /// The beginning of the address of the caller.
    pub(crate) address: String,
    /// The earliest time, in RFC 3339.
    pub(crate) since: String,
    /// The time after the latest one.
    pub(crate) until: String,
}

impl Filter {
    /// The names and values of the parameters.
    pub(crate) fn parameters(&self) -> [(&'static str, &str); 7] {
        [
            ("actor", &self.actor),
            ("target", &self.target),
            ("action", &self.action),
            ("request_id", &self.request),
            ("client_ip", &self.address),
            ("since", &self.since),
            ("until", &self.until),
        ]
    }
}

/// One page of the matching events, newest first.
pub(crate) fn list(filter: &Filter, cursor: Option<&str>) -> Answer<Page<AuditEvent>> {
    let request = get(&["audit-events"]).query("cursor", cursor.unwrap_or_default());
    filter.parameters().into_iter().fold(request, |request, (name, value)| request.query(name, value)).read()
}

/// The end of the chain, and the key that proves it.
pub(crate) fn chain() -> Answer<AuditChain> {
    get(&["audit", "chain"]).read()
}

/// The path of an export of events.
pub(crate) const EXPORT: &str = "/api/v1/audit/export";
