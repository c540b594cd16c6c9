//! The draft of an import.

use std::sync::Arc;

use latchkey_shared::systems::ImportReport;
use leptos::prelude::*;

/// The maximum size of a document that the server accepts, in bytes.
pub(super) const LIMIT: f64 = 32.0 * 1024.0 * 1024.0;

/// A document and its origin.
#[derive(Clone)]
pub(crate) struct Document {
    /// The name of the file. `None` if the text was pasted.
    pub(crate) name: Option<String>,
    pub(crate) text: Arc<str>,
}

/// The draft of an import. It is kept while the user looks at another tab.
#[derive(Clone, Copy)]
pub(crate) struct Draft {
    pub(super) pasted: RwSignal<String>,
    pub(super) document: RwSignal<Option<Document>>,
    /// The changes that the document would make.
    pub(super) report: RwSignal<Option<ImportReport>>,
    /// The changes that the document made.
    pub(super) applied: RwSignal<Option<ImportReport>>,
}

impl Draft {
    /// A draft without a document.
    pub(crate) fn new() -> Self {
        Self {
            pasted: RwSignal::new(String::new()),
            document: RwSignal::new(None),
            report: RwSignal::new(None),
            applied: RwSignal::new(None),
        }
    }

    /// Returns to the choice of a document. The pasted text is kept.
    pub(super) fn choose_again(self) {
        self.document.set(None);
        self.report.set(None);
        self.applied.set(None);
    }
}
