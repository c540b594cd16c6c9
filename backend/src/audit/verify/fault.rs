//! What does not fit in an export.

use std::fmt;

/// The first thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is no export as JSON Lines, or its first line is broken.
    NotAnExport,
    /// A line is not one of an export. It stands after this event.
    BadLine(i64),
    /// The event with this number is not the one that was chained: it, or the link before it, was changed.
    Changed(i64, String),
    /// An event with this number was put in.
    PutIn(i64, String),
    /// The events with these numbers are missing.
    LeftOut(i64, i64),
    /// The event with this number stands behind later ones.
    Reordered(i64),
    /// The export ends with the first number. There were events up to the second one.
    CutOff(i64, i64),
    /// The export ends after this event, without its last line.
    Incomplete(i64),
    /// The beginning of this chain does not fit what stands before it.
    BadOpening(i64),
    /// The events between the two numbers are not those that the checkpoint covers. All links were computed
    /// anew.
    Rewritten(i64, i64),
    /// This checkpoint, counted from 1, is not one of this audit trail: another one was put in its place.
    BadCheckpoint(usize, String),
    /// The checkpoint covers the event with this number of a chain that ended with the second number. The chain
    /// that follows does not say so.
    Hidden(i64, i64),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnExport => f.write_str("This is not an export of the audit trail as JSON Lines."),
            Self::BadLine(after) => {
                write!(f, "The line after event {after} was changed: it is not one of an export.")
            }
            Self::Changed(sequence, id) => {
                write!(f, "Event {sequence} ({id}) was changed: it is not the one that was chained.")
            }
            Self::PutIn(sequence, id) => {
                write!(f, "Event {sequence} ({id}) was put in: it was never chained.")
            }
            Self::LeftOut(one, last) if one == last => write!(f, "Event {one} was left out."),
            Self::LeftOut(first, last) => write!(f, "Events {first} to {last} were left out."),
            Self::Reordered(sequence) => {
                write!(f, "The order was changed: event {sequence} stands behind later ones.")
            }
            Self::CutOff(end, proven) => write!(
                f,
                "The end was cut off: the export ends with event {end}, and there were events up to {proven}."
            ),
            Self::Incomplete(end) => {
                write!(f, "The export is incomplete: it breaks off after event {end}.")
            }
            Self::BadOpening(chain) => {
                write!(
                    f,
                    "The beginning of chain {chain} was changed: it does not fit what stands before it."
                )
            }
            Self::Rewritten(after, sequence) => write!(
                f,
                "An event between {} and {sequence} was changed, and all links were computed anew: the checkpoint \
                 of event {sequence} does not fit.",
                after + 1
            ),
            Self::BadCheckpoint(number, why) => {
                write!(f, "Checkpoint {number} is not one of this audit trail: {why}.")
            }
            Self::Hidden(sequence, end) => write!(
                f,
                "A restore lost events after event {end}, and hides it: the checkpoint covers event {sequence}, and \
                 the next chain does not name it."
            ),
        }
    }
}
