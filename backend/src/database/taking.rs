//! Statements that take rights away.

use sqlx::AnyConnection;

/// A connection for a statement that takes rights away, or may. Only
/// [`Transaction::takes`](super::Transaction::takes) makes one. So no such statement runs in a
/// transaction that did not say what it withdraws.
pub struct Taking<'t>(&'t mut AnyConnection);

impl<'t> Taking<'t> {
    pub(super) fn new(connection: &'t mut AnyConnection) -> Self {
        Self(connection)
    }

    /// The connection.
    pub fn connection(&mut self) -> &mut AnyConnection {
        self.0
    }
}
