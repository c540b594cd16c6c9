//! The database: SQLite in the data directory, or PostgreSQL for any number of nodes. One SQL
//! text serves both through `sqlx::Any`. The differences are in [`engine`] and in the change
//! feed.
//!
//! Reads use [`Database::reader`]. Every change uses [`Database::write`]: a transaction beside
//! which no other runs, with its audit events and with the [`Change`]s that caches must hear of.
//! It completes even if the request is gone. What is only added may use
//! [`Database::write_beside`].

mod background;
mod backlog;
mod beside;
mod catch_up;
pub mod changes;
pub mod clock;
mod compare;
pub mod engine;
mod failure;
mod feed;
pub mod folded;
pub mod fresh;
mod handle;
mod home;
mod lease;
mod log;
pub mod looks;
mod migrations;
pub mod names;
mod needed;
mod notices;
mod opening;
mod patience;
mod peers;
mod position;
mod private;
mod reserve;
mod servers;
pub mod sql;
mod standing;
pub(crate) mod stored;
mod taking;
mod turns;
mod update;
mod uptime;
mod vacancy;
mod verified;
mod warm;
mod watch;
mod went_back;
mod witness;
mod write;
mod writes;

pub use self::background::{DELETED, SOME, rest};
pub use self::backlog::{Backlog, News};
pub use self::beside::{
    Snapshot, SnapshotError, check_pages, connect_beside, connect_to_copy, look, schema_of,
    unverified_servers,
};
pub use self::changes::{Change, Epochs, Stamp};
pub use self::clock::now;
pub use self::compare::Sample;
pub use self::engine::Engine;
pub use self::failure::{OpenError, OutcomeUnknown, Trouble, WriteError};
pub use self::fresh::{Fact, Fresh, FreshCell, OVERHEAD, Observed, Weight};
pub use self::handle::Database;
pub use self::lease::{LIVE, RENEWAL};
pub use self::migrations::{Pending, pending, schemas};
pub use self::needed::{need_schema, needed_schema, needed_schema_at_last, nodes_older_than};
pub use self::patience::{Patience, in_time, promptly};
pub use self::position::{Reconciled, last_withdrawal};
pub use self::standing::{Replication, replication as replication_at};
pub use self::taking::Taking;
pub use self::turns::Rank;
pub use self::update::{pending_update, update};
pub use self::uptime::{Moment, nanoseconds};
pub use self::vacancy::Vacancy;
pub use self::went_back::WentBack;
pub use self::witness::Witness;
pub use self::write::Transaction;
pub use self::writes::{WriteKind, Writes};
