//! Errors of the database, and what they say about it.

use super::went_back::{BeginError, WentBack};
use crate::withdrawals::LogError;

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another server holds the data directory.
    #[error("another latchkey server is using {0}")]
    Locked(String),
    /// The data directory cannot be used.
    #[error("the data directory {0}: {1}")]
    Directory(String, #[source] std::io::Error),
    /// The data directory has a database already.
    #[error("{0} has a database: restore into an empty directory")]
    Occupied(String),
    /// The URL is neither `sqlite:` nor `postgres:`.
    #[error("LATCHKEY_DATABASE_URL must start with postgres: or sqlite:")]
    Url,
    /// The URL asks for a standby.
    #[error(
        "LATCHKEY_DATABASE_URL must not ask for a standby: target_session_attrs may be read-write, primary or any"
    )]
    Standby,
    /// The program does not know the schema that the database needs.
    #[error(
        "this version of Latchkey is too old for the database: it knows schema {own}, and the database needs \
         schema {needed}; start a newer version"
    )]
    TooOld {
        /// The last schema that the program knows.
        own: i64,
        /// The one that the database needs.
        needed: i64,
    },
    /// The migrations take something away that live nodes use.
    #[error(
        "the migrations take something away that these nodes use, since they have an older version: {0}; \
         stop or upgrade them first"
    )]
    InUse(String),
    /// The withdrawal log cannot be used.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The database went back in time.
    #[error(transparent)]
    WentBack(#[from] WentBack),
    /// A migration failed.
    #[error("migrations: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The database did not answer.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

impl From<BeginError> for OpenError {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::WentBack(went_back) => Self::WentBack(went_back),
            BeginError::Log(error) => Self::Log(error),
            BeginError::Database(error) => Self::Database(error),
        }
    }
}

/// The connection was lost during the COMMIT. The transaction may be written or not.
#[derive(Debug, thiserror::Error)]
#[error("it is not known whether this was written: {0}")]
pub struct OutcomeUnknown(#[source] pub sqlx::Error);

/// An error that a write can return.
pub trait WriteError: From<sqlx::Error> + From<OutcomeUnknown> {
    /// The same error, after the transaction was rolled back or never began: nothing was
    /// written.
    #[must_use]
    fn rolled_back(self) -> Self {
        self
    }

    /// Whether the transaction met another one: both added a row with the same key, or each waited
    /// for the other.
    fn is_encounter(&self) -> bool {
        false
    }

    /// Whether a rule refused the write, or another write was in its way. Otherwise the database is at
    /// fault.
    fn is_refusal(&self) -> bool {
        self.is_encounter()
    }

    /// The rights of the caller have changed since they were read. A new try reads them again.
    #[must_use]
    fn overtaken() -> Self {
        sqlx::Error::PoolTimedOut.into()
    }
}

impl WriteError for sqlx::Error {
    fn is_encounter(&self) -> bool {
        self.as_database_error().is_some_and(|error| {
            let code = error.code().unwrap_or_default();
            error.is_unique_violation()
                || error.is_foreign_key_violation()
                || code == "40P01"
                || code == "40001"
        })
    }

    fn is_refusal(&self) -> bool {
        Trouble::of(self).is_none()
    }
}

/// For callers that repeat the write in any case.
impl From<OutcomeUnknown> for sqlx::Error {
    fn from(OutcomeUnknown(error): OutcomeUnknown) -> Self {
        error
    }
}

/// A problem of the database itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// There is no connection, or it was lost.
    Unreachable,
    /// It reads, but does not write: the disk is full or broken.
    Unwritable,
}

impl Trouble {
    /// The trouble that an error is a sign of; `None` if the statement itself is at fault.
    #[must_use]
    pub fn of(error: &sqlx::Error) -> Option<Self> {
        match error {
            sqlx::Error::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => {
                Some(Self::Unwritable)
            }
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            // A connection that is closed in the middle of its start looks like this.
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Some(Self::Unreachable),
            sqlx::Error::Database(error) => Self::of_code(&error.code()?),
            _ => None,
        }
    }

    /// An SQLSTATE has five characters. A result code of SQLite has fewer.
    fn of_code(code: &str) -> Option<Self> {
        if code.len() == 5 {
            return match code {
                // Killed, shut down, or idle for too long.
                "57P01" | "57P02" | "57P03" | "25P03" => Some(Self::Unreachable),
                // Read only after a failover; an I/O error.
                "25006" | "58030" => Some(Self::Unwritable),
                _ if code.starts_with("08") => Some(Self::Unreachable),
                _ if code.starts_with("53") => Some(Self::Unwritable),
                _ => None,
            };
        }
        match code.parse::<u32>().ok()? & 0xff {
            // SQLITE_BUSY
            5 => Some(Self::Unreachable),
            // SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN
            8 | 10 | 13 | 14 => Some(Self::Unwritable),
            _ => None,
        }
    }
}

/// Whether a failed COMMIT may have succeeded in the database.
pub(super) fn may_be_written(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => code_may_be_written(&error.code().unwrap_or_default()),
        _ => true,
    }
}

fn code_may_be_written(code: &str) -> bool {
    if code.len() == 5 {
        // Killed during the COMMIT. A session that was idle for too long (25P03) ended before
        // it.
        return code.starts_with("57P") || code.starts_with("08");
    }
    // SQLITE_IOERR. On a full disk (SQLITE_FULL), SQLite rolls back.
    code.parse::<u32>().is_ok_and(|code| code & 0xff == 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_engines_are_understood() {
        for (code, trouble) in [
            ("13", Some(Trouble::Unwritable)),
            ("778", Some(Trouble::Unwritable)),
            ("5", Some(Trouble::Unreachable)),
            ("2067", None),
            ("53100", Some(Trouble::Unwritable)),
            ("25006", Some(Trouble::Unwritable)),
            ("57P01", Some(Trouble::Unreachable)),
            ("08006", Some(Trouble::Unreachable)),
            ("23505", None),
        ] {
            assert_eq!(Trouble::of_code(code), trouble, "{code}");
        }
        let unknown =
            ["778", "57P01", "08006", "13", "5", "25P03", "53100", "40001"].map(code_may_be_written);
        assert_eq!(unknown, [true, true, true, false, false, false, false, false]);
        assert!(may_be_written(&sqlx::Error::WorkerCrashed));
    }
}
