//! The audit trail.

use latchkey_shared::audit::AuditEvent;
use latchkey_shared::page::Page;

use super::{Answer, get};

/// Which events to list; what is empty does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Who did it: an id or a name.
    pub(crate) actor: String,
    /// What it was done to: an id or a name.
    pub(crate) target: String,
    /// What was done: `token.created`.
    pub(crate) action: String,
    /// RFC 3339: not before.
    pub(crate) since: String,
}

/// One page of the events that match, newest first.
pub(crate) fn list(filter: &Filter, cursor: Option<&str>) -> Answer<Page<AuditEvent>> {
    get(&["audit-events"])
        .query("actor", &filter.actor)
        .query("target", &filter.target)
        .query("action", &filter.action)
        .query("since", &filter.since)
        .query("cursor", cursor.unwrap_or_default())
        .read()
}
