//! Walks over an export, and computes the links again.

use serde::Deserialize;

use super::fault::Fault;
use super::report::Report;
use crate::audit::chain::{Link, Opening, Position, split};
use crate::audit::notes::{Checkpoint, is_boundary};
use crate::crypto::note::{PublicNoteKey, notes_in};
use crate::crypto::{Digest, from_base64url};

/// The first line of an export.
#[derive(Deserialize)]
struct Head {
    export: u32,
    since: Option<String>,
    until: Option<String>,
    is_filtered: bool,
    chain: i64,
    after: Start,
    boundary: Option<String>,
}

#[derive(Deserialize)]
struct Start {
    sequence: i64,
    link: Option<Link>,
}

/// A line after the first one.
enum Line {
    /// An event: its number, its id, the digest of its text, and its link.
    Event(i64, String, Digest, Link),
    LeftOut(i64, Digest),
    Opening(Opening),
    End(Position),
}

#[derive(Deserialize)]
struct EventLine {
    sequence: i64,
    id: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OtherLine {
    Opening { opening: Opening },
    LeftOut { left_out: i64, digest: String },
    End { end: Position },
}

impl Line {
    fn read(line: &str) -> Option<Self> {
        if let Some((text, link)) = split(line) {
            let event: EventLine = serde_json::from_str(&text).ok()?;
            return Some(Self::Event(event.sequence, event.id, Digest::of(&text), link));
        }
        match serde_json::from_str(line).ok()? {
            OtherLine::Opening { opening } => Some(Self::Opening(opening)),
            OtherLine::LeftOut { left_out, digest } => {
                let digest = Digest::try_from(from_base64url(&digest)?.as_slice()).ok()?;
                Some(Self::LeftOut(left_out, digest))
            }
            OtherLine::End { end } => Some(Self::End(end)),
        }
    }

    fn sequence(&self) -> Option<i64> {
        match self {
            Self::Event(sequence, ..) | Self::LeftOut(sequence, _) => Some(*sequence),
            Self::Opening(_) | Self::End(_) => None,
        }
    }
}

/// Checks the lines of an export. `checkpoints` has signed notes, one after the other. The checkpoints and the
/// key must come from elsewhere, or they prove nothing.
pub fn verify(lines: impl Iterator<Item = String>, checkpoints: &str, key: &PublicNoteKey) -> Report {
    match Walk::begin(lines, checkpoints, key).and_then(|mut walk| walk.go().map(|()| walk)) {
        Ok(walk) => walk.report,
        Err(fault) => Report::of(fault),
    }
}

struct Walk<'k, L> {
    lines: L,
    key: &'k PublicNoteKey,
    /// The checkpoints from elsewhere, by chain and event.
    checkpoints: Vec<Checkpoint>,
    head: Head,
    chain: i64,
    position: Position,
    /// The last event that a checkpoint from elsewhere covers.
    proven: Option<i64>,
    /// Chains that a restore has ended: their numbers, their ends, and the checkpoint that the next one names.
    ended: Vec<(i64, i64, Option<String>)>,
    left_out: u64,
    report: Report,
}

impl<'k, L: Iterator<Item = String>> Walk<'k, L> {
    fn begin(mut lines: L, checkpoints: &str, key: &'k PublicNoteKey) -> Result<Self, Fault> {
        let mut opened = Vec::new();
        for (index, note) in notes_in(checkpoints).iter().enumerate() {
            let bad = |error: &dyn ToString| Fault::BadCheckpoint(index + 1, error.to_string());
            opened.extend(Checkpoint::open(note, key).map_err(|error| bad(&error))?);
        }
        let first = lines.next().unwrap_or_default();
        let head: Head = serde_json::from_str(&first).map_err(|_| Fault::NotAnExport)?;
        if head.export != 1 {
            return Err(Fault::NotAnExport);
        }
        let position = Position {
            sequence: head.after.sequence,
            link: head.after.link.clone().unwrap_or_else(|| Link::stored(String::new())),
        };
        let chain = head.chain;
        Ok(Self {
            lines,
            key,
            checkpoints: opened,
            head,
            chain,
            position,
            proven: None,
            ended: Vec::new(),
            left_out: 0,
            report: Report::default(),
        })
    }

    fn go(&mut self) -> Result<(), Fault> {
        self.look_at_beginning()?;
        let first = self.position.sequence + 1;
        self.compare()?;
        loop {
            let Some(text) = self.lines.next() else { return Err(Fault::Incomplete(self.position.sequence)) };
            let Some(read) = Line::read(&text) else { return Err(Fault::BadLine(self.position.sequence)) };
            match read {
                Line::Event(sequence, id, digest, link) => {
                    self.follow(sequence, &id, &digest, Some(&link))?;
                }
                Line::LeftOut(sequence, digest) => {
                    self.left_out += 1;
                    self.follow(sequence, "left out by the filter", &digest, None)?;
                }
                Line::Opening(opening) => self.open(opening, &text)?,
                Line::End(end) => {
                    self.look_at_end(&end)?;
                    break;
                }
            }
            self.compare()?;
        }
        self.look_at_checkpoints()?;
        self.conclude(first);
        Ok(())
    }

    fn look_at_beginning(&mut self) -> Result<(), Fault> {
        let before = self.head.after.sequence;
        if before == 0 {
            return Ok(());
        }
        let boundary = self.head.boundary.as_deref();
        if boundary.is_some_and(|note| is_boundary(note, self.key, &self.position)) {
            let text =
                format!("Events 1 to {before} were deleted because of their age. The trail has signed that.");
            self.report.shown.push(text);
        } else if self.head.since.is_some() {
            let text = format!("Events 1 to {before} are not in this export, since it begins later.");
            self.report.not_shown.push(text);
        } else {
            return Err(Fault::LeftOut(1, before));
        }
        Ok(())
    }

    /// The next event must have the next number, and its link must follow from the one before.
    fn follow(&mut self, sequence: i64, id: &str, digest: &Digest, link: Option<&Link>) -> Result<(), Fault> {
        let expected = self.position.sequence + 1;
        if sequence > expected {
            let comes_later =
                self.lines.any(|line| Line::read(&line).and_then(|line| line.sequence()) == Some(expected));
            return Err(if comes_later {
                Fault::Reordered(expected)
            } else {
                Fault::LeftOut(expected, sequence - 1)
            });
        }
        if sequence < expected {
            return Err(Fault::PutIn(sequence, id.to_owned()));
        }
        let next = self.position.after(digest);
        if link.is_some_and(|link| *link != next.link) {
            // If the next line fits in its place, this one was put in.
            let fits = |line: String| match Line::read(&line) {
                Some(Line::Event(other, _, digest, link)) => {
                    other == expected && self.position.after(&digest).link == link
                }
                _ => false,
            };
            let is_put_in = self.lines.next().is_some_and(fits);
            let id = id.to_owned();
            return Err(if is_put_in { Fault::PutIn(sequence, id) } else { Fault::Changed(sequence, id) });
        }
        self.position = next;
        Ok(())
    }

    fn open(&mut self, opening: Opening, line: &str) -> Result<(), Fault> {
        let is_next = opening.chain == self.chain + 1;
        let follows = match &opening.after {
            Some(after) => *after == self.position,
            None => opening.chain == 1 && self.position.sequence == 0,
        };
        if !is_next || !follows || opening.format != 1 {
            return Err(Fault::BadOpening(opening.chain));
        }
        self.position = opening.position(line);
        if self.chain > 0 {
            let text = format!(
                "The database was restored at {}. The chain ended with event {}, and chain {} began.",
                opening.begun_at, self.position.sequence, opening.chain
            );
            self.report.shown.push(text);
            self.ended.push((self.chain, self.position.sequence, opening.checkpoint));
        }
        self.chain = opening.chain;
        Ok(())
    }

    /// Compares with the checkpoints of this event.
    fn compare(&mut self) -> Result<(), Fault> {
        let sequence = self.position.sequence;
        let here = |one: &&Checkpoint| one.chain == self.chain && one.position.sequence == sequence;
        for checkpoint in self.checkpoints.iter().filter(here) {
            if checkpoint.position.link != self.position.link {
                let proven = self.proven.unwrap_or(self.head.after.sequence);
                return Err(Fault::Rewritten(proven, sequence));
            }
            self.proven = Some(sequence);
        }
        Ok(())
    }

    fn look_at_end(&self, end: &Position) -> Result<(), Fault> {
        let last = self.position.sequence;
        if end.sequence > last {
            return Err(Fault::LeftOut(last + 1, end.sequence));
        }
        if *end == self.position { Ok(()) } else { Err(Fault::BadLine(last)) }
    }

    /// Looks at the checkpoints of events that are not in the export.
    fn look_at_checkpoints(&mut self) -> Result<(), Fault> {
        let end = self.position.sequence;
        for checkpoint in &self.checkpoints {
            let proven = checkpoint.position.sequence;
            let lost = self.ended.iter().find(|(chain, end, _)| *chain == checkpoint.chain && *end < proven);
            if let Some((_, end, named)) = lost {
                let named = named.as_deref().and_then(|note| Checkpoint::open(note, self.key).ok().flatten());
                let is_named = named.is_some_and(|named| {
                    named.chain == checkpoint.chain && named.position.sequence >= proven
                });
                if !is_named {
                    return Err(Fault::Hidden(proven, *end));
                }
                let text =
                    format!("A restore lost events {} to {proven} of chain {}.", end + 1, checkpoint.chain);
                self.report.not_shown.push(text);
            } else if checkpoint.chain > self.chain || (checkpoint.chain == self.chain && proven > end) {
                if self.head.until.is_none() {
                    return Err(Fault::CutOff(end, proven));
                }
                let text =
                    format!("Events {} to {proven} are not in this export, since it ends earlier.", end + 1);
                self.report.not_shown.push(text);
            }
        }
        Ok(())
    }

    fn conclude(&mut self, first: i64) {
        let end = self.position.sequence;
        let Report { shown, not_shown, .. } = &mut self.report;
        if end < first {
            shown.push("There is no event in this export.".to_owned());
            return;
        }
        match self.proven.filter(|proven| *proven >= first) {
            Some(proven) => {
                shown.push(format!(
                    "Events {first} to {proven} are those that the checkpoint covers: none was changed, left out, put \
                     in or moved."
                ));
                if proven < end {
                    not_shown.push(format!(
                        "Events {} to {end} fit each other, but no checkpoint from elsewhere covers them yet.",
                        proven + 1
                    ));
                }
            }
            None => not_shown.push(format!(
                "Events {first} to {end} fit each other. But no checkpoint from elsewhere covers them: whoever has \
                 the database can have computed all links anew."
            )),
        }
        not_shown.push(format!("Whether there are events after event {end}."));
        if self.left_out > 0 {
            shown.push(format!("A filter left out {} events. Their places in the chain fit.", self.left_out));
        }
        if self.head.is_filtered {
            not_shown
                .push("Whether the events that were left out really do not match the filter.".to_owned());
        }
    }
}

#[cfg(test)]
mod tests;
