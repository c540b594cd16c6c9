//! How long something took, in fixed buckets.

use std::time::Duration;

use super::counter::Counter;

/// The upper bounds of the buckets. A decision from memory takes some ten microseconds, and a write
/// may wait for seconds.
pub const BOUNDS: [Duration; 18] = [
    Duration::from_micros(10),
    Duration::from_micros(25),
    Duration::from_micros(50),
    Duration::from_micros(100),
    Duration::from_micros(250),
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_micros(2_500),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_millis(2_500),
    Duration::from_secs(10),
];

/// One for each bound, and one for what took longer.
const BUCKETS: usize = BOUNDS.len() + 1;

/// Counts how long something took.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [Counter; BUCKETS],
    nanoseconds: Counter,
}

/// The counts of histograms at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// How many were in each bucket. The last one has no bound.
    pub buckets: [u64; BUCKETS],
    /// How long all took together.
    pub sum: Duration,
}

impl Histogram {
    /// Counts something that took so long.
    pub fn count(&self, took: Duration) {
        self.buckets[BOUNDS.partition_point(|bound| *bound < took)].raise();
        self.nanoseconds.add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Adds its counts to `times`.
    pub fn add_to(&self, times: &mut Times) {
        for (sum, bucket) in times.buckets.iter_mut().zip(&self.buckets) {
            *sum += bucket.get();
        }
        times.sum += Duration::from_nanos(self.nanoseconds.get());
    }
}

impl Times {
    /// How many were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_in_the_first_bucket_that_holds_it() {
        let histogram = Histogram::default();
        let took = [Duration::ZERO, BOUNDS[0], BOUNDS[0] + Duration::from_nanos(1), Duration::from_mins(1)];
        for took in took {
            histogram.count(took);
        }
        let mut times = Times::default();
        histogram.add_to(&mut times);
        assert_eq!((times.buckets[0], times.buckets[1], times.buckets[BUCKETS - 1]), (2, 1, 1));
        assert_eq!((times.count(), times.sum), (4, took.iter().sum()));
    }

    #[test]
    fn bounds_ascend() {
        assert!(BOUNDS.is_sorted_by(|one, other| one < other));
    }
}
