//! The questions that people ask of lists, and how long the answers take.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use reqwest::StatusCode;
use serde_json::Value;

use crate::data::{Person, ordinary_api, popular_api};
use crate::names::{ABSENT, CHINESE, COMMON, MISTYPED, RARE, WORD};
use crate::server::{Caller, Server};

/// How often a question is asked, one time after the other.
const TIMES: usize = 20;
/// A question that took longer than this in all is asked no more, but at least twice.
const ENOUGH: Duration = Duration::from_secs(3);
/// The pages before the deep page, and how many items each of them has.
const PAGES: usize = 20;
const LARGEST: usize = 200;
/// As many of the pages are turned as this time allows.
const PATIENCE: Duration = Duration::from_secs(20);

/// A question in a report.
struct Question {
    title: &'static str,
    path: String,
    /// Whether a later page is asked for.
    is_deep: bool,
}

impl Question {
    fn new(title: &'static str, path: impl Into<String>) -> Self {
        Self { title, path: path.into(), is_deep: false }
    }

    fn deep(title: &'static str, path: impl Into<String>) -> Self {
        Self { is_deep: true, ..Self::new(title, path) }
    }
}

fn about_tokens(person: &Person) -> Vec<Question> {
    let (big, small) = person.projects();
    let tokens = |title, filter: String| Question::new(title, format!("/tokens?{filter}"));
    vec![
        tokens("first page", "limit=50".into()),
        Question::deep("deep page", "/tokens?"),
        tokens("`sort=name`", "sort=name".into()),
        Question::deep("`sort=name`, deep page", "/tokens?sort=name&"),
        tokens("`kind=jwt`", "kind=jwt".into()),
        tokens("`kind=rsa`", "kind=rsa".into()),
        tokens("`kind=rsa`, `sort=name`", "kind=rsa&sort=name".into()),
        tokens("`status=disabled`", "status=disabled".into()),
        tokens("`status=expired`", "status=expired".into()),
        tokens("`status=active` and a word", format!("status=active&q={WORD}")),
        tokens("a common word", format!("q={COMMON}")),
        tokens("`kind=jwt` and a common word", format!("kind=jwt&q={COMMON}")),
        tokens("two characters", "q=bi".into()),
        tokens("two Chinese characters", format!("q={CHINESE}")),
        tokens("a rare text", format!("q={RARE}")),
        tokens("an absent text", format!("q={ABSENT}")),
        tokens("two mistyped words", format!("q={MISTYPED}")),
        tokens("a big project", format!("project={big}")),
        tokens("a small project", format!("project={small}")),
        tokens("a big project and a word", format!("project={big}&q={WORD}")),
        tokens("an API of many tokens", format!("api={}", popular_api())),
        tokens("an API of few tokens", format!("api={}", ordinary_api())),
        tokens("`total=true`", "total=true".into()),
        tokens("a common word, `total=true`", format!("q={COMMON}&total=true")),
    ]
}

fn about_others() -> Vec<Question> {
    vec![
        Question::new("projects, first page", "/projects"),
        Question::new("projects, a word", format!("/projects?q={WORD}")),
        Question::new("projects, an absent text", format!("/projects?q={ABSENT}")),
        Question::new("APIs, first page", "/apis"),
        Question::new("APIs, a word", format!("/apis?q={WORD}")),
        Question::new("APIs, an absent text", format!("/apis?q={ABSENT}")),
        Question::new("APIs to grant", "/apis?grantable=jwt"),
        Question::new("systems", "/systems"),
        Question::new("systems to grant", "/systems?grantable=jwt"),
        Question::new("users, first page", "/users"),
        Question::new("users, a word", format!("/users?q={WORD}")),
        Question::new("users, an absent text", format!("/users?q={ABSENT}")),
    ]
}

/// Asks everything as everybody. Returns the tables.
pub(crate) async fn tables(server: &Server) -> Result<String> {
    let people = Person::all();
    let mut columns = Vec::new();
    for person in &people {
        let caller = server.log_in(person.username).await?;
        let mut column = Vec::new();
        for question in about_tokens(person).into_iter().chain(about_others()) {
            let cell = ask(&caller, &question).await.with_context(|| question.path.clone())?;
            eprintln!("{}, {}: {cell}", person.title, question.title);
            column.push((question.title, cell));
        }
        columns.push(column);
    }
    let titles: Vec<&str> = people.iter().map(|person| person.title).collect();
    let mut written = format!("| | {} |\n|---|{}\n", titles.join(" | "), "---|".repeat(titles.len()));
    for row in 0..columns[0].len() {
        let cells: Vec<&str> = columns.iter().map(|column| column[row].1.as_str()).collect();
        writeln!(written, "| {} | {} |", columns[0][row].0, cells.join(" | "))?;
    }
    Ok(written)
}

/// A cell: the median and the worst time in milliseconds, and what the answer had.
async fn ask(caller: &Caller, question: &Question) -> Result<String> {
    let (path, after) = if question.is_deep {
        match turn_pages(caller, &question.path).await? {
            Ok(Some((cursor, items))) => {
                (format!("{}cursor={cursor}", question.path), format!(" after {items}"))
            }
            Ok(None) => return Ok(NOTHING.to_owned()),
            Err(status) => return Ok(refused(status)),
        }
    } else {
        (question.path.clone(), String::new())
    };
    let mut times = Vec::new();
    let mut spent = Duration::ZERO;
    let mut answer = Value::Null;
    while times.len() < TIMES && (times.len() < 2 || spent < ENOUGH) {
        let begin = Instant::now();
        answer = match caller.get(&path).await? {
            Ok(given) => given,
            Err(status) => return Ok(refused(status)),
        };
        times.push(begin.elapsed());
        spent += begin.elapsed();
    }
    times.sort_unstable();
    let items = answer["items"].as_array().map_or(0, Vec::len);
    let total = answer["total"].as_i64().map_or_else(String::new, |total| format!(" of {total}"));
    let (median, worst) = (milliseconds(times[times.len() / 2]), milliseconds(times[times.len() - 1]));
    let count = if times.len() < TIMES { format!(" ×{}", times.len()) } else { String::new() };
    Ok(format!("{median} / {worst}{count} ({items}{total}{after})"))
}

/// The cell of what this person cannot ask for.
const NOTHING: &str = "–";

fn refused(status: StatusCode) -> String {
    if status == StatusCode::NOT_FOUND { NOTHING.to_owned() } else { format!("**{}**", status.as_u16()) }
}

/// The cursor of a page deep in a list, and how many items are before it. None if all items are
/// on one page.
async fn turn_pages(caller: &Caller, path: &str) -> Result<Result<Option<(String, usize)>, StatusCode>> {
    let begin = Instant::now();
    let mut reached: Option<(String, usize)> = None;
    for page in 1..=PAGES {
        let from = reached.as_ref().map_or_else(String::new, |(cursor, _)| format!("&cursor={cursor}"));
        let answer = match caller.get(&format!("{path}limit={LARGEST}{from}")).await? {
            Ok(answer) => answer,
            Err(status) => return Ok(Err(status)),
        };
        let Some(cursor) = answer["next_cursor"].as_str() else { break };
        reached = Some((cursor.to_owned(), page * LARGEST));
        if begin.elapsed() > PATIENCE {
            break;
        }
    }
    Ok(Ok(reached))
}

fn milliseconds(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1_000.0;
    if milliseconds < 10.0 { format!("{milliseconds:.1}") } else { format!("{milliseconds:.0}") }
}
