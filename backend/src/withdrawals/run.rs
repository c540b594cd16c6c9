//! Reads the logs of a fleet, and proves that no record is missing.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;

use super::files;
use super::line::Chain;
use super::memory::Memory;
use super::position::Position;
use super::withdrawal::Record;

/// Why it is not proved what was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Nobody wants to know.
    #[error("all tokens are to be suspended")]
    Asked,
    /// There is no log.
    #[error("there is no withdrawal log")]
    Missing,
    /// A position is in no log, or its line is not what was written.
    #[error("no log has the withdrawal at position {0}, unchanged")]
    Gap(Position),
    /// The database is from another era.
    #[error("the database is at {database}, and the logs end at {end}, after it was reconciled another time")]
    Era {
        /// Where the database is.
        database: Position,
        /// Where the logs end.
        end: Position,
    },
}

/// The logs of a fleet.
#[derive(Default)]
pub struct Logs {
    records: BTreeMap<Position, Record>,
    /// The last position that a log or its memory has.
    end: Position,
    memories: Vec<Memory>,
}

impl Logs {
    /// Reads the log in a directory, beside those that were read.
    pub fn read(&mut self, directory: &Path) -> io::Result<()> {
        if let Some(memory) = Memory::read(directory)? {
            self.end = self.end.max(memory.position);
            self.memories.push(memory);
        }
        self.end = self.end.max(Memory::intended(directory)?.unwrap_or_default());
        let path = directory.join(files::RECORDS);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let mut chain = Chain::default();
        for (number, line) in BufReader::new(file).split(b'\n').enumerate() {
            let line = String::from_utf8_lossy(&line?).into_owned();
            if let Some(record) = chain.read(&line) {
                self.end = self.end.max(record.position);
                self.records.insert(record.position, record);
            } else {
                // Its position is missing, unless the database is after it.
                tracing::warn!(file = %path.display(), line = number + 1, "this line was changed, or the line before it is gone");
                chain = Chain::up_to(&line).unwrap_or_default();
            }
        }
        Ok(())
    }

    /// Whether a log, or what is remembered beside it, has more than a database at this position, which had
    /// this time for sure.
    #[must_use]
    pub fn are_ahead(&self, database: Position, marked_at: i64) -> bool {
        self.end > database || self.memories.iter().any(|memory| memory.marked_at > marked_at)
    }

    /// The last position that a log or a memory has.
    #[must_use]
    pub fn end(&self) -> Position {
        self.end
    }

    /// All records after a position, if none is missing.
    pub fn after(&self, database: Position) -> Result<Vec<&Record>, Broken> {
        if self.end == Position::default() {
            return Err(Broken::Missing);
        }
        if self.end <= database {
            return Ok(Vec::new());
        }
        if self.end.era != database.era {
            return Err(Broken::Era { database, end: self.end });
        }
        let mut next = database.next();
        let mut found = Vec::new();
        while next <= self.end {
            found.push(self.records.get(&next).ok_or(Broken::Gap(next))?);
            next = next.next();
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::fs;

    use latchkey_shared::ids::NodeId;

    use super::*;
    use crate::withdrawals::{Log, Withdrawal};

    fn at(number: i64) -> Position {
        Position { era: 1, number }
    }

    /// A log with these records.
    async fn written(numbers: &[i64]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        let log = Log::open(directory.path()).unwrap();
        log.remember(Memory { position: at(0), ..Memory::default() }).await;
        for number in numbers {
            let (position, node) = (at(*number), NodeId::new());
            log.intend(position);
            log.append(Record { position, at: 0, node, withdrawn: vec![Withdrawal::SigningKeys] }).await;
        }
        log.remember(Memory { position: at(*numbers.last().unwrap()), ..Memory::default() }).await;
        directory
    }

    fn read(directories: &[&tempfile::TempDir]) -> Logs {
        let mut logs = Logs::default();
        for directory in directories {
            logs.read(directory.path()).unwrap();
        }
        logs
    }

    fn numbers(logs: &Logs, from: i64) -> Result<Vec<i64>, Broken> {
        logs.after(at(from)).map(|found| found.iter().map(|record| record.position.number).collect())
    }

    #[tokio::test]
    async fn the_logs_of_a_fleet_are_merged() {
        let (one, two) = (written(&[1, 3, 4]).await, written(&[2, 5]).await);
        assert_eq!(numbers(&read(&[&one, &two]), 2), Ok(vec![3, 4, 5]));
        assert_eq!(numbers(&read(&[&one, &two]), 5), Ok(vec![]));
        assert_eq!(numbers(&read(&[&one]), 0), Err(Broken::Gap(at(2))));
        assert_eq!(numbers(&read(&[]), 0), Err(Broken::Missing));
        let behind = Position { era: 0, number: 9 };
        assert!(matches!(read(&[&one, &two]).after(behind), Err(Broken::Era { .. })));
    }

    #[tokio::test]
    async fn a_log_that_was_cut_or_changed_is_noticed() {
        let log = written(&[1, 2, 3]).await;
        let file = log.path().join(files::RECORDS);
        let whole = fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = whole.lines().collect();
        let write = |lines: &[&str]| fs::write(&file, lines.join("\n") + "\n").unwrap();
        write(&lines[..2]);
        assert_eq!(numbers(&read(&[&log]), 0), Err(Broken::Gap(at(3))));
        write(&[lines[0], lines[2]]);
        assert_eq!(numbers(&read(&[&log]), 0), Err(Broken::Gap(at(2))));
        write(&lines[1..]);
        assert_eq!(numbers(&read(&[&log]), 1), Err(Broken::Gap(at(2))), "its line does not fit");
        assert_eq!(numbers(&read(&[&log]), 2), Ok(vec![3]), "what was before does not matter");
        fs::write(&file, &whole).unwrap();
        assert_eq!(numbers(&read(&[&log]), 0), Ok(vec![1, 2, 3]));
    }

    #[tokio::test]
    async fn a_record_that_was_committed_and_not_written_is_missed() {
        let log = written(&[1, 2]).await;
        let open = Log::open(log.path()).unwrap();
        assert_eq!(open.memory().unwrap().position, at(2));
        open.intend(at(3));
        drop(open);
        assert_eq!(numbers(&read(&[&log]), 1), Err(Broken::Gap(at(3))));
    }

    #[tokio::test]
    async fn a_line_that_a_crash_cut_off_does_not_end_the_chain() {
        let log = written(&[1, 2]).await;
        let file = log.path().join(files::RECORDS);
        let mut text = fs::read_to_string(&file).unwrap();
        text.push_str("half a li");
        fs::write(&file, text).unwrap();
        // The thread of the log before may have the lock for a moment.
        let open = Log::open(log.path()).unwrap();
        open.append(Record { position: at(3), at: 0, node: NodeId::new(), withdrawn: Vec::new() }).await;
        drop(open);
        assert_eq!(numbers(&read(&[&log]), 0), Ok(vec![1, 2, 3]));
    }
}
