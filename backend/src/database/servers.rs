//! The servers of PostgreSQL: a primary, and standbys that may take its place.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use sqlx::{AnyConnection, Connection as _};
use tokio::time::{Instant, timeout, timeout_at};

use super::failure::OpenError;
use super::standing::{Standing, standing};
use super::verified::{unverified, warn_unless_verified};

/// How long a server may take to say what it is.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the others may take after one has said that it is a primary.
const OTHERS: Duration = Duration::from_millis(300);
/// The parameter of libpq that says which server is wanted. Here it is always the primary.
const WANTED: &str = "target_session_attrs";

/// The servers that the URL names, each with a URL of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Servers(Vec<String>);

/// A connection to a server that writes.
pub(super) struct Primary {
    pub(super) url: String,
    pub(super) connection: AnyConnection,
    pub(super) standing: Standing,
}

impl Servers {
    /// Reads a URL with one or more hosts, in the form of libpq: `postgres://user@one:5432,two/name`.
    pub(super) fn parse(url: &str) -> Result<Self, OpenError> {
        let (scheme, rest) = url.split_once("://").ok_or(OpenError::Url)?;
        if !matches!(scheme, "postgres" | "postgresql") {
            return Err(OpenError::Url);
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (user, hosts) = match authority.rsplit_once('@') {
            Some((user, hosts)) => (format!("{user}@"), hosts),
            None => (String::new(), authority),
        };
        let path = wants_primary(path)?;
        Ok(Self(hosts.split(',').map(|host| format!("{scheme}://{user}{host}{path}")).collect()))
    }

    /// Warns of servers that do not prove who they are.
    pub(super) fn warn_unless_verified(&self) {
        self.0.iter().for_each(|url| warn_unless_verified(url));
    }

    /// The hosts of those that do not prove who they are.
    pub(super) fn unverified(&self) -> Vec<String> {
        let unverified = self.0.iter().filter_map(|url| unverified(url));
        unverified.map(|options| options.get_host().to_owned()).collect()
    }

    /// Connects to the primary. If an old one still lives, the one with the latest timeline counts.
    pub(super) async fn primary(&self) -> Result<Primary, sqlx::Error> {
        let mut asked: FuturesUnordered<_> = self.0.iter().map(|url| ask(url)).collect();
        let mut failure = sqlx::Error::PoolTimedOut;
        let mut found: Option<Primary> = None;
        let mut until = Instant::now() + PATIENCE;
        while let Ok(Some(answer)) = timeout_at(until, asked.next()).await {
            match answer {
                Ok(one) => {
                    let is_later =
                        |known: &Primary| one.standing.history.timeline > known.standing.history.timeline;
                    if found.as_ref().is_none_or(is_later) {
                        found = Some(one);
                    }
                    until = until.min(Instant::now() + OTHERS);
                }
                Err(error) => failure = error,
            }
        }
        found.ok_or(failure)
    }
}

async fn ask(url: &str) -> Result<Primary, sqlx::Error> {
    let asking = async {
        let mut connection = AnyConnection::connect(url).await?;
        let standing = standing(&mut connection).await?;
        if standing.is_read_only {
            return Err(sqlx::Error::Io(std::io::Error::new(
                std::io::ErrorKind::ReadOnlyFilesystem,
                "the server of the database does not write: it is a standby",
            )));
        }
        Ok(Primary { url: url.to_owned(), connection, standing })
    };
    timeout(PATIENCE, asking).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// The end of the URL without the parameter that sqlx does not know.
fn wants_primary(path: &str) -> Result<String, OpenError> {
    let Some((path, query)) = path.split_once('?') else { return Ok(path.to_owned()) };
    let mut kept = Vec::new();
    for parameter in query.split('&') {
        match parameter.split_once('=') {
            Some((WANTED, "any" | "read-write" | "primary")) => {}
            Some((WANTED, _)) => return Err(OpenError::Standby),
            _ => kept.push(parameter),
        }
    }
    Ok(if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn each_host_has_a_url_of_its_own() {
        let parse = |url: &str| Servers::parse(url).unwrap().0;
        for url in
            ["postgres://localhost/latchkey", "postgresql://u:p%2C@db:5433/x?sslmode=require", "postgres://"]
        {
            assert_eq!(parse(url), [url]);
        }
        assert_eq!(
            parse("postgres://u:p@one:5433,[::1],two/x?target_session_attrs=read-write&sslmode=disable"),
            [
                "postgres://u:p@one:5433/x?sslmode=disable",
                "postgres://u:p@[::1]/x?sslmode=disable",
                "postgres://u:p@two/x?sslmode=disable"
            ]
        );
        assert_eq!(
            parse("postgres://one,two?target_session_attrs=primary"),
            ["postgres://one", "postgres://two"]
        );
        for wrong in ["mysql://one", "postgres:one", "postgres://one/x?target_session_attrs=standby"] {
            assert!(Servers::parse(wrong).is_err(), "{wrong}");
        }
    }
}
