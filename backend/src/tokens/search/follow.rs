//! Fills the copy and takes changes over. All of it reads the rows again, one step after the
//! other: a row that was read before a change never replaces one that was read after it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use latchkey_shared::ids::{TokenId, UserId};

use super::index::TokenIndex;
use super::numbers::ulid;
use super::segment::{MOST, Row};
use crate::database::{Database, News};
use crate::tokens::store::{self, IndexRow, Indexed};

/// How long changes wait at most if no search asks for them.
const INTERVAL: Duration = Duration::from_millis(500);
/// How long to wait after a failure.
const AGAIN: Duration = Duration::from_secs(1);
/// How many rows are read at once.
const AT_ONCE: usize = 500;
/// Reading everything again takes this share of the time at most: one part of so many.
const SHARE: u32 = 4;

/// Begins to fill a copy, and to follow the changes. It takes at most `limit` bytes.
#[must_use]
pub fn start(database: &Database, limit: usize) -> Arc<TokenIndex> {
    let index = Arc::new(TokenIndex::new(database, limit));
    database.epochs().backlog().follow();
    database.spawn(Follower::new(Arc::downgrade(&index)).run(database.clone()));
    index
}

/// Keeps the copy up to date.
struct Follower {
    index: Weak<TokenIndex>,
    /// The position of reading everything; `None` if all was read.
    after: Option<i64>,
    /// Whether all was read once.
    is_filled: bool,
    /// The users whose memberships were read since the last time that everything was to be read.
    known_users: HashSet<u32>,
}

impl Follower {
    fn new(index: Weak<TokenIndex>) -> Self {
        Self { index, after: Some(i64::MIN), is_filled: false, known_users: HashSet::new() }
    }

    /// Runs until the server ends, or until the copy is too large.
    async fn run(mut self, database: Database) {
        let backlog = database.epochs().backlog();
        while let Some(index) = self.index.upgrade() {
            let news = backlog.take();
            let began = Instant::now();
            match self.step(&index, &news).await {
                Ok(false) => return backlog.ignore(),
                Ok(true) => {
                    index.note_taken(news.heard);
                    if self.after.is_none() {
                        self.is_filled = true;
                        index.note_filled();
                    }
                }
                Err(error) => {
                    if database.reader().is_closed() {
                        return;
                    }
                    tracing::debug!(%error, "the search does not learn of changes; it is tried again");
                    backlog.put_back(news);
                    tokio::time::sleep(AGAIN).await;
                    continue;
                }
            }
            drop(index);
            let wait = match self.after {
                None => INTERVAL,
                Some(_) if self.is_filled => began.elapsed() * (SHARE - 1),
                Some(_) => continue,
            };
            drop(tokio::time::timeout(wait, backlog.asked()).await);
        }
    }

    /// Takes changes over, and reads some more rows if not all were read. Returns whether the
    /// copy still fits.
    async fn step(&mut self, index: &TokenIndex, news: &News) -> Result<bool, sqlx::Error> {
        if news.everything {
            self.known_users.clear();
            // The newest come first: they are what people look for.
            let mut newer = self.is_filled.then(|| index.current().last());
            while let Some(after) = newer {
                if !self.read_on(index, after).await? {
                    return Ok(false);
                }
                newer = self.after;
            }
            self.after = Some(i64::MIN);
        }
        let tokens: Vec<&TokenId> = news.tokens.iter().collect();
        for some in tokens.chunks(AT_ONCE) {
            let changes = self.read_again(index, some).await?;
            if !index.replace(index.current().with(changes)) {
                return Ok(false);
            }
        }
        let users: Vec<UserId> = news.users.iter().cloned().collect();
        self.read_memberships(index, users).await?;
        match self.after {
            None => Ok(true),
            Some(after) => self.read_on(index, after).await,
        }
    }

    /// Reads changed tokens again.
    async fn read_again(
        &mut self,
        index: &TokenIndex,
        ids: &[&TokenId],
    ) -> Result<BTreeMap<i64, Option<Row>>, sqlx::Error> {
        let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let found = store::indexed(&index.database, Indexed::Ids(&texts)).await?;
        let there: HashSet<&str> = found.iter().map(|row| row.id.as_str()).collect();
        let gone = texts.iter().filter(|id| !there.contains(id.as_str()));
        let parts: HashSet<u32> = gone.filter_map(|id| id_part(id)).collect();
        let mut changes = BTreeMap::new();
        if !parts.is_empty() {
            // Another token may share the part of the id.
            let suspects = index.current().with_id_parts(&parts);
            let texts: Vec<String> = suspects.iter().map(ToString::to_string).collect();
            let others = store::indexed(&index.database, Indexed::Seqs(&texts)).await?;
            changes.extend(suspects.into_iter().map(|seq| (seq, None)));
            changes.extend(self.numbered(index, others).await?);
        }
        changes.extend(self.numbered(index, found).await?);
        Ok(changes)
    }

    /// Reads the next rows of all. Returns whether the copy still fits.
    async fn read_on(&mut self, index: &TokenIndex, after: i64) -> Result<bool, sqlx::Error> {
        let rows = store::indexed(&index.database, Indexed::After(after, MOST)).await?;
        let last = if rows.len() < MOST { i64::MAX } else { rows.last().map_or(i64::MAX, |row| row.seq) };
        let mut changes: BTreeMap<i64, Option<Row>> = index
            .current()
            .between(after.saturating_add(1), last)
            .into_iter()
            .map(|seq| (seq, None))
            .collect();
        changes.extend(self.numbered(index, rows).await?);
        self.after = (last < i64::MAX).then_some(last);
        Ok(index.replace(index.current().with(changes)))
    }

    /// The rows with numbers for ids. The memberships of their users are read, if they are not
    /// known.
    async fn numbered(
        &mut self,
        index: &TokenIndex,
        rows: Vec<IndexRow>,
    ) -> Result<Vec<(i64, Option<Row>)>, sqlx::Error> {
        let mut users = HashMap::new();
        let number = |row: IndexRow| {
            // Requests wait for this lock, so it is free between rows.
            let mut numbers = index.numbers_to_change();
            let mut assign = |ids: Option<&str>| -> Vec<u32> {
                ids.into_iter().flat_map(|ids| ids.split(',')).filter_map(|id| numbers.assign(id)).collect()
            };
            let mut targets = assign(row.projects.as_deref());
            let own = assign(row.users.as_deref());
            let named = row.users.as_deref().into_iter().flat_map(|ids| ids.split(','));
            users.extend(own.iter().copied().zip(named.map(str::to_owned)));
            targets.extend(own);
            let mut grants = assign(row.apis.as_deref());
            grants.extend(assign(row.systems.as_deref()));
            let numbered = Row {
                seq: row.seq,
                id_part: id_part(&row.id).unwrap_or_default(),
                kind: store::kind(&row.kind),
                suspended: row.suspended != 0,
                disabled: row.disabled != 0,
                expires_at: row.expires_at,
                name: row.name_key,
                targets,
                grants,
            };
            (row.seq, Some(numbered))
        };
        let numbered = rows.into_iter().map(number).collect();
        users.retain(|user, _| !self.known_users.contains(user));
        let unknown = users.into_values().filter_map(|id| id.parse().ok()).collect();
        self.read_memberships(index, unknown).await?;
        Ok(numbered)
    }

    /// Reads the memberships of users, if a token names them.
    async fn read_memberships(&mut self, index: &TokenIndex, users: Vec<UserId>) -> Result<(), sqlx::Error> {
        let named: HashMap<String, u32> = {
            let numbers = index.numbers();
            users.iter().filter_map(|id| Some((id.to_string(), numbers.of(id.as_str())?))).collect()
        };
        let ids: Vec<String> = named.keys().cloned().collect();
        for some in ids.chunks(AT_ONCE) {
            let rows = store::memberships(&index.database, some).await?;
            let mut numbers = index.numbers_to_change();
            let mut projects: HashMap<&str, Vec<u32>> =
                some.iter().map(|id| (id.as_str(), Vec::new())).collect();
            for (user, project) in &rows {
                if let (Some(list), Some(number)) = (projects.get_mut(user.as_str()), numbers.assign(project))
                {
                    list.push(number);
                }
            }
            for (user, list) in projects {
                numbers.set_projects(named[user], list.into());
                self.known_users.insert(named[user]);
            }
        }
        Ok(())
    }
}

/// The last bits of an id, which are random.
fn id_part(id: &str) -> Option<u32> {
    u32::try_from(ulid(id)?.0 & u128::from(u32::MAX)).ok()
}
