//! The disk of PostgreSQL is full, under load. Nothing that was answered is lost, nothing that was withdrawn passes,
//! and no node is restarted.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};

use crate::faults::{Report, times};
use crate::postgres::{PostgreSql, Wal};
use crate::pressure::{CUT_OFF, Pressure, at, decision};
use crate::server::{Platform, Problem, Server, Where};

/// How large the disk is, in MiB, and how long it is full.
const SIZE: u32 = 128;
const FULL: Duration = Duration::from_secs(12);
/// After a node may no longer decide from memory, it notices that within this time.
const NOTICED: Duration = Duration::from_secs(1);

/// What nodes answered while the disk was full.
#[derive(Debug, Default)]
struct Answers {
    written: usize,
    /// Writes that were refused, by their problem.
    refused: BTreeMap<String, usize>,
    allowed: usize,
    undecided: usize,
    /// Allowed although the database was gone for longer than a node may decide from memory.
    too_long: usize,
    /// Whether PostgreSQL ended by itself.
    ended: bool,
}

/// Writes through a node. Returns the problem, if it is refused.
async fn write(node: &Platform) -> Option<String> {
    let answer = node.admin.send(Method::POST, "/tokens").json(&Platform::wanted("jwt")).send().await;
    let answer = answer.unwrap();
    if answer.status() == StatusCode::CREATED {
        return None;
    }
    assert!(answer.headers().contains_key("retry-after"), "{answer:?}");
    let problem = Problem::of(answer).await;
    assert_eq!(problem.status, 503, "{problem:?}");
    Some(problem.kind().to_owned())
}

/// Fills the disk for a while, and makes space again.
async fn is_full(database: &PostgreSql, wal: Wal, nodes: [&Platform; 2], credential: &str) -> Answers {
    tokio::time::sleep(Duration::from_millis(500)).await;
    let begun = Instant::now();
    let is_full = || begun.elapsed() < FULL;
    let gone: Cell<Option<Instant>> = Cell::default();
    let filling = async {
        while is_full() {
            database.disk().fill();
            if wal == Wal::WithData {
                database.fill_wal().await;
            }
            let since = gone.get().unwrap_or_else(Instant::now);
            gone.set((!database.answers().await).then_some(since));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let writing = async {
        let (mut written, mut refused) = (0, BTreeMap::new());
        for node in nodes.into_iter().cycle().take_while(|_| is_full()) {
            match write(node).await {
                None => written += 1,
                Some(problem) => *refused.entry(problem).or_default() += 1,
            }
        }
        (written, refused)
    };
    let deciding = async {
        let [mut allowed, mut undecided, mut too_long] = [0; 3];
        for node in nodes.into_iter().cycle().take_while(|_| is_full()) {
            let since = gone.get();
            match decision(node, credential).await {
                Some(decision) => {
                    assert_eq!(decision["allowed"], true, "{decision}");
                    allowed += 1;
                    too_long += usize::from(since.is_some_and(|since| since.elapsed() > CUT_OFF + NOTICED));
                }
                None => undecided += 1,
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        [allowed, undecided, too_long]
    };
    let ((), (written, refused), [allowed, undecided, too_long]) = tokio::join!(filling, writing, deciding);
    database.disk().make_space();
    let ended = database.go_on_if_it_ended().await;
    Answers { written, refused, allowed, undecided, too_long, ended }
}

async fn survives(fault: &str, wal: Wal) {
    let Some(database) = PostgreSql::start_on_small_disk(SIZE, wal) else { return };
    let place = Where { database_url: Some(database.url()), ..Where::sqlite() };
    let (one, two) = (Server::start(place.clone()).await, Server::start(place.clone()).await);
    let platform = Platform::on(&one).await;
    let beyond = at(&platform, &two).await;
    let known = platform.credential(&platform.apply("rsa").await).await;
    let mut report = Report::default();
    let [mut written, mut refused, mut allowed, mut undecided, mut ended] = [0; 5];
    for _ in 0..times(1) {
        let pressure = Pressure::on(&platform, &beyond, 40).await;
        let mut answers = Answers::default();
        let outage = async { answers = is_full(&database, wal, [&platform, &beyond], &known).await };
        Box::pin(pressure.during(outage, &mut report)).await;
        eprintln!("{answers:?}");
        report.checked += answers.allowed + answers.undecided;
        report.wrong += answers.too_long;
        if wal == Wal::WithData {
            assert!(answers.undecided > 0, "PostgreSQL was there");
        }
        assert!(!answers.refused.is_empty(), "the disk was not full");
        written += answers.written;
        allowed += answers.allowed;
        undecided += answers.undecided;
        refused += answers.refused.values().sum::<usize>();
        ended += usize::from(answers.ended);
    }
    report.note = format!(
        "meanwhile {refused} of {} writes were refused, {undecided} of {} calls not decided; \
         PostgreSQL ended {ended} times",
        refused + written,
        allowed + undecided
    );
    report.tell(fault, &place);
}

#[tokio::test]
async fn postgresql_on_a_full_disk_loses_nothing() {
    Box::pin(survives("the disk of PostgreSQL is full, but not that of its WAL", Wal::Elsewhere)).await;
}

#[tokio::test]
async fn postgresql_on_a_full_disk_with_its_wal_loses_nothing() {
    Box::pin(survives("the disk of PostgreSQL and of its WAL is full", Wal::WithData)).await;
}
