//! What leaves the database.

/// What is sent.
pub(in crate::audit) struct Message {
    /// When it happened, in milliseconds since the epoch.
    pub(in crate::audit) at: i64,
    /// What it is: the action, or `audit.checkpoint`.
    pub(in crate::audit) name: String,
    /// The line of the event, or the note.
    pub(in crate::audit) text: String,
}
