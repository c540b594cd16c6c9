//! The audit trail.

use latchkey_shared::audit::AuditEvent;
use latchkey_shared::page::Page;

use super::{Answer, get};

/// Which events to list. An empty field does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Who acted: an id or a name.
    pub(crate) actor: String,
    /// The object of the action: an id or a name.
    pub(crate) target: String,
    /// The action, for example `token.created`.
    pub(crate) action: String,
    /// The earliest time, in RFC 3339.
    pub(crate) since: String,
}

/// One page of the matching events, newest first.
pub(crate) fn list(filter: &Filter, cursor: Option<&str>) -> Answer<Page<AuditEvent>> {
    get(&["audit-events"])
        .query("actor", &filter.actor)
        .query("target", &filter.target)
        .query("action", &filter.action)
        .query("since", &filter.since)
        .query("cursor", cursor.unwrap_or_default())
        .read()
}
