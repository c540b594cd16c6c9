//! A run of tokens in memory, column by column.

use latchkey_shared::tokens::Kind;

use super::columns::{Column, SparseColumn};
use super::typos::characters;

/// What the copy has of one token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) seq: i64,
    /// A part of the id. Few tokens share one.
    pub(super) id_part: u32,
    pub(super) kind: Kind,
    pub(super) suspended: bool,
    pub(super) disabled: bool,
    /// When it expires, in milliseconds since the epoch.
    pub(super) expires_at: Option<i64>,
    /// The folded name.
    pub(super) name: String,
    /// The numbers of its projects (RSA) or users (JWT).
    pub(super) targets: Vec<u32>,
    /// The numbers of the APIs and systems that it is granted.
    pub(super) grants: Vec<u32>,
}

/// The most tokens in a segment. A change of a token writes its segment again.
pub(super) const MOST: usize = 2_048;

const JWT: u8 = 1;
const DISABLED: u8 = 2;
const SUSPENDED: u8 = 4;
/// Ends each name. No name and no search text contains it.
const END: char = '\0';

/// A run of tokens in the order of their `seq`. It is never empty and never changes.
#[derive(Debug)]
pub(super) struct Segment {
    first: i64,
    /// `seq` of each token, less that of the first.
    seqs: Column,
    id_parts: Box<[u32]>,
    flags: Box<[u8]>,
    expiries: SparseColumn,
    names: Box<str>,
    /// Where the name of each token ends.
    name_ends: Column,
    /// Which characters each name has.
    characters: Box<[u32]>,
    /// The targets and then the grants of each token.
    links: Column,
    /// Where the targets of each token end, and where its grants end.
    target_ends: Column,
    grant_ends: Column,
}

/// Whether a row may follow in a segment that begins with `first`.
pub(super) fn fits(first: i64, row: &Row) -> bool {
    u32::try_from(row.seq - first).is_ok()
}

impl Segment {
    /// A segment of at least one row. All of them must [`fits`].
    pub(super) fn of(rows: &[Row]) -> Self {
        let first = rows.first().map_or(0, |row| row.seq);
        let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let mut names = String::with_capacity(rows.iter().map(|row| row.name.len() + 1).sum());
        let mut links = Vec::with_capacity(rows.iter().map(|row| row.targets.len() + row.grants.len()).sum());
        let [mut name_ends, mut target_ends, mut grant_ends] =
            [(); 3].map(|()| Vec::with_capacity(rows.len()));
        for row in rows {
            names.push_str(&row.name);
            name_ends.push(length(names.len()));
            names.push(END);
            links.extend_from_slice(&row.targets);
            target_ends.push(length(links.len()));
            links.extend_from_slice(&row.grants);
            grant_ends.push(length(links.len()));
        }
        let flags = |row: &Row| {
            let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
            flag(row.kind == Kind::Jwt, JWT) | flag(row.disabled, DISABLED) | flag(row.suspended, SUSPENDED)
        };
        Self {
            first,
            seqs: Column::of(
                rows.iter().map(|row| u32::try_from(row.seq - first).unwrap_or(u32::MAX)).collect(),
            ),
            id_parts: rows.iter().map(|row| row.id_part).collect(),
            flags: rows.iter().map(flags).collect(),
            expiries: SparseColumn::of(&rows.iter().map(|row| row.expires_at).collect::<Vec<_>>()),
            characters: rows.iter().map(|row| characters(&row.name)).collect(),
            names: names.into(),
            name_ends: Column::of(name_ends),
            links: Column::of(links),
            target_ends: Column::of(target_ends),
            grant_ends: Column::of(grant_ends),
        }
    }

    /// All rows.
    pub(super) fn rows(&self) -> Vec<Row> {
        let row = |at: usize| Row {
            seq: self.seq(at),
            id_part: self.id_parts[at],
            kind: self.kind(at),
            suspended: self.is_suspended(at),
            disabled: self.is_disabled(at),
            expires_at: self.expires_at(at),
            name: self.name(at).to_owned(),
            targets: self.targets(at).collect(),
            grants: self.grants(at).collect(),
        };
        (0..self.len()).map(row).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.seqs.len()
    }

    pub(super) fn first(&self) -> i64 {
        self.first
    }

    pub(super) fn last(&self) -> i64 {
        self.seq(self.len() - 1)
    }

    pub(super) fn seq(&self, at: usize) -> i64 {
        self.first + i64::from(self.seqs.at(at))
    }

    /// How many of its tokens have a `seq` below this one.
    pub(super) fn count_before(&self, seq: i64) -> usize {
        match u32::try_from(seq.saturating_sub(self.first)) {
            Ok(seq) => self.seqs.first_from(0, seq),
            Err(_) if seq < self.first => 0,
            Err(_) => self.len(),
        }
    }

    /// The `seq` of tokens with one of these parts of an id.
    pub(super) fn with_id_part(&self, is_wanted: impl Fn(u32) -> bool) -> impl Iterator<Item = i64> {
        (0..self.len()).filter(move |&at| is_wanted(self.id_parts[at])).map(|at| self.seq(at))
    }

    pub(super) fn kind(&self, at: usize) -> Kind {
        if self.flags[at] & JWT == 0 { Kind::Rsa } else { Kind::Jwt }
    }

    pub(super) fn is_suspended(&self, at: usize) -> bool {
        self.flags[at] & SUSPENDED != 0
    }

    pub(super) fn is_disabled(&self, at: usize) -> bool {
        self.flags[at] & DISABLED != 0
    }

    pub(super) fn expires_at(&self, at: usize) -> Option<i64> {
        self.expiries.at(at)
    }

    fn name_start(&self, at: usize) -> usize {
        at.checked_sub(1).map_or(0, |before| self.name_ends.at(before) as usize + END.len_utf8())
    }

    pub(super) fn name(&self, at: usize) -> &str {
        &self.names[self.name_start(at)..self.name_ends.at(at) as usize]
    }

    pub(super) fn characters(&self, at: usize) -> u32 {
        self.characters[at]
    }

    pub(super) fn targets(&self, at: usize) -> impl ExactSizeIterator<Item = u32> + Clone {
        let start = at.checked_sub(1).map_or(0, |before| self.grant_ends.at(before));
        self.links(start, self.target_ends.at(at))
    }

    pub(super) fn grants(&self, at: usize) -> impl ExactSizeIterator<Item = u32> + Clone {
        self.links(self.target_ends.at(at), self.grant_ends.at(at))
    }

    fn links(&self, start: u32, end: u32) -> impl ExactSizeIterator<Item = u32> + Clone {
        (start as usize..end as usize).map(|at| self.links.at(at))
    }

    /// The tokens whose names contain the text, in their order.
    pub(super) fn containing(&self, text: &memchr::memmem::Finder<'_>) -> impl Iterator<Item = usize> {
        let (mut from, mut at) = (0, 0);
        std::iter::from_fn(move || {
            let found = from + text.find(self.names.as_bytes().get(from..)?)?;
            at = self.name_ends.first_from(at, u32::try_from(found).ok()?);
            from = self.name_ends.at(at) as usize;
            Some(at)
        })
    }

    /// About how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.seqs.bytes()
            + size_of_val(&*self.id_parts)
            + size_of_val(&*self.flags)
            + self.expiries.bytes()
            + self.names.len()
            + self.name_ends.bytes()
            + size_of_val(&*self.characters)
            + self.links.bytes()
            + self.target_ends.bytes()
            + self.grant_ends.bytes()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use memchr::memmem::Finder;

    use super::*;

    pub(in super::super) fn row(seq: i64, name: &str) -> Row {
        Row {
            seq,
            id_part: u32::try_from(seq % 1_000).unwrap_or_default(),
            kind: if seq % 2 == 0 { Kind::Rsa } else { Kind::Jwt },
            suspended: seq % 7 == 0,
            disabled: seq % 3 == 0,
            expires_at: (seq % 5 == 0).then_some(seq),
            name: name.to_owned(),
            targets: vec![1, u32::try_from(seq).unwrap_or_default()],
            grants: vec![7; usize::try_from(seq % 4).unwrap_or_default()],
        }
    }

    #[test]
    fn a_segment_returns_its_rows() {
        let rows = [row(7, "harbour robot"), row(8, ""), row(11, "计费机器人"), row(900, "ä")];
        let segment = Segment::of(&rows);
        assert_eq!(segment.rows(), rows);
        assert_eq!((segment.first(), segment.last(), segment.count_before(9)), (7, 900, 2));
        assert_eq!(segment.with_id_part(|part| part == 11).collect::<Vec<_>>(), [11]);
    }

    #[test]
    fn a_text_is_found_within_one_name() {
        let names = ["abab", "ba", "", "xab", "b"];
        let rows: Vec<Row> = (1..).zip(names).map(|(seq, name)| row(seq, name)).collect();
        let segment = Segment::of(&rows);
        let found = |text: &str| segment.containing(&Finder::new(text)).collect::<Vec<_>>();
        assert_eq!(found("ab"), [0, 3]);
        assert_eq!(found("b"), [0, 1, 3, 4]);
        assert_eq!(found("bb"), Vec::<usize>::new());
        assert_eq!(found("xab"), [3]);
    }
}
