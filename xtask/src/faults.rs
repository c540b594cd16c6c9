//! `cargo xtask faults`: breaks things at length, and writes what came of it to `docs/reliability.md`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::before;
use crate::command::{cargo, read, root, run, target};
use crate::install::{self, Tool, postgres_program};
use crate::postgres::PostgreSql;
use crate::test::POSTGRES_URL;

/// The options of `cargo xtask faults`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Runs only the rows whose name contains this. Other rows of the document stay as they are.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Repeats each fault so often, instead of the usual number.
    #[arg(long)]
    times: Option<usize>,
    /// The commit of the release before, for the upgrade [default: the last tag].
    #[arg(long, value_name = "COMMIT")]
    before: Option<String>,
    /// Lists the rows, and runs none.
    #[arg(long)]
    list: bool,
}

/// A fault: the test that causes it, and how often. For the soak it is minutes, for parsers inputs.
struct Row {
    name: &'static str,
    test: &'static str,
    times: usize,
}

const fn row(name: &'static str, test: &'static str, times: usize) -> Row {
    Row { name, test, times }
}

/// The row that needs the program of the release before.
const UPGRADE: &str = "upgrade";

/// The rows, in the order of the document. A test may have one for each engine.
const ROWS: [Row; 25] = [
    row("kill", "crash::a_killed_server_loses_nothing", 100),
    row("power-sqlite", "unsynced::a_power_cut_loses_nothing_on_sqlite", 20),
    row("power-postgres", "unsynced::a_power_cut_loses_nothing_on_postgres", 20),
    row("failover", "failover::a_promoted_standby_loses_nothing_and_no_node_is_restarted", 10),
    row("old-primary", "failover::an_old_primary_that_still_lives_lets_nothing_pass", 5),
    row("postgres-restarts", "outages::postgresql_restarts", 10),
    row("postgres-dies", "outages::postgresql_dies", 10),
    row("postgres-stands-still", "outages::postgresql_stands_still", 5),
    row("connections-reset", "outages::connections_are_reset", 20),
    row("half-open", "outages::the_network_swallows", 5),
    row("feed-cut", "outages::the_feed_is_cut", 5),
    row("frozen-1", "frozen::a_node_stands_still_for_1_s", 20),
    row("frozen-12", "frozen::a_node_stands_still_for_12_s", 5),
    row("frozen-30", "frozen::a_node_stands_still_for_30_s", 3),
    row("disk-full", "full_disk::a_full_disk_still_allows_withdrawals_and_recovers", 10),
    row("disk-full-postgres", "full_postgres::postgresql_on_a_full_disk", 5),
    row("copied-back", "back_in_time::a_file_that_is_copied_back_brings_nothing_back", 5),
    row(
        "backup-restored",
        "back_in_time::a_base_backup_that_is_restored_under_a_fleet_brings_nothing_back",
        5,
    ),
    row("standby-lagged", "back_in_time::a_standby_that_lagged_and_is_promoted_brings_nothing_back", 5),
    row("log-full", "operation::a_log_that_cannot_be_written_fails_no_request", 1_000),
    row("clock", "clocks::a_clock_that_jumps_an_hour_changes_nothing", 10),
    row(UPGRADE, "upgrades::a_fleet_is_upgraded_and_rolled_back_under_load", 3),
    row("parsers", "fuzz::changed", 1_000_000),
    row("documents", "fuzz::documents", 1_000_000),
    row("soak", "soak::nothing_withdrawn_passes_and_memory_does_not_grow", 20),
];

const DOCUMENT: &str = "docs/reliability.md";
/// Around the table.
const BEGIN: &str = "<!-- cargo xtask faults writes from here -->";
const END: &str = "<!-- to here -->";
const HEAD: &str = "| fault | engine | times | answers checked | wrong | works again after (median, longest) | | measured |\n\
     |---|---|---|---|---|---|---|---|\n";

/// Runs the rows one after the other. The document is written after each.
pub(crate) fn faults(options: &Options) -> Result<()> {
    let wanted = |row: &&Row| options.only.as_ref().is_none_or(|only| row.name.contains(only));
    let rows: Vec<&Row> = ROWS.iter().filter(wanted).collect();
    if options.list {
        for row in rows {
            println!("{:22} {:9} {}", row.name, row.times, row.test);
        }
        return Ok(());
    }
    install::tools(&[Tool::PostgreSql, Tool::Faketime])?;
    let own = if std::env::var_os(POSTGRES_URL).is_some() { None } else { Some(PostgreSql::start()?) };
    let mut failed = Vec::new();
    for row in rows {
        let told = target()?.join("faults.txt");
        let _ = fs::remove_file(&told);
        let mut test = cargo();
        test.args(["test", "--package", "latchkey", "--test", "api", "--", "--nocapture", row.test])
            .env("LATCHKEY_TEST_FAULTS", options.times.unwrap_or(row.times).to_string())
            .env("LATCHKEY_TEST_FAULTS_FILE", &told);
        if let Some(server) = &own {
            test.env(POSTGRES_URL, server.url());
        }
        if row.name == UPGRADE {
            let Some(program) = before::build(options.before.as_deref())? else {
                eprintln!("==> {UPGRADE} is left out: there is no tag. Name a commit with --before.");
                continue;
            };
            test.env("LATCHKEY_TEST_OLD_PROGRAM", program);
        }
        if run(&mut test).is_err() {
            failed.push(row.name);
        }
        note(&root().join(DOCUMENT), &fs::read_to_string(&told).unwrap_or_default())?;
        let _ = fs::remove_file(&told);
    }
    if !failed.is_empty() {
        bail!("these failed: {}", failed.join(", "));
    }
    Ok(())
}

/// Puts what the tests told into the table of the document.
fn note(document: &Path, told: &str) -> Result<()> {
    let text = fs::read_to_string(document).with_context(|| format!("no {}", document.display()))?;
    let (before, rest) = text.split_once(BEGIN).context("the document has no place for the table")?;
    let (table, after) = rest.split_once(END).context("the document has no end of the table")?;
    let key = |line: &str| line.splitn(3, " | ").take(2).collect::<Vec<_>>().join(" | ");
    let mut lines: Vec<String> = rows_of(table);
    let today = read(Command::new("date").arg("+%F"))?;
    for line in told.lines() {
        let line = format!("{line} | {today}");
        match lines.iter_mut().find(|known| key(known) == key(&line)) {
            Some(known) => *known = line,
            None => lines.push(line),
        }
    }
    let mut written = format!("{before}{BEGIN}\n\n{}\n\n{HEAD}", machine()?);
    for line in &lines {
        writeln!(written, "| {line} |")?;
    }
    write!(written, "\n{END}{after}")?;
    Ok(fs::write(document, written)?)
}

/// The rows of a table, without the bars around them.
fn rows_of(table: &str) -> Vec<String> {
    let rows = table.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    rows.filter(|row| !row.starts_with("fault |")).map(str::to_owned).collect()
}

/// What it was measured with.
fn machine() -> Result<String> {
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = memory.lines().find_map(|line| line.strip_prefix("MemTotal:")).unwrap_or("unknown").trim();
    Ok(format!(
        "Machine: {}, {} cores, {total} of memory, Linux {}. {}. {}. SQLite is the one in sqlx of `Cargo.lock`.",
        model.trim_start_matches([' ', '\t', ':']),
        std::thread::available_parallelism()?,
        fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim(),
        read(Command::new("rustc").arg("--version"))?,
        postgres_version(&postgres_program("postgres")?)?
    ))
}

fn postgres_version(program: &PathBuf) -> Result<String> {
    read(Command::new(program).arg("--version"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_of_a_table_are_read_as_they_are_written() {
        let table = format!("{HEAD}| a disk is full | SQLite | 1 | 2 | 0 | 0.1 s, 0.1 s |  | today |\n");
        assert_eq!(rows_of(&table), ["a disk is full | SQLite | 1 | 2 | 0 | 0.1 s, 0.1 s |  | today"]);
    }

    #[test]
    fn each_row_is_a_test_that_exists() {
        for row in &ROWS {
            let (module, name) = row.test.split_once("::").unwrap_or_default();
            let file = root().join(format!("backend/tests/api/{module}.rs"));
            let source = fs::read_to_string(&file).unwrap_or_default();
            assert!(source.contains(name) && !source.is_empty(), "{}", row.test);
        }
    }
}
