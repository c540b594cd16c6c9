//! Counts of calls.

use std::collections::BTreeMap;

use latchkey_shared::ids::{ApiId, TokenId};
use latchkey_shared::tokens::CallCount;
use latchkey_shared::verify::Reason;

pub(super) const HOUR: i64 = 60 * 60 * 1_000;

/// The start of the hour of a time.
pub(super) fn hour_of(at: i64) -> i64 {
    at - at.rem_euclid(HOUR)
}

/// Calls of one token in one hour with the same API and the same outcome.
#[derive(Clone)]
pub(super) struct Tally {
    pub(super) hour: i64,
    pub(super) api: Option<ApiId>,
    pub(super) denied: Option<Reason>,
    pub(super) count: i64,
}

/// The calls of one token.
#[derive(Clone, Default)]
pub(super) struct Counts {
    pub(super) last_used_at: i64,
    /// There are few for each token, so a list is faster than a map.
    pub(super) tallies: Vec<Tally>,
}

impl Counts {
    /// Counts a call.
    pub(super) fn add(&mut self, at: i64, api: Option<&ApiId>, denied: Option<Reason>) {
        self.last_used_at = self.last_used_at.max(at);
        let hour = hour_of(at);
        if let Some(tally) = self.tally(hour, api, denied) {
            tally.count += 1;
            return;
        }
        // Most tokens have one. An empty list would make room for four.
        if self.tallies.is_empty() {
            self.tallies.reserve_exact(1);
        }
        self.tallies.push(Tally { hour, api: api.cloned(), denied, count: 1 });
    }

    pub(super) fn add_all(&mut self, other: Self) {
        self.last_used_at = self.last_used_at.max(other.last_used_at);
        for more in other.tallies {
            match self.tally(more.hour, more.api.as_ref(), more.denied) {
                Some(tally) => tally.count += more.count,
                None => self.tallies.push(more),
            }
        }
    }

    fn tally(&mut self, hour: i64, api: Option<&ApiId>, denied: Option<Reason>) -> Option<&mut Tally> {
        let same = |one: &&mut Tally| one.hour == hour && one.api.as_ref() == api && one.denied == denied;
        self.tallies.iter_mut().find(same)
    }

    pub(super) fn by_hour(&self) -> Hours {
        let mut hours = Hours::default();
        for tally in &self.tallies {
            hours.add(tally.hour, tally.denied, tally.count);
        }
        hours
    }
}

/// Calls by the hour.
#[derive(Clone, Default)]
pub(super) struct Hours(pub(super) BTreeMap<i64, CallCount>);

impl Hours {
    pub(super) fn add(&mut self, hour: i64, denied: Option<Reason>, count: i64) {
        let calls = self.0.entry(hour).or_default();
        match denied {
            None => calls.allowed += count,
            Some(_) => calls.denied += count,
        }
    }

    pub(super) fn add_all(&mut self, other: Self) {
        for (hour, more) in other.0 {
            let calls = self.0.entry(hour).or_default();
            calls.allowed += more.allowed;
            calls.denied += more.denied;
        }
    }
}

/// Counts to write. Tokens are in the order of their ids: neighbours share pages of the
/// database, which makes writing several times faster.
#[derive(Clone, Default)]
pub(super) struct Batch {
    /// The calls of all tokens together, deleted ones too.
    pub(super) hours: Hours,
    pub(super) tokens: BTreeMap<TokenId, Counts>,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.hours.0.is_empty() && self.tokens.is_empty()
    }

    pub(super) fn add_all(&mut self, other: Self) {
        if self.is_empty() {
            *self = other;
            return;
        }
        self.hours.add_all(other.hours);
        for (token, counts) in other.tokens {
            self.tokens.entry(token).or_default().add_all(counts);
        }
    }

    /// Takes about this many tallies out.
    pub(super) fn take(&mut self, tallies: usize) -> Self {
        let mut taken = Self { hours: std::mem::take(&mut self.hours), tokens: BTreeMap::new() };
        let mut left = tallies;
        while left > 0
            && let Some(mut first) = self.tokens.first_entry()
        {
            let id = first.key().clone();
            let counts = first.get_mut();
            if counts.tallies.len() > left {
                let rest = counts.tallies.split_off(left);
                let some = std::mem::replace(&mut counts.tallies, rest);
                taken.tokens.insert(id, Counts { last_used_at: counts.last_used_at, tallies: some });
                break;
            }
            let counts = first.remove();
            left -= counts.tallies.len();
            taken.tokens.insert(id, counts);
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_in_the_hour_in_which_they_were_made() {
        let (mut counts, api) = (Counts::default(), ApiId::new());
        let late = 5 * HOUR - 1;
        counts.add(late, Some(&api), None);
        counts.add(late, Some(&api), None);
        counts.add(late + 1, None, Some(Reason::NoSuchApi));
        assert_eq!(counts.last_used_at, late + 1);
        let hours = counts.by_hour().0;
        assert_eq!(hours[&(4 * HOUR)], CallCount { allowed: 2, denied: 0 });
        assert_eq!(hours[&(5 * HOUR)], CallCount { allowed: 0, denied: 1 });
    }

    #[test]
    fn a_batch_is_taken_in_parts_of_the_same_size() {
        let mut all = Batch::default();
        let apis: Vec<ApiId> = (0..25).map(|_| ApiId::new()).collect();
        for _ in 0..4 {
            let counts = all.tokens.entry(TokenId::new()).or_default();
            for api in &apis {
                counts.add(HOUR, Some(api), None);
            }
        }
        all.hours.add(HOUR, None, 100);
        let (mut sizes, mut again) = (Vec::new(), Batch::default());
        while !all.is_empty() {
            let taken = all.take(30);
            sizes.push(taken.tokens.values().map(|counts| counts.tallies.len()).sum::<usize>());
            again.add_all(taken);
        }
        assert_eq!(sizes, [30, 30, 30, 10]);
        assert_eq!(again.tokens.len(), 4);
        assert!(again.tokens.values().all(|counts| counts.by_hour().0[&HOUR].allowed == 25));
        assert_eq!(again.hours.0[&HOUR].allowed, 100);
    }
}
