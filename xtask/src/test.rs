//! `cargo xtask test`: runs every check and test. The steps that fail fastest come first.

use std::fmt;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::beside::{Beside, Share};
use crate::command::{cargo, line, program, read, root, run};
use crate::install::{self, Tool};
use crate::postgres::{PostgreSql, free_port};
use crate::run::build;
use crate::server::{ADMIN_PASSWORD, Server};
use crate::tally::Tally;

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
            Self::Clients => from_outside("clients", tally),
            Self::Gateways => from_outside("gateways", tally),
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

/// A step, and others that run beside it.
struct Turn {
    step: Step,
    beside: &'static [Step],
    share: Share,
}

const fn alone(step: Step) -> Turn {
    Turn { step, beside: &[], share: Share::Equal }
}

/// All steps. Most Rust tests wait for something most of the time, so the server is built meanwhile. The tests
/// from outside need it.
const TURNS: [Turn; 5] = [
    alone(Step::Format),
    alone(Step::Dependencies),
    alone(Step::Lint),
    Turn { step: Step::Rust, beside: &[Step::Build], share: Share::Rest },
    Turn {
        step: Step::Screens,
        beside: &[Step::Clients, Step::Gateways, Step::Openapi],
        share: Share::Equal,
    },
];

/// What the steps found.
#[derive(Default)]
struct Findings {
    /// A line for each step.
    lines: Vec<String>,
    total: Tally,
    has_no_server: bool,
}

impl Findings {
    /// Runs a step.
    fn run(&mut self, step: Step) {
        println!("\n==> {step}");
        let begin = Instant::now();
        let mut tally = Tally::default();
        match step.run(&mut tally) {
            Ok(()) => tally.passed = tally.passed.max(1),
            Err(error) => {
                eprintln!("{step}: {error:#}");
                tally.failed = tally.failed.max(1);
            }
        }
        let line = format!("{step:<12} {:>6.1} s  {tally}", begin.elapsed().as_secs_f64());
        println!("{ENDED}{line}");
        self.add(step, line, tally);
    }

    /// Waits for the steps of another process, and shows what it printed.
    fn wait_for(&mut self, steps: &[Step], process: Result<Beside>) {
        let output = process.and_then(Beside::output).unwrap_or_else(|error| format!("{error:#}"));
        println!("{output}");
        for &step in steps {
            let ended = format!("{ENDED}{step:<12} ");
            let line = output.lines().find(|line| line.starts_with(&ended));
            let line = line.map_or_else(
                || format!("{step:<12} 0 passed, 1 failed"),
                |line| line[ENDED.len()..].to_owned(),
            );
            let tally = Tally::counted(&line).unwrap_or(Tally { passed: 0, failed: 1 });
            self.add(step, line, tally);
        }
    }

    fn add(&mut self, step: Step, line: String, tally: Tally) {
        self.lines.push(line);
        self.total += tally;
        self.has_no_server |= step == Step::Build && tally.failed > 0;
    }
}

/// Before the line of a step that has ended.
const ENDED: &str = "<== ";

/// Runs the steps. A failed step does not stop the others, except that the tests from outside need a server
/// that could be built.
pub(crate) fn run_all(options: &Options) -> Result<()> {
    // The tests may build this program again. Then the system no longer knows where it was.
    let program = std::env::current_exe()?;
    let is_wanted = |step: &Step| options.only.is_empty() || options.only.contains(step);
    let tools = Step::value_variants().iter().filter(|step| is_wanted(step)).flat_map(|step| step.tools());
    let tools: Vec<Tool> = tools.copied().collect();
    install::tools(&tools)?;
    if tools.contains(&Tool::Node) {
        install::node_modules("e2e")?;
    }

    let begin = Instant::now();
    let mut findings = Findings::default();
    for Turn { step, beside, share } in TURNS {
        let beside: Vec<Step> = beside.iter().copied().filter(is_wanted).collect();
        if !is_wanted(&step) {
            for step in beside {
                findings.run(step);
            }
        } else if beside.is_empty() {
            findings.run(step);
        } else {
            let only = beside.iter().flat_map(|step| ["--only".to_owned(), step.to_string()]);
            let arguments: Vec<String> = std::iter::once("test".to_owned()).chain(only).collect();
            let process = Beside::start(&program, &format!("beside-{step}"), &arguments, share);
            findings.run(step);
            findings.wait_for(&beside, process);
        }
        if findings.has_no_server {
            break;
        }
    }

    let Findings { lines, total, .. } = findings;
    println!("\n{}\n{:<12} {:>6.1} s", lines.join("\n"), "in all", begin.elapsed().as_secs_f64());
    // Scripts read the last line, so it contains only the total.
    println!("{total}");
    if total.failed > 0 {
        std::process::exit(1);
    }
    Ok(())
}

fn dependencies() -> Result<()> {
    let deny = install::CARGO_DENY.program()?;
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
    run(cargo()
        .args(["clippy", "--workspace", "--exclude", "latchkey-frontend", "--all-targets"])
        .args(deny_warnings))?;
    install::wasm_target()?;
    run(cargo()
        .args(["clippy", "--package", "latchkey-frontend", "--target", install::WASM_TARGET])
        .args(deny_warnings))
}

fn rust(tally: &mut Tally) -> Result<()> {
    let mut tests = cargo();
    tests.args(["test", "--workspace", "--exclude", "latchkey-frontend", "--no-fail-fast"]);
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

/// Runs the Python tests of a folder of `e2e` on a new server.
fn from_outside(folder: &str, tally: &mut Tally) -> Result<()> {
    let python = install::python_environment("e2e/clients/requirements.txt")?;
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
    let python = install::python_environment("e2e/clients/requirements.txt")?;
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
