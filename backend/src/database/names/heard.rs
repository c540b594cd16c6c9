//! Rows that have changed since a copy of their names last asked.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// If more rows than this have changed, the copy reads all of them again.
const MANY: usize = 2_000;

/// The rows that have changed, by what changes name them; `None` if any may have. Until a copy
/// follows, none are kept.
#[derive(Debug, Default)]
pub struct Heard(Mutex<Option<HashSet<String>>>);

impl Heard {
    fn changed(&self) -> MutexGuard<'_, Option<HashSet<String>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps changes from now on. A copy calls this before it reads all rows.
    pub(super) fn follow(&self) {
        *self.changed() = Some(HashSet::new());
    }

    /// Takes the changes; `None` if the copy must read all rows again.
    pub(super) fn take(&self) -> Option<HashSet<String>> {
        self.changed().as_mut().map(std::mem::take)
    }

    /// A row has changed.
    pub(in crate::database) fn add(&self, row: &str) {
        let mut changed = self.changed();
        if let Some(rows) = changed.as_mut() {
            rows.insert(row.to_owned());
            if rows.len() > MANY {
                *changed = None;
            }
        }
    }

    /// Any row may have changed.
    pub(in crate::database) fn add_everything(&self) {
        *self.changed() = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_kept_while_a_copy_follows() {
        let heard = Heard::default();
        heard.add("before");
        assert_eq!(heard.take(), None);
        heard.follow();
        heard.add("one");
        heard.add("one");
        assert_eq!(heard.take(), Some(HashSet::from(["one".to_owned()])));
        assert_eq!(heard.take(), Some(HashSet::new()));
        heard.add_everything();
        heard.add("one");
        assert_eq!(heard.take(), None);
        heard.follow();
        (0..=MANY).for_each(|row| heard.add(&row.to_string()));
        assert_eq!(heard.take(), None);
    }
}
