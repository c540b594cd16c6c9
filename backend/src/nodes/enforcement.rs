//! New kinds of denials. A node with an older program does not enforce one, so what it denies would pass there.

use sqlx::AnyConnection;

use crate::database::{need_schema, needed_schema, nodes_older_than};
use crate::web::problem::{Kind, Problem};

/// Call this in the transaction that writes a denial of a new kind, before it is written. `since` is the
/// schema of the first program that enforces it.
///
/// It fails with [`Kind::Conflict`] while the program of a live node is older. From the first success on,
/// the database needs this schema: no older program starts, and none that was silent joins again.
pub async fn all_enforce(connection: &mut AnyConnection, since: i64) -> Result<(), Problem> {
    if needed_schema(connection).await? >= since {
        return Ok(());
    }
    // A node that joins now reads the statement after it has joined. It waits for this transaction.
    need_schema(connection, since).await?;
    let older = nodes_older_than(connection, since).await?;
    if older.is_empty() {
        return Ok(());
    }
    Err(Problem::new(Kind::Conflict).with_detail(format!(
        "These nodes have an older version, which would not enforce it: {}. Upgrade them first.",
        older.join(", ")
    )))
}
