//! The questions that people ask of lists, and how long the answers take.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use latchkey::crypto::jwt::Algorithm;
use reqwest::StatusCode;
use serde_json::Value;

use crate::api::Api;
use crate::installation::names::{ABSENT, CHINESE, COMMON, MISTYPED, RARE, WORD};
use crate::installation::{Person, Size, popular_api, token_id};
use crate::load::Times;
use crate::place::Place;
use crate::process::memory;
use crate::report::{Report, time};
use crate::server::Server;

const NOTE: &str = "Milliseconds, median / worst of 20 requests, or of fewer where ×n says so; then the number of \
    items. – is what this person has not; a bold number is the status of a failure. The person of a column \
    administers those projects, or the one project with so many members.";
/// How long the server rests before its memory is read.
const REST: Duration = Duration::from_secs(5);
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
    /// Whether it is a search with typing errors.
    is_mistyped: bool,
}

impl Question {
    fn new(title: &'static str, path: impl Into<String>) -> Self {
        Self { title, path: path.into(), is_deep: false, is_mistyped: false }
    }

    fn deep(title: &'static str, path: impl Into<String>) -> Self {
        Self { is_deep: true, ..Self::new(title, path) }
    }
}

fn about_tokens(person: &Person, size: Size) -> Vec<Question> {
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
        Question { is_mistyped: true, ..tokens("two mistyped words", format!("q={MISTYPED}")) },
        tokens("a big project", format!("project={big}")),
        tokens("a small project", format!("project={small}")),
        tokens("a big project and a word", format!("project={big}&q={WORD}")),
        tokens("an API of many tokens", format!("api={}", popular_api())),
        tokens("an API of few tokens", format!("api={}", size.ordinary_api())),
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

/// Waits until the search has read all tokens. Until then it finds beginnings of names.
pub(crate) async fn filled(server: &Server) -> Result<Api> {
    let admin = Api::log_in(server.latchkey, "admin").await?;
    while admin.must_get(&format!("/tokens?q={COMMON}")).await?["beginnings_only"] == true {}
    Ok(admin)
}

/// Asks everything as everybody.
pub(crate) async fn measure(report: &mut Report, place: &Place, size: Size) -> Result<()> {
    let engine = place.title();
    let begin = Instant::now();
    let server = Server::start(place, Algorithm::default())?;
    let (process, started) = (server.process(), begin.elapsed());
    let admin = filled(&server).await?;
    let (filled, filled_with) = (begin.elapsed(), memory(process)?);
    check(&server, &admin, size).await?;

    let (mut exact, mut mistyped) = (Vec::new(), Vec::new());
    for person in size.people() {
        let caller = Api::log_in(server.latchkey, person.username).await?;
        let mut column = report.column(&format!("Lists on {engine}"), NOTE, &person.title);
        for question in about_tokens(&person, size).into_iter().chain(about_others()) {
            let times = if question.is_mistyped { &mut mistyped } else { &mut exact };
            let cell = ask(&caller, &question, times).await.with_context(|| question.path.clone())?;
            column.row(question.title, "", cell);
        }
    }
    let mut column = report.column("Lists together", "All people and all questions.", engine);
    for (what, goal, times) in
        [("all but typing errors", "p99 ≤ 30 ms", exact), ("with typing errors", "p99 ≤ 50 ms", mistyped)]
    {
        let times = Times::new(times);
        let measured = format!("p99 {}, worst {}", time(times.per_mille(990)), time(times.worst()));
        column.row(what, goal, measured);
    }
    column.row("start, until it listens", "", time(started));
    column.row("start, until the search has all tokens", "", time(filled));
    column.row("memory then", "", format!("{filled_with} MiB"));
    // What was freed goes back to the system.
    tokio::time::sleep(REST).await;
    column.row("memory after the lists, at rest", "≤ 120 MiB", format!("{} MiB", memory(process)?));
    Ok(())
}

/// Asks the server whether it sees what was written.
async fn check(server: &Server, admin: &Api, size: Size) -> Result<()> {
    let mut counts = Vec::new();
    for filter in ["kind=rsa", "kind=jwt", "status=active", "status=expired", "status=disabled"] {
        counts.push(count(admin, filter).await?);
    }
    ensure!(counts[..2].iter().sum::<u64>() == size.tokens, "not all tokens are listed: {counts:?}");
    ensure!(counts[2..].iter().sum::<u64>() == size.tokens, "by status: {counts:?}");
    ensure!(counts.iter().all(|&count| count > 0), "nothing is listed: {counts:?}");
    ensure!(count(admin, &format!("q={RARE}")).await? == 3, "the rare text is not in three names");
    for number in [0, 1, size.tokens - 1] {
        let token = admin.must_get(&format!("/tokens/{}", token_id(number))).await?;
        ensure!(token["apis"].as_array().is_some_and(|apis| !apis.is_empty()), "no grants: {token}");
    }
    let little = Api::log_in(server.latchkey, "little").await?;
    ensure!(count(&little, "kind=jwt").await? == 1, "the person with one token sees others");
    Ok(())
}

async fn count(caller: &Api, filter: &str) -> Result<u64> {
    let page = caller.must_get(&format!("/tokens?{filter}&total=true")).await?;
    page["total"].as_u64().context("a total")
}

/// A cell: the median and the worst time in milliseconds, and what the answer had. The times are
/// added to `all`.
async fn ask(caller: &Api, question: &Question, all: &mut Vec<Duration>) -> Result<String> {
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
    all.extend(&times);
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
async fn turn_pages(caller: &Api, path: &str) -> Result<Result<Option<(String, usize)>, StatusCode>> {
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
