//! Suspends all tokens, and confirms them.

use latchkey_shared::time::Timestamp;
use serde_json::json;

use super::span::Span;
use super::store;
use crate::access::origin::Origin;
use crate::access::principal::SystemAdmin;
use crate::audit;
use crate::database::{Change, Transaction, need_schema};

/// The schema of the first program that denies the calls of suspended tokens.
const KNOWN_SINCE: i64 = 31;
/// The target of events about all tokens.
const INSTALLATION: (&str, &str) = ("installation", "Latchkey");

/// Suspends every token that exists now, since withdrawals of this time may be missing. Each of their
/// calls is denied, on every node, until an administrator confirms the token. However many there are,
/// this writes one row. It does not wait for nodes with older programs, which would let the calls pass: from
/// now on, the database needs a program that knows it.
pub async fn suspend_all(transaction: &mut Transaction, span: Span) -> Result<(), sqlx::Error> {
    need_schema(transaction.connection(), KNOWN_SINCE).await?;
    store::insert_suspension(transaction.connection(), span).await?;
    transaction.changes(Change::Everything);
    let detail = json!({
        "since": Timestamp::from_millis(span.since),
        "until": Timestamp::from_millis(span.until),
    });
    audit::record(transaction, &Origin::system(), "installation.suspended", target(), detail).await
}

/// Confirms all suspended tokens. Returns how many there were.
pub async fn confirm_all(
    transaction: &mut Transaction,
    _: &SystemAdmin,
    origin: &Origin,
) -> Result<u64, sqlx::Error> {
    let confirmed = store::confirm_all(transaction.connection()).await?;
    if confirmed > 0 {
        transaction.changes(Change::Everything);
        let detail = json!({ "tokens": confirmed });
        audit::record(transaction, origin, "installation.confirmed", target(), detail).await?;
    }
    Ok(confirmed)
}

fn target() -> (&'static &'static str, &'static str) {
    (&INSTALLATION.0, INSTALLATION.1)
}
