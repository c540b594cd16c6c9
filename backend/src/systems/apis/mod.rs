//! The APIs of a system: imported from a document, or added by hand.

pub(super) mod change;
pub(super) mod create;
pub(super) mod list;
pub(super) mod remove;
mod warnings;
