//! The nodes at one moment, for steps that need all of them.

use std::time::Duration;

use latchkey_shared::ids::{KeyId, NodeId};
use sqlx::AnyConnection;

use super::store::{self, Row};
use crate::database::Moment;
use crate::database::stored::stored;

/// A node, as the others know it.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its id. Each start of a process has a new one.
    pub id: NodeId,
    /// Its name.
    pub name: String,
    /// Whether it was live.
    pub is_live: bool,
    /// When it last joined, in milliseconds since the epoch. What it had from before is void.
    pub joined_at: i64,
    /// For how long it had not been heard of, by the clock of the database.
    pub silent_for: Duration,
    /// The last migration that its program knows.
    pub highest_schema: i64,
    signing_keys: String,
    data_keys: String,
    master_keys: String,
    /// The version of its program.
    pub version: String,
    /// How old the news of other nodes were.
    pub feed_lag: Option<Duration>,
}

impl Member {
    /// Whether it holds this signing key.
    #[must_use]
    pub fn holds(&self, key: &KeyId) -> bool {
        is_among(&self.signing_keys, key.as_str())
    }

    /// Whether it holds this data key.
    #[must_use]
    pub fn holds_data_key(&self, key: &KeyId) -> bool {
        is_among(&self.data_keys, key.as_str())
    }

    /// Whether it holds the master key with this check value.
    #[must_use]
    pub fn holds_master_key(&self, check: &str) -> bool {
        is_among(&self.master_keys, check)
    }

    /// The ids of all keys that it holds.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.signing_keys.split_whitespace().chain(self.data_keys.split_whitespace())
    }

    fn of(row: Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: stored(&row.id)?,
            is_live: row.is_live(),
            name: row.name,
            joined_at: row.joined_at,
            silent_for: Duration::from_millis(u64::try_from(row.silent_for).unwrap_or_default()),
            highest_schema: row.highest_schema,
            signing_keys: row.signing_keys,
            data_keys: row.data_keys,
            master_keys: row.master_keys,
            version: row.version,
            feed_lag: row.feed_lag.and_then(|lag| u64::try_from(lag).ok()).map(Duration::from_millis),
        })
    }
}

/// The nodes at one moment. Silent ones are in it for an hour.
#[derive(Debug)]
pub struct Fleet {
    /// The nodes, by name.
    pub members: Vec<Member>,
    /// When the database was asked for them. Since then they may have been silent.
    pub read_at: Moment,
}

impl Fleet {
    /// Reads the nodes. In a transaction that decides a step, no node can join unseen between the
    /// step and what it reads next: it joins first and reads after.
    pub async fn read(connection: &mut AnyConnection) -> Result<Self, sqlx::Error> {
        let read_at = Moment::now();
        let members = store::all(connection).await?.into_iter().map(Member::of).collect::<Result<_, _>>()?;
        Ok(Self { members, read_at })
    }

    /// Those that a step waits for.
    pub fn live(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.is_live)
    }

    /// The names of those that a step waits for, since they do not have what it needs.
    pub fn live_without(&self, has: impl Fn(&Member) -> bool) -> Vec<String> {
        self.live().filter(|member| !has(member)).map(|member| member.name.clone()).collect()
    }
}

fn is_among(words: &str, word: &str) -> bool {
    words.split(' ').any(|one| one == word)
}
