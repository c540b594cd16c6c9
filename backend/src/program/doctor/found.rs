//! What was found, while it is collected.

use latchkey_shared::doctor::{Check, Finding};

/// Adds what is wrong with one thing, or that nothing is.
pub(super) fn add(findings: &mut Vec<Finding>, check: Check, wrong: Vec<Finding>) {
    if wrong.is_empty() {
        findings.push(Finding::fine(check));
    }
    findings.extend(wrong);
}
