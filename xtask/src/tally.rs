//! Counts the tests that passed and failed, as their runners report them.

use std::fmt;
use std::ops::AddAssign;

/// The numbers of passed and failed tests. A step that reports no tests counts as one test.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Tally {
    /// Parses the summary line of a test runner: cargo's `test result: ok. 7 passed; 0 failed; …`, pytest's
    /// `=== 1 failed, 6 passed in 2.01s ===` or Playwright's ` 7 passed (2.0s)`.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let starts_with_count = line.trim_start().starts_with(|c: char| c.is_ascii_digit());
        if !(line.starts_with("test result:") || line.starts_with("===") || starts_with_count) {
            return None;
        }
        Self::counted(line)
    }

    /// The counts before the words `passed` and `failed`.
    pub(crate) fn counted(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let count = |what: &str| -> Option<usize> {
            let at = words.iter().position(|word| word.trim_end_matches([',', ';']) == what)?;
            words[at.checked_sub(1)?].parse().ok()
        };
        let (passed, failed) = (count("passed"), count("failed"));
        (passed.is_some() || failed.is_some())
            .then(|| Self { passed: passed.unwrap_or(0), failed: failed.unwrap_or(0) })
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_of_three_runners_are_understood() {
        for (line, passed, failed) in [
            ("test result: FAILED. 7 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out", 7, 2),
            ("========= 1 failed, 6 passed, 1 warning in 2.01s =========", 6, 1),
            ("  12 passed (4.2s)", 12, 0),
            ("  1 failed", 0, 1),
        ] {
            assert_eq!(Tally::parse(line), Some(Tally { passed, failed }), "{line}");
        }
    }

    #[test]
    fn a_line_that_only_mentions_tests_is_not_counted() {
        for line in ["all 7 passed", "=== test session starts ===", "test a_call_that 1 failed ... ok", ""] {
            assert_eq!(Tally::parse(line), None, "{line}");
        }
    }

    #[test]
    fn the_counts_of_a_step_are_understood() {
        let line = "clients        40.7 s  110 passed, 2 failed";
        assert_eq!(Tally::counted(line), Some(Tally { passed: 110, failed: 2 }));
        assert_eq!(Tally::counted("clients        40.7 s"), None);
    }
}
