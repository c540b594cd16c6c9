//! A time in which withdrawals may be missing.

/// A time in which withdrawals may be missing from a database that went back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// When the backup was made, in milliseconds since the epoch.
    pub since: i64,
    /// When it was restored, in milliseconds since the epoch.
    pub until: i64,
}
