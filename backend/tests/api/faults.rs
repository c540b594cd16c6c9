//! Faults are tested briefly here, and at length by `cargo xtask faults`, which reads the numbers.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

use crate::server::Where;

/// How often a test repeats a fault: briefly, or as often as `cargo xtask faults` wants.
pub(crate) fn times(briefly: usize) -> usize {
    std::env::var("LATCHKEY_TEST_FAULTS").map_or(briefly, |times| times.parse().unwrap())
}

/// What a fault did.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// How often it happened.
    pub(crate) times: usize,
    /// How many answers were checked.
    pub(crate) checked: usize,
    /// How many of them were lost, resurrected, or allowed wrongly.
    pub(crate) wrong: usize,
    /// How long each time took until everything worked again.
    pub(crate) back: Vec<Duration>,
    /// What else was measured.
    pub(crate) note: String,
}

impl Report {
    /// Prints it, and writes it for `cargo xtask faults`. Fails if anything was wrong.
    pub(crate) fn tell(self, fault: &str, place: &Where) {
        self.tell_of(fault, if place.database_url.is_some() { "PostgreSQL" } else { "SQLite" });
    }

    /// The same for an engine by its name.
    pub(crate) fn tell_of(mut self, fault: &str, engine: &str) {
        self.back.sort_unstable();
        let mut line = format!("{fault} | {engine} | {} | {} | {} | ", self.times, self.checked, self.wrong);
        if let (Some(longest), Some(middle)) = (self.back.last(), self.back.get(self.back.len() / 2)) {
            write!(line, "{:.1} s, {:.1} s", middle.as_secs_f64(), longest.as_secs_f64()).unwrap();
        }
        write!(line, " | {}", self.note).unwrap();
        eprintln!("{line}");
        if let Some(file) = std::env::var_os("LATCHKEY_TEST_FAULTS_FILE") {
            let mut file = std::fs::OpenOptions::new().append(true).create(true).open(file).unwrap();
            writeln!(file, "{line}").unwrap();
        }
        assert_eq!(self.wrong, 0, "{line}");
    }
}
