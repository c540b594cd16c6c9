//! Tokens that are suspended since the database went back in time.

use latchkey_shared::ids::TokenId;
use latchkey_shared::time::Timestamp;
use latchkey_shared::tokens::Suspension;
use sqlx::{AnyConnection, FromRow};

use crate::access::principal::MayManage;

/// The time in which withdrawals may be missing; none unless the token is suspended.
#[derive(FromRow)]
pub(super) struct SuspendedColumns {
    suspended_since: Option<i64>,
    suspended_until: Option<i64>,
}

impl SuspendedColumns {
    pub(super) fn read(&self) -> Option<Suspension> {
        Some(Suspension {
            since: Timestamp::from_millis(self.suspended_since?),
            until: Timestamp::from_millis(self.suspended_until?),
        })
    }
}

/// Confirms a token that is suspended.
pub(crate) async fn confirm(
    connection: &mut AnyConnection,
    _: &MayManage,
    id: &TokenId,
    (at, by): (i64, &str),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE tokens SET confirmed = (SELECT COALESCE(MAX(id), 0) FROM suspensions), version = version + 1, \
         updated_at = $1, updated_by = $2 WHERE id = $3",
    )
    .bind(at)
    .bind(by.to_owned())
    .bind(id.to_string())
    .execute(connection)
    .await
    .map(drop)
}
