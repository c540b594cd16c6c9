//! What is known of switches that several writers turn at once.

use std::time::{Duration, Instant};

use crate::walk::Facts;

/// A write, from when it was sent until it was answered. It takes effect between the two.
#[derive(Debug)]
struct Write {
    number: usize,
    node: usize,
    on: bool,
    begin: Instant,
    /// None if it is not known whether it has ended.
    end: Option<Instant>,
}

/// An answer of a node.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub(crate) node: usize,
    pub(crate) asked: Instant,
    pub(crate) answered: Instant,
}

impl Found {
    pub(crate) fn now(node: usize) -> Self {
        let now = Instant::now();
        Self { node, asked: now, answered: now }
    }
}

/// All writes of each switch that still matter.
pub(crate) struct History {
    writes: Vec<Vec<Write>>,
    next: usize,
}

/// What is longer ago matters to no answer.
const OLD: Duration = Duration::from_secs(30);
/// The steps in which it is measured how late an answer is.
const STEPS: [u64; 14] = [0, 50, 100, 200, 300, 400, 500, 600, 800, 1_000, 2_000, 3_000, 4_000, 5_000];

impl History {
    pub(crate) fn new(facts: Facts) -> Self {
        let now = Instant::now();
        let first = |on| vec![Write { number: 0, node: 0, on, begin: now, end: Some(now) }];
        Self { writes: facts.0.into_iter().map(first).collect(), next: 1 }
    }

    /// A switch is being turned. Returns the number of the write.
    pub(crate) fn begin(&mut self, switch: usize, node: usize, on: bool) -> usize {
        self.next += 1;
        let begin = Instant::now();
        self.writes[switch].push(Write { number: self.next, node, on, begin, end: None });
        self.next
    }

    pub(crate) fn end(&mut self, switch: usize, number: usize) {
        for write in self.writes[switch].iter_mut().filter(|write| write.number == number) {
            write.end = Some(Instant::now());
        }
    }

    /// Nothing was written.
    pub(crate) fn forget(&mut self, switch: usize, number: usize) {
        self.writes[switch].retain(|write| write.number != number);
    }

    /// Whatever was sent has taken effect or never will.
    pub(crate) fn end_all(&mut self, switch: usize) {
        for write in &mut self.writes[switch] {
            write.end.get_or_insert_with(Instant::now);
        }
    }

    /// Forgets old writes that others have overwritten.
    pub(crate) fn prune(&mut self) {
        let Some(past) = Instant::now().checked_sub(OLD) else { return };
        for writes in &mut self.writes {
            let overwritten = overwritten(writes, |write| write.end.is_some_and(|end| end < past));
            writes.retain(|write| !overwritten.contains(&write.number));
        }
    }

    /// The values of a switch that a node may have answered by, if it hears of changes within `bound`, and of
    /// its own at once.
    fn values(&self, switch: usize, found: &Found, bound: Duration) -> impl Iterator<Item = bool> {
        let writes = &self.writes[switch];
        let is_known = |write: &Write| {
            let bound = if write.node == found.node { Duration::ZERO } else { bound };
            write.end.is_some_and(|end| end + bound <= found.asked)
        };
        let overwritten = overwritten(writes, is_known);
        writes
            .iter()
            .filter(move |write| write.begin <= found.answered && !overwritten.contains(&write.number))
            .map(|write| write.on)
    }

    /// The switches at their best: one that may be on is on.
    pub(crate) fn best(&self, found: &Found, bound: Duration) -> Facts {
        Facts(std::array::from_fn(|switch| self.values(switch, found, bound).any(|on| on)))
    }

    /// The switches at their worst.
    pub(crate) fn worst(&self, found: &Found, bound: Duration) -> Facts {
        Facts(std::array::from_fn(|switch| self.values(switch, found, bound).all(|on| on)))
    }

    /// How late a node is if it was not to answer like this: more than the result, up to the next step.
    pub(crate) fn late(&self, found: &Found, is_wrong: impl Fn(Facts) -> bool) -> Duration {
        let steps = STEPS.map(Duration::from_millis);
        let wrong = steps.into_iter().rev().find(|bound| is_wrong(self.best(found, *bound)));
        wrong.map_or(Duration::ZERO, |bound| bound + Duration::from_millis(1))
    }

    /// Whether it is not known if a switch is on.
    pub(crate) fn is_unsettled(&self, switch: usize) -> bool {
        let now = Found::now(0);
        let mut values = self.values(switch, &now, Duration::ZERO);
        let first = values.next();
        values.any(|on| Some(on) != first)
    }
}

/// The numbers of the writes that ended before another one began whose outcome is known.
fn overwritten(writes: &[Write], is_known: impl Fn(&Write) -> bool) -> Vec<usize> {
    let last = writes.iter().filter(|write| is_known(write)).map(|write| write.begin).max();
    let is_before = |write: &&Write| last.is_some_and(|last| write.end.is_some_and(|end| end < last));
    writes.iter().filter(is_before).map(|write| write.number).collect()
}
