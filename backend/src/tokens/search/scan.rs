//! Walks over the copy.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use memchr::memmem::Finder;

use super::filter::Candidates;
use super::segment::{MOST, Row, Segment, fits};
use super::typos::{Difference, Misspelt};
use crate::tokens::store::Start;

/// How long a search for typos may take: much longer than usual texts need.
const COMPARING: Duration = Duration::from_secs(1);

/// All tokens, in the order of their `seq`. It never changes; a change makes a new one.
#[derive(Debug, Default, Clone)]
pub(super) struct Tokens {
    segments: Vec<Arc<Segment>>,
}

impl Tokens {
    /// The copy after some rows were read again: the row, or `None` for a token that is gone.
    pub(super) fn with(&self, changes: BTreeMap<i64, Option<Row>>) -> Self {
        let mut segments: Vec<Arc<Segment>> = Vec::with_capacity(self.segments.len() + 1);
        let mut changes = changes.into_iter().peekable();
        for (at, segment) in self.segments.iter().enumerate() {
            let end = self.segments.get(at + 1).map_or(i64::MAX, |next| next.first());
            let mut here = BTreeMap::new();
            while let Some((seq, change)) = changes.next_if(|(seq, _)| *seq < end) {
                here.insert(seq, change);
            }
            if here.is_empty() {
                segments.push(Arc::clone(segment));
                continue;
            }
            let mut rows: BTreeMap<i64, Row> = segment.rows().into_iter().map(|row| (row.seq, row)).collect();
            for (seq, change) in here {
                match change {
                    Some(row) => rows.insert(seq, row),
                    None => rows.remove(&seq),
                };
            }
            push(&mut segments, rows.into_values().collect());
        }
        push(&mut segments, changes.filter_map(|(_, row)| row).collect());
        Self { segments }
    }

    /// The `seq` of all tokens from `first` to `last`.
    pub(super) fn between(&self, first: i64, last: i64) -> Vec<i64> {
        let within =
            self.segments.iter().filter(|segment| segment.first() <= last && segment.last() >= first);
        within
            .flat_map(|segment| (0..segment.len()).map(|at| segment.seq(at)))
            .filter(|seq| (first..=last).contains(seq))
            .collect()
    }

    /// The `seq` of tokens with one of these parts of an id.
    pub(super) fn with_id_parts(&self, parts: &HashSet<u32>) -> Vec<i64> {
        self.segments.iter().flat_map(|segment| segment.with_id_part(|part| parts.contains(&part))).collect()
    }

    /// The newest `seq`.
    pub(super) fn last(&self) -> i64 {
        self.segments.last().map_or(0, |segment| segment.last())
    }

    /// About how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        self.segments.iter().map(|segment| segment.bytes()).sum()
    }
}

/// Adds rows that follow the segments, in as few new ones as they need.
fn push(segments: &mut Vec<Arc<Segment>>, mut rows: Vec<Row>) {
    let Some(first) = rows.first().map(|row| row.seq) else { return };
    if let Some(last) = segments.last()
        && last.len() + rows.len() <= MOST / 2
        && rows.iter().all(|row| fits(last.first(), row))
    {
        let mut together = last.rows();
        together.append(&mut rows);
        segments.pop();
        segments.push(Arc::new(Segment::of(&together)));
        return;
    }
    let fitting = rows.partition_point(|row| fits(first, row));
    let beyond = rows.split_off(fitting);
    let parts = rows.len().div_ceil(MOST);
    for some in rows.chunks(rows.len().div_ceil(parts)) {
        segments.push(Arc::new(Segment::of(some)));
    }
    push(segments, beyond);
}

/// Tokens that may be next in a list.
pub(super) struct Proposed {
    pub(super) seqs: Vec<i64>,
    /// Where the rest begins; `None` if there is no token.
    pub(super) next: Option<Start>,
}

/// What to look for in the copy.
pub(super) struct Scan {
    candidates: Candidates,
    text: Option<Finder<'static>>,
    misspelt: Option<Misspelt>,
}

impl Scan {
    /// `q` is folded; empty for all names.
    pub(super) fn new(candidates: Candidates, q: &str) -> Self {
        let text = (!q.is_empty()).then(|| Finder::new(q).into_owned());
        Self { candidates, text, misspelt: Misspelt::of(q) }
    }

    /// The positions of the names with the text in a segment, in their order.
    fn named<'s>(&'s self, segment: &'s Segment) -> impl Iterator<Item = usize> + 's {
        let (all, containing) = match &self.text {
            None => (Some(0..segment.len()), None),
            Some(text) => (None, Some(segment.containing(text))),
        };
        all.into_iter().flatten().chain(containing.into_iter().flatten())
    }

    /// The positions of the matches in a segment, in their order.
    fn matches<'s>(&'s self, segment: &'s Segment) -> impl Iterator<Item = usize> + 's {
        self.named(segment).filter(|&at| self.candidates.accept(segment, at))
    }

    /// Proposes the next tokens from a start on, at most `limit`.
    pub(super) fn next(&self, tokens: &Tokens, start: &Start, limit: usize) -> Proposed {
        match start {
            Start::Newest(before) => {
                let seqs = self.newest(tokens, before.unwrap_or(i64::MAX), limit);
                let next = seqs.last().map(|last| Start::Newest(Some(*last)));
                Proposed { seqs, next }
            }
            Start::Name(after) => {
                let named = self.by_name(tokens, after, limit);
                let next = named.last().map(|(name, _)| Start::Name((*name).to_owned()));
                Proposed { seqs: named.into_iter().map(|(_, seq)| seq).collect(), next }
            }
        }
    }

    /// Whether a name is like the text.
    pub(super) fn is_like(&self, name: &str) -> bool {
        self.misspelt.as_ref().is_some_and(|misspelt| misspelt.difference(name).is_some())
    }

    /// The newest matches before a `seq`, at most `limit`.
    fn newest(&self, tokens: &Tokens, before: i64, limit: usize) -> Vec<i64> {
        let mut found = Vec::new();
        for segment in tokens.segments.iter().rev().filter(|segment| segment.first() < before) {
            let end = segment.count_before(before);
            let in_order: Vec<usize> = self.matches(segment).take_while(|&at| at < end).collect();
            found.extend(in_order.into_iter().rev().take(limit - found.len()).map(|at| segment.seq(at)));
            if found.len() == limit {
                break;
            }
        }
        found
    }

    /// The first matches after a name, in the order of their names, at most `limit`.
    fn by_name<'t>(&self, tokens: &'t Tokens, after: &str, limit: usize) -> Vec<(&'t str, i64)> {
        let mut first: BinaryHeap<(&str, i64)> = BinaryHeap::new();
        // An empty text has no place in memory, and some processors take 80 ns to compare with it.
        let is_too_early = |name: &str| !after.is_empty() && name <= after;
        for segment in &tokens.segments {
            for at in self.named(segment) {
                let name = segment.name(at);
                // Names are compared first: soon most come too late, and rights take longer.
                let is_too_late = first.len() == limit && first.peek().is_some_and(|(last, _)| name >= *last);
                if is_too_early(name) || is_too_late || !self.candidates.accept(segment, at) {
                    continue;
                }
                if first.len() == limit {
                    first.pop();
                }
                first.push((name, segment.seq(at)));
            }
        }
        first.into_sorted_vec()
    }

    /// The matches with typos, the most alike first, at most `limit`; none if the text is too
    /// short for typos. If it takes too long, older names are left out.
    pub(super) fn alike(&self, tokens: &Tokens, limit: usize) -> Vec<i64> {
        let Some(misspelt) = &self.misspelt else { return Vec::new() };
        // Of those that differ alike, the newest come first.
        let mut best: BTreeSet<(Difference, Reverse<i64>)> = BTreeSet::new();
        let began = Instant::now();
        for segment in tokens.segments.iter().rev().take_while(|_| began.elapsed() < COMPARING) {
            for at in (0..segment.len()).rev() {
                if misspelt.may_be_like(segment.characters(at))
                    && self.candidates.accept(segment, at)
                    && let Some(difference) = misspelt.difference(segment.name(at))
                    && (best.len() < limit || best.last().is_some_and(|(worst, _)| difference < *worst))
                {
                    best.insert((difference, Reverse(segment.seq(at))));
                    if best.len() > limit {
                        best.pop_last();
                    }
                }
            }
        }
        best.into_iter().map(|(_, Reverse(seq))| seq).collect()
    }

    /// The number of matches.
    pub(super) fn count(&self, tokens: &Tokens) -> usize {
        tokens.segments.iter().map(|segment| self.matches(segment).count()).sum()
    }
}

#[cfg(test)]
mod tests {
    use latchkey_shared::tokens::Kind;
    use proptest::prelude::*;

    use super::super::segment::tests::row;
    use super::*;

    fn rows(tokens: &Tokens) -> Vec<Row> {
        tokens.segments.iter().flat_map(|segment| segment.rows()).collect()
    }

    proptest! {
        #[test]
        fn a_page_by_name_has_the_first_names_that_the_caller_may_see(
            names in prop::collection::btree_set("[a-d]{1,4}", 0..300),
            places in any::<u64>(),
            (after, text) in ("[a-d]{0,2}", "[a-d]{0,1}"),
            limit in 1_usize..20,
        ) {
            let mut rows: Vec<(i64, String)> = (1..).zip(names).collect();
            rows.sort_by_key(|(seq, _)| places.rotate_left(u32::try_from(*seq).unwrap_or_default()));
            let rows: Vec<Row> = (1..).zip(&rows).map(|(seq, (_, name))| row(seq, name)).collect();
            let changes = rows.iter().map(|row| (row.seq, Some(row.clone()))).collect();
            let tokens = Tokens::default().with(changes);
            let is_listed = |row: &&Row| row.kind == Kind::Jwt && row.name > after && row.name.contains(&text);
            let mut expected: Vec<&Row> = rows.iter().filter(is_listed).collect();
            expected.sort_by(|one, other| one.name.cmp(&other.name));
            let expected: Vec<i64> = expected.iter().take(limit).map(|row| row.seq).collect();
            let scan = Scan::new(Candidates::for_user(1, Kind::Jwt), &text);
            prop_assert_eq!(scan.next(&tokens, &Start::Name(after), limit).seqs, expected);
        }

        #[test]
        fn the_copy_has_the_rows_of_a_map(
            rounds in prop::collection::vec(prop::collection::vec((1_i64..9_000, any::<bool>()), 1..3_000), 1..8),
        ) {
            let mut tokens = Tokens::default();
            let mut expected: BTreeMap<i64, Row> = BTreeMap::new();
            for round in rounds {
                let mut changes = BTreeMap::new();
                for (seq, is_there) in round {
                    // One of them is far away, as after many deletions.
                    let seq = if seq == 8_999 { seq << 40 } else { seq };
                    let change = is_there.then(|| row(seq, &format!("name {seq}")));
                    match &change {
                        Some(row) => expected.insert(seq, row.clone()),
                        None => expected.remove(&seq),
                    };
                    changes.insert(seq, change);
                }
                tokens = tokens.with(changes);
            }
            prop_assert_eq!(rows(&tokens), expected.values().cloned().collect::<Vec<_>>());
            prop_assert_eq!(tokens.last(), expected.keys().last().copied().unwrap_or(0));
            prop_assert_eq!(tokens.between(100, 300), expected.range(100..=300).map(|(seq, _)| *seq).collect::<Vec<_>>());
            prop_assert!(tokens.segments.iter().all(|segment| (1..=MOST).contains(&segment.len())));
            // Neighbours that are small are put together.
            prop_assert!(tokens.segments.len() <= 3 + 4 * expected.len() / MOST);
        }
    }
}
