//! A line of the log: a digest and a record in JSON. Each digest covers the digest before it, so a
//! record that was changed, removed or put in between is noticed.

use super::withdrawal::Record;
use crate::crypto::{Digest, to_base64url};

/// How many characters a digest has.
const LENGTH: usize = 43;

/// The digest of all lines up to one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Chain(String);

impl Chain {
    fn after(&self, text: &str) -> Self {
        Self(to_base64url(Digest::of(format!("{}{text}", self.0)).as_slice()))
    }

    /// The line of a record, and the chain up to it.
    pub(super) fn write(&mut self, record: &Record) -> String {
        // A record has only texts and numbers.
        let text = serde_json::to_string(record).unwrap_or_default();
        *self = self.after(&text);
        format!("{} {text}\n", self.0)
    }

    /// The record of the next line; `None` if it is not what was written.
    pub(super) fn read(&mut self, line: &str) -> Option<Record> {
        let (digest, text) = line.split_at_checked(LENGTH)?;
        let text = text.strip_prefix(' ')?;
        let next = self.after(text);
        if next.0 != digest {
            return None;
        }
        *self = next;
        serde_json::from_str(text).ok()
    }

    /// The chain up to a line, which is believed.
    pub(super) fn up_to(line: &str) -> Option<Self> {
        let (digest, text) = line.split_at_checked(LENGTH)?;
        serde_json::from_str::<Record>(text.strip_prefix(' ')?).ok()?;
        Some(Self(digest.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use latchkey_shared::ids::{NodeId, TokenId};

    use super::*;
    use crate::withdrawals::{Position, Withdrawal};

    fn record(number: i64) -> Record {
        let withdrawn = vec![Withdrawal::TokenDeleted { token: TokenId::new() }];
        Record { position: Position { era: 1, number }, at: 7, node: NodeId::new(), withdrawn }
    }

    #[test]
    fn a_changed_line_and_a_missing_one_are_noticed() {
        let records = [record(1), record(2), record(3)];
        let mut chain = Chain::default();
        let lines = records.each_ref().map(|record| chain.write(record).trim_end().to_owned());
        let mut reading = Chain::default();
        for (line, record) in lines.iter().zip(&records) {
            assert_eq!(reading.read(line).as_ref(), Some(record));
        }
        assert_eq!(reading, chain);
        assert_eq!(Chain::up_to(&lines[2]), Some(chain));
        let mut reading = Chain::default();
        assert!(reading.read(&lines[1]).is_none());
        assert!(reading.read(&lines[0]).is_some());
        assert!(reading.read(&lines[1].replace(r#""at":7"#, r#""at":8"#)).is_none());
        assert!(reading.read(&lines[2]).is_none());
    }
}
