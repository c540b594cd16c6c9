//! The searched texts of many rows, in few bytes.

use std::collections::BTreeMap;
use std::sync::Arc;

use memchr::memmem::Finder;
use memchr::{memchr, memrchr};

/// Ends each row. No row and no search text contains it.
const END: char = '\0';
const END_BYTE: u8 = b'\0';
/// About how many bytes are together. A change writes them again, and a search begins with the first
/// of them.
const TOGETHER: usize = 16 << 10;

/// The keys of rows and their column `folded`, in the order of the keys. It never changes; a change
/// makes a new one, which shares most with the one before.
#[derive(Debug, Default, Clone)]
pub(super) struct Rows(Vec<Arc<str>>);

impl Rows {
    /// Adds rows that follow all others: the key and the column.
    pub(super) fn extend(&mut self, rows: impl IntoIterator<Item = (String, String)>) {
        self.push(rows.into_iter().map(|(key, folded)| row(&key, folded)));
    }

    fn push(&mut self, rows: impl Iterator<Item = String>) {
        let mut segment = match self.0.pop_if(|last| last.len() < TOGETHER) {
            Some(last) => String::from(&*last),
            None => String::new(),
        };
        for row in rows {
            segment.push_str(&row);
            segment.push(END);
            if segment.len() >= TOGETHER {
                self.0.push(segment.as_str().into());
                segment.clear();
            }
        }
        if !segment.is_empty() {
            self.0.push(segment.into());
        }
    }

    /// The rows after some have changed: the column of the row with a key, or `None` if there is none.
    pub(super) fn with(&self, changes: BTreeMap<String, Option<String>>) -> Self {
        let mut after = Self(Vec::with_capacity(self.0.len() + 1));
        let mut changes = changes.into_iter().peekable();
        for (at, segment) in self.0.iter().enumerate() {
            let next = self.0.get(at + 1).map(|next| key(next));
            let mut here = BTreeMap::new();
            while let Some((key, folded)) =
                changes.next_if(|(key, _)| next.is_none_or(|next| key.as_str() < next))
            {
                here.insert(key, folded);
            }
            if here.is_empty() {
                after.0.push(Arc::clone(segment));
                continue;
            }
            let mut rows: BTreeMap<String, String> =
                segment.split_terminator(END).map(|row| (key(row).to_owned(), row.to_owned())).collect();
            for (key, folded) in here {
                match folded {
                    Some(folded) => {
                        let row = row(&key, folded);
                        rows.insert(key, row)
                    }
                    None => rows.remove(&key),
                };
            }
            after.push(rows.into_values());
        }
        after.extend(changes.filter_map(|(key, folded)| Some((key, folded?))));
        after
    }

    /// The keys after `after` of rows that contain the text, in their order, at most `limit`.
    pub(super) fn containing(&self, text: &str, after: &str, limit: usize) -> Vec<String> {
        let finder = Finder::new(text);
        let mut found = Vec::new();
        // The segments from the last one on that begins before it.
        let first = self.0.partition_point(|segment| key(segment) <= after).saturating_sub(1);
        for segment in &self.0[first..] {
            let bytes = segment.as_bytes();
            let mut from = 0;
            while found.len() < limit
                && let Some(at) = finder.find(&bytes[from..]).map(|at| from + at)
            {
                let start = memrchr(END_BYTE, &bytes[..at]).map_or(0, |end| end + 1);
                from = memchr(END_BYTE, &bytes[at..]).map_or(bytes.len(), |end| at + end);
                let key = key(&segment[start..from]);
                if key > after {
                    found.push(key.to_owned());
                }
            }
        }
        found
    }

    /// About how many bytes they take.
    pub(super) fn bytes(&self) -> usize {
        self.0.iter().map(|segment| size_of::<Arc<str>>() + segment.len()).sum()
    }
}

/// The row of a key: the column, with the key before it if that is not its first line. A key with
/// upper case is not.
fn row(key: &str, folded: String) -> String {
    if self::key(&folded) == key { folded } else { format!("{key}\n{folded}") }
}

/// The key of a row, or of the first of several.
fn key(row: &str) -> &str {
    row.split('\n').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pair(key: &str, name: &str) -> (String, String) {
        (key.to_owned(), format!("{}\n{name}", key.to_lowercase()))
    }

    proptest! {
        #[test]
        fn rows_are_those_of_a_map(
            first in prop::collection::btree_map("[abB]{1,6}", "[ab]{0,600}", 0..90),
            rounds in prop::collection::vec(
                prop::collection::btree_map("[abB]{1,6}", prop::option::of("[ab]{0,600}"), 0..9), 0..5),
            (text, after, limit) in ("[ab]{1,3}", "[ab]{0,3}", 1_usize..20),
        ) {
            let mut rows = Rows::default();
            rows.extend(first.iter().map(|(key, name)| pair(key, name)));
            let mut expected = first;
            for round in rounds {
                let changes = round.iter().map(|(key, name)| {
                    (key.clone(), name.as_ref().map(|name| pair(key, name).1))
                });
                rows = rows.with(changes.collect());
                for (key, name) in round {
                    match name {
                        Some(name) => expected.insert(key, name),
                        None => expected.remove(&key),
                    };
                }
            }
            let held: Vec<&str> = rows.0.iter().flat_map(|segment| segment.split_terminator(END)).collect();
            let own = |(key, name): (&String, &String)| row(key, pair(key, name).1);
            let all: Vec<String> = expected.iter().map(own).collect();
            prop_assert_eq!(held, all.iter().map(String::as_str).collect::<Vec<_>>());
            let matches = expected.iter().filter(|(key, name)| {
                key.as_str() > after.as_str() && own((key, name)).contains(&text)
            });
            let matches: Vec<String> = matches.map(|(key, _)| key.clone()).take(limit).collect();
            prop_assert_eq!(rows.containing(&text, &after, limit), matches);
        }
    }

    #[test]
    fn rows_take_little_more_than_their_texts() {
        let mut rows = Rows::default();
        rows.extend((0..10_000).map(|number| pair(&format!("site-{number:06}"), "a yard")));
        assert!(rows.bytes() < 10_000 * 20, "{}", rows.bytes());
        assert_eq!(rows.containing("9999\na y", "", 5), ["site-009999"]);
    }
}
