//! The report: tables of what was measured, each row beside its goal.

use std::fmt::Write as _;
use std::time::Duration;

/// The tables so far, in the order in which they were begun.
#[derive(Default)]
pub(crate) struct Report {
    tables: Vec<Table>,
}

/// A table has a column for each engine or person.
struct Table {
    title: String,
    note: &'static str,
    columns: Vec<String>,
    rows: Vec<Row>,
}

struct Row {
    what: String,
    goal: &'static str,
    /// The column of each cell, and what was measured.
    cells: Vec<(usize, String)>,
}

/// A column of a table.
pub(crate) struct Column<'r> {
    table: &'r mut Table,
    number: usize,
}

impl Report {
    /// The column of a table. Both are made if they are not there.
    pub(crate) fn column(&mut self, title: &str, note: &'static str, column: &str) -> Column<'_> {
        let at = self.tables.iter().position(|table| table.title == title).unwrap_or_else(|| {
            let table = Table { title: title.to_owned(), note, columns: Vec::new(), rows: Vec::new() };
            self.tables.push(table);
            self.tables.len() - 1
        });
        let table = &mut self.tables[at];
        let number = table.columns.iter().position(|one| one == column).unwrap_or_else(|| {
            table.columns.push(column.to_owned());
            table.columns.len() - 1
        });
        Column { table, number }
    }

    /// The tables as Markdown.
    pub(crate) fn markdown(&self) -> String {
        self.tables.iter().map(Table::markdown).collect::<Vec<_>>().join("\n")
    }
}

impl Column<'_> {
    /// Writes what was measured into a row.
    pub(crate) fn row(&mut self, what: &str, goal: &'static str, measured: impl Into<String>) {
        let (number, measured) = (self.number, measured.into());
        eprintln!("{}, {}: {what}: {measured}", self.table.title, self.table.columns[number]);
        let rows = &mut self.table.rows;
        let at = rows.iter().position(|row| row.what == what).unwrap_or_else(|| {
            rows.push(Row { what: what.to_owned(), goal, cells: Vec::new() });
            rows.len() - 1
        });
        rows[at].cells.push((number, measured));
    }
}

impl Table {
    fn markdown(&self) -> String {
        let has_goals = self.rows.iter().any(|row| !row.goal.is_empty());
        let line = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
        let mut head = vec![""];
        head.extend(has_goals.then_some("goal"));
        head.extend(self.columns.iter().map(String::as_str));
        let mut written = format!("## {}\n\n", self.title);
        if !self.note.is_empty() {
            let _ = writeln!(written, "{}\n", self.note);
        }
        written += &(line(head.clone()) + "|" + &"---|".repeat(head.len()) + "\n");
        for row in &self.rows {
            let cell = |number: usize| {
                row.cells
                    .iter()
                    .find(|(column, _)| *column == number)
                    .map_or("–", |(_, cell)| cell.as_str())
            };
            let mut cells = vec![row.what.as_str()];
            cells.extend(has_goals.then_some(row.goal));
            cells.extend((0..self.columns.len()).map(cell));
            written += &line(cells);
        }
        written
    }
}

/// A number with its thousands apart.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut written = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

/// How many there were in a second.
pub(crate) fn a_second(rate: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate is small and positive"
    )]
    let rounded = rate.round() as u64;
    format!("{}/s", thousands(rounded))
}

/// A time, with the unit that suits it.
pub(crate) fn time(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds >= 1.0 => format!("{seconds:.1} s"),
        seconds if seconds >= 0.01 => format!("{:.0} ms", seconds * 1e3),
        seconds if seconds >= 0.001 => format!("{:.1} ms", seconds * 1e3),
        seconds => format!("{:.0} µs", seconds * 1e6),
    }
}
