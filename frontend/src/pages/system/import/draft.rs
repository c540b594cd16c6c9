//! The document that may be imported.

use std::sync::Arc;

use latchkey_shared::systems::ImportReport;
use leptos::prelude::*;

/// The largest document that the server reads, in bytes.
pub(super) const LIMIT: f64 = 32.0 * 1024.0 * 1024.0;

/// A document, and where it came from.
#[derive(Clone)]
pub(crate) struct Document {
    /// The name of its file; none if it was pasted.
    pub(crate) name: Option<String>,
    pub(crate) text: Arc<str>,
}

/// The document that may be imported. It outlives a look at another tab.
#[derive(Clone, Copy)]
pub(crate) struct Draft {
    pub(super) pasted: RwSignal<String>,
    pub(super) document: RwSignal<Option<Document>>,
    /// What the document would change.
    pub(super) report: RwSignal<Option<ImportReport>>,
    /// What the document changed.
    pub(super) applied: RwSignal<Option<ImportReport>>,
}

impl Draft {
    /// No document yet.
    pub(crate) fn new() -> Self {
        Self {
            pasted: RwSignal::new(String::new()),
            document: RwSignal::new(None),
            report: RwSignal::new(None),
            applied: RwSignal::new(None),
        }
    }

    /// Back to the choice of a document; what was pasted is still there.
    pub(super) fn choose_again(self) {
        self.document.set(None);
        self.report.set(None);
        self.applied.set(None);
    }
}
