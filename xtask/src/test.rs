//! `cargo xtask test`: runs every check and test. The steps that fail fastest come first.

use std::fmt;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::ops::AddAssign;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::command::{cargo, line, program, read, root, run};
use crate::install::{self, Tool};
use crate::postgres::{PostgreSql, free_port};
use crate::run::build;
use crate::server::{ADMIN_PASSWORD, Server};

/// The environment variable with the URL of the PostgreSQL server for the Rust tests.
pub(crate) const POSTGRES_URL: &str = "LATCHKEY_TEST_POSTGRES_URL";

/// The options of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Runs only this step. May be given several times.
    #[arg(long, value_enum, value_name = "STEP")]
    only: Vec<Step>,
}

/// A step of the tests. The steps after `build` use the server that it builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// cargo fmt
    Format,
    /// Licences, sources and advisories of the dependencies
    Dependencies,
    /// clippy, for the server and for the browser
    Lint,
    /// The Rust tests, on SQLite and on PostgreSQL
    Rust,
    /// The release server with the screens inside
    Build,
    /// The README's journey with public Python and Node libraries
    Clients,
    /// nginx, Caddy, HAProxy and Envoy with the published recipes
    Gateways,
    /// schemathesis: the server follows its OpenAPI document; Redocly and Spectral: the document is sound
    Openapi,
    /// The screens in Chromium, on SQLite and on PostgreSQL
    Screens,
}

impl Step {
    fn tools(self) -> &'static [Tool] {
        match self {
            Self::Format | Self::Dependencies | Self::Lint | Self::Build => &[],
            Self::Rust => &[Tool::PostgreSql, Tool::Faketime, Tool::Prometheus],
            Self::Clients => &[Tool::Python, Tool::Node, Tool::Curl, Tool::Jdk],
            Self::Gateways => &[Tool::Python, Tool::Curl, Tool::Gateways],
            Self::Openapi => &[Tool::Python, Tool::Node],
            Self::Screens => &[Tool::Node, Tool::Chromium, Tool::ChineseFont, Tool::Sqlite, Tool::PostgreSql],
        }
    }

    /// Runs the step and adds the numbers of its tests to the tally.
    fn run(self, tally: &mut Tally) -> Result<()> {
        match self {
            Self::Format => run(cargo().args(["fmt", "--all", "--check"])),
            Self::Dependencies => dependencies(),
            Self::Lint => lint(),
            Self::Rust => rust(tally),
            Self::Build => build().map(drop),
            Self::Clients => clients(tally),
            Self::Gateways => gateways(tally),
            Self::Openapi => openapi(),
            Self::Screens => screens(tally),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.to_possible_value().as_ref().map_or("", |value| value.get_name()))
    }
}

/// The numbers of passed and failed tests. A step that reports no tests counts as one test.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    passed: usize,
    failed: usize,
}

impl Tally {
    /// Parses the summary line of a test runner: cargo's `test result: ok. 7 passed; 0 failed; …`, pytest's
    /// `=== 1 failed, 6 passed in 2.01s ===` or Playwright's ` 7 passed (2.0s)`.
    fn parse(line: &str) -> Option<Self> {
        let starts_with_count = line.trim_start().starts_with(|c: char| c.is_ascii_digit());
        if !(line.starts_with("test result:") || line.starts_with("===") || starts_with_count) {
            return None;
        }
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

/// Runs the steps. A failed step does not stop the others, except that the tests from outside need a server
/// that could be built.
pub(crate) fn run_all(options: &Options) -> Result<()> {
    let wanted = |step: &Step| options.only.is_empty() || options.only.contains(step);
    let steps: Vec<Step> = Step::value_variants().iter().copied().filter(wanted).collect();
    let tools: Vec<Tool> = steps.iter().flat_map(|step| step.tools()).copied().collect();
    install::tools(&tools)?;

    let begin = Instant::now();
    let mut total = Tally::default();
    let mut summary = Vec::new();
    for step in steps {
        println!("\n==> {step}");
        let begin = Instant::now();
        let mut tally = Tally::default();
        let result = step.run(&mut tally);
        match &result {
            Ok(()) => tally.passed = tally.passed.max(1),
            Err(error) => {
                eprintln!("{step}: {error:#}");
                tally.failed = tally.failed.max(1);
            }
        }
        let line = format!("{step:<12} {:>6.1} s  {tally}", begin.elapsed().as_secs_f64());
        println!("<== {line}");
        summary.push(line);
        total += tally;
        if step == Step::Build && result.is_err() {
            break;
        }
    }

    println!("\n{}\n{:<12} {:>6.1} s", summary.join("\n"), "in all", begin.elapsed().as_secs_f64());
    // Scripts read the last line, so it contains only the total.
    println!("{total}");
    if total.failed > 0 {
        std::process::exit(1);
    }
    Ok(())
}

fn dependencies() -> Result<()> {
    let deny = install::cargo_deny()?;
    let check = |what: &[&str]| run(program(&deny).args(["check", "--hide-inclusion-graph"]).args(what));
    check(&["licenses", "bans", "sources"])?;
    match read(program(&deny).args(["fetch", "db"]).env("GIT_TERMINAL_PROMPT", "0")) {
        Ok(_) => check(&["advisories"]),
        Err(error) => {
            println!("SKIPPED: advisories, because their database cannot be reached: {error:#}");
            Ok(())
        }
    }
}

fn lint() -> Result<()> {
    let deny_warnings = ["--", "--deny", "warnings"];
    run(cargo().args(["clippy", "--workspace", "--all-targets"]).args(deny_warnings))?;
    install::wasm_target()?;
    run(cargo()
        .args(["clippy", "--package", "latchkey-frontend", "--target", install::WASM_TARGET])
        .args(deny_warnings))
}

fn rust(tally: &mut Tally) -> Result<()> {
    let mut tests = cargo();
    tests.args(["test", "--workspace", "--no-fail-fast"]);
    // Most tests wait for something most of the time.
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    tests.env("RUST_TEST_THREADS", (2 * cores).to_string());
    let given = std::env::var_os(POSTGRES_URL);
    let server = if given.is_none() { Some(PostgreSql::start()?) } else { None };
    if let Some(server) = &server {
        tests.env(POSTGRES_URL, server.url());
    }
    run_counted(&mut tests, tally)
}

fn clients(tally: &mut Tally) -> Result<()> {
    install::node_modules("e2e")?;
    from_outside("clients", tally)
}

fn gateways(tally: &mut Tally) -> Result<()> {
    from_outside("gateways", tally)
}

/// Runs the Python tests of a folder of `e2e` on a new server.
fn from_outside(folder: &str, tally: &mut Tally) -> Result<()> {
    let python = install::python_environment()?;
    // A test receives traces and metrics here. Before and after it, nobody does.
    let otlp = format!("http://127.0.0.1:{}", free_port()?);
    let metrics = format!("127.0.0.1:{}", free_port()?);
    let arguments =
        ["--otlp-endpoint", &otlp, "--metrics-interval", "500", "--metrics-listen", metrics.as_str()];
    let server = Server::start(&build()?, folder, &arguments)?;
    run_counted(
        on_server(program(python), &server)
            .env("LATCHKEY_OTLP", &otlp)
            .env("LATCHKEY_METRICS", format!("http://{metrics}/metrics"))
            .args(["-m", "pytest", "-p", "no:cacheprovider"])
            .arg(format!("e2e/{folder}")),
        tally,
    )?;
    server.stop()
}

fn openapi() -> Result<()> {
    let python = install::python_environment()?;
    install::node_modules("e2e")?;
    let server = Server::start(&build()?, "openapi", &[])?;
    run(on_server(program(python), &server).arg("e2e/clients/conformance.py"))?;
    let document = format!("{}/api/openapi.json", server.url());
    let linter = |name: &str| {
        let mut linter = program(root().join("e2e/node_modules/.bin").join(name));
        // Redocly sends telemetry by default.
        linter.arg("lint").arg(&document).env("REDOCLY_TELEMETRY", "off");
        linter
    };
    run(linter("redocly").args(["--config", "e2e/redocly.yaml"]))?;
    run(linter("spectral").args(["--ruleset", "e2e/spectral.yaml", "--fail-severity", "warn"]))?;
    server.stop()
}

/// Runs all screen tests on SQLite and the smoke test on PostgreSQL. On both, measures how soon the list
/// appears with 10,000 tokens.
fn screens(tally: &mut Tally) -> Result<()> {
    install::node_modules("e2e")?;
    let e2e = root().join("e2e");
    let artefacts = e2e.join("artefacts");
    if artefacts.exists() {
        fs::remove_dir_all(&artefacts)?;
    }
    let chromium = install::chromium()?;
    let mut playwright = |server: &Server, project: &str| {
        let mut tests = on_server(program(e2e.join("node_modules/.bin/playwright")), server);
        tests.current_dir(&e2e).args(["test", "--project", project]).env("LATCHKEY_CHROMIUM", &chromium);
        run_counted(&mut tests, tally)
    };
    let many = || fs::File::open(e2e.join("screens/support/ten_thousand_tokens.sql"));
    let binary = build()?;

    // A failed project does not stop the others.
    let mut server = Server::start(&binary, "screens", &["--demo"])?;
    let mut results = vec![playwright(&server, "screens")];
    server
        .restart_after(|server| run(program("sqlite3").arg("-bail").arg(server.sqlite()).stdin(many()?)))?;
    results.push(playwright(&server, "speed"));
    server.stop()?;

    let postgres = PostgreSql::start()?;
    let key = "bm90IGEgc2VjcmV0OiB0aGUga2V5IG9mIHRlc3RzISE=";
    let arguments = ["--database-url", &postgres.url(), "--master-key", key];
    let mut server = Server::start(&binary, "screens-postgres", &arguments)?;
    results.push(playwright(&server, "smoke"));
    server.restart_after(|_| {
        run(program(install::postgres_program("psql")?)
            .args(["--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", &postgres.url()])
            .stdin(many()?))
    })?;
    results.push(playwright(&server, "speed"));
    server.stop()?;
    results.into_iter().collect()
}

/// Passes the address and the password of the server to the tests as environment variables.
fn on_server(mut tests: Command, server: &Server) -> Command {
    tests.env("LATCHKEY_URL", server.url()).env("LATCHKEY_ADMIN_PASSWORD", ADMIN_PASSWORD);
    tests
}

/// Runs the command, forwards its output and adds the numbers of its tests to the tally.
fn run_counted(command: &mut Command, tally: &mut Tally) -> Result<()> {
    eprintln!("$ {}", line(command));
    let mut tests =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {}", line(command)))?;
    let output = tests.stdout.take().context("the output is piped")?;
    for line in BufReader::new(output).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        *tally += Tally::parse(&line).unwrap_or_default();
    }
    let status = tests.wait()?;
    if !status.success() {
        bail!("{} failed: {status}", line(command));
    }
    Ok(())
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
}
