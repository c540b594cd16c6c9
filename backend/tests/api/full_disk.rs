//! Failed writes: a full disk, a size limit of the database, a lost connection.

use std::time::{Duration, Instant};

use latchkey::configuration::Configuration;
use latchkey::database::{Database, OutcomeUnknown, Trouble, WriteError};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use crate::faults::{Report, times};
use crate::process::Process;
use crate::server::{Caller, DEVICE, PASSWORD, Platform, Problem, Server, Where, text};

/// The reason of a failed write.
#[derive(Debug)]
enum Failed {
    NotWritten(sqlx::Error),
    Unknown,
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Self::NotWritten(error)
    }
}

impl WriteError for Failed {}

impl From<OutcomeUnknown> for Failed {
    fn from(_: OutcomeUnknown) -> Self {
        Self::Unknown
    }
}

/// Runs these statements in one transaction.
async fn write(database: &Database, statements: &[&str]) -> Result<(), Failed> {
    let statements: Vec<String> = statements.iter().map(ToString::to_string).collect();
    database
        .write(move |transaction| {
            Box::pin(async move {
                for statement in statements {
                    transaction.connection().execute(AssertSqlSafe(statement)).await?;
                }
                Ok(())
            })
        })
        .await
}

async fn open(place: &Where) -> Database {
    let configuration: Configuration = place.configuration();
    let database = Database::open(&configuration).await.unwrap();
    write(&database, &["CREATE TABLE notes (id BIGINT PRIMARY KEY, note TEXT)"]).await.unwrap();
    database
}

async fn notes(database: &Database) -> i64 {
    sqlx::query_scalar("SELECT COUNT(*) FROM notes").fetch_one(database.reader()).await.unwrap()
}

#[tokio::test]
async fn the_next_write_works_after_a_statement_that_did_not_fit() {
    let place = Where::sqlite();
    let database = open(&place).await;
    for round in 0..3 {
        // SQLite raises this limit to the current size, so that nothing more fits.
        database.unordered_writer().execute("PRAGMA max_page_count = 1").await.unwrap();
        let large = format!("INSERT INTO notes VALUES ({round}, hex(zeroblob(1000000)))");
        match write(&database, &[&large]).await {
            Err(Failed::NotWritten(error)) => {
                assert_eq!(Trouble::of(&error), Some(Trouble::Unwritable), "{error}");
            }
            other => panic!("{other:?}"),
        }
        database.unordered_writer().execute("PRAGMA max_page_count = 1000000").await.unwrap();
        write(&database, &[&large]).await.unwrap();
        assert_eq!(notes(&database).await, round + 1);
    }
    database.close().await;
}

#[tokio::test]
async fn the_next_write_works_after_a_refused_commit() {
    let place = Where::sqlite();
    let database = open(&place).await;
    let child = "CREATE TABLE parts (note BIGINT REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED)";
    write(&database, &[child]).await.unwrap();
    for _ in 0..3 {
        let refused =
            write(&database, &["INSERT INTO notes VALUES (1, '')", "INSERT INTO parts VALUES (7)"]).await;
        assert!(matches!(refused, Err(Failed::NotWritten(_))), "{refused:?}");
        assert_eq!(notes(&database).await, 0, "nothing is half written");
    }
    write(&database, &["INSERT INTO notes VALUES (1, '')"]).await.unwrap();
    database.close().await;
}

#[tokio::test]
async fn a_connection_lost_in_a_statement_and_one_lost_in_a_commit_give_different_problems() {
    let Some(place) = Where::postgres().await else { return };
    let database = open(&place).await;
    let end = "SELECT CAST(pg_terminate_backend(pg_backend_pid()) AS TEXT)";
    let killer = [
        "CREATE FUNCTION ends() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$",
        "CREATE TABLE parts (note BIGINT)",
        "CREATE CONSTRAINT TRIGGER ends AFTER INSERT ON parts DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW EXECUTE FUNCTION ends()",
    ];
    write(&database, &killer).await.unwrap();
    for round in 0..6 {
        match write(&database, &["INSERT INTO notes VALUES (1, '')", end]).await {
            Err(Failed::NotWritten(error)) => {
                assert_eq!(Trouble::of(&error), Some(Trouble::Unreachable), "{error}");
            }
            other => panic!("{other:?}"),
        }
        let dies =
            write(&database, &["INSERT INTO notes VALUES (1, '')", "INSERT INTO parts VALUES (7)"]).await;
        assert!(matches!(dies, Err(Failed::Unknown)), "{dies:?}");
        let note = format!("INSERT INTO notes VALUES ({}, '')", 100 + round);
        write(&database, &[&note]).await.unwrap();
        assert_eq!(notes(&database).await, round + 1);
    }
    database.close().await;
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begin = Instant::now();
    while !holds().await {
        assert!(begin.elapsed() < Duration::from_secs(20), "{what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_full_disk_still_allows_withdrawals_and_recovers() {
    let mut report = Report::default();
    for _ in 0..times(1) {
        let Some(back) = is_full().await else { return };
        report.back.push(back);
        report.times += 1;
        report.checked += 10;
    }
    report.tell("the disk is full", &Where::sqlite());
}

/// Fills the disk of a server and makes space again. Returns how long it took until it wrote again.
async fn is_full() -> Option<Duration> {
    let place = Where::sqlite();
    let (first, second) = {
        let server = Server::start(place.clone()).await;
        let platform = Platform::on(&server).await;
        (platform.apply("rsa").await, platform.apply("jwt").await)
    };
    let (process, disk) = Process::start_on_small_disk(&place, 24)?;
    let idle = Caller::new(&process.url);
    let login = json!({ "username": "admin", "password": PASSWORD });
    idle.ask("/session", &login).await;
    let file = idle.get(&format!("/tokens/{first}/file")).await;
    let key = idle.post("/systems/fleet/verifier-keys", &json!({ "name": "door" })).await;
    let gateway = idle.with_bearer(&text(&key["key"]));
    let call = json!({ "credential": text(&file["open_token"]), "method": "GET", "path": DEVICE });
    assert_eq!(gateway.ask("/verify", &call).await["allowed"], true);

    disk.fill();
    for _ in 0..3 {
        let answer = idle.send(Method::POST, "/tokens").json(&Platform::wanted("rsa")).send().await.unwrap();
        assert!(answer.headers().contains_key("retry-after"), "{answer:?}");
        let refused = Problem::of(answer).await;
        assert_eq!((refused.status, refused.kind()), (503, "not-written"), "{refused:?}");
    }
    let ready = async || -> Value {
        let answer = reqwest::get(format!("{}/readyz", process.url)).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "calls are decided");
        answer.json().await.unwrap()
    };
    until("readiness does not tell", async || ready().await["writes"] == "failing").await;
    assert_eq!(gateway.ask("/verify", &call).await["allowed"], true);

    // A caller with a session, and a caller who must log in first.
    idle.delete(&format!("/tokens/{first}")).await;
    assert_eq!(gateway.ask("/verify", &call).await["reason"], "unknown_token");
    let other = Caller::new(&process.url);
    other.ask("/session", &login).await;
    let disabled = other.patch(&format!("/tokens/{second}"), &json!({ "status": "disabled" })).await;
    assert_eq!(disabled["status"], "disabled");
    // Other writes must not use the reserve that was released for withdrawals.
    let refused = idle.refused(Method::POST, "/tokens", &Platform::wanted("rsa")).await;
    assert_eq!(refused.kind(), "not-written");
    let wrong = json!({ "username": "admin", "password": "not this one" });
    assert_eq!(
        Caller::new(&process.url).refused(Method::POST, "/session", &wrong).await.kind(),
        "login-failed"
    );

    disk.make_space();
    let freed = Instant::now();
    until("writing does not go on", async || ready().await["writes"] == "ok").await;
    idle.post("/tokens", &Platform::wanted("jwt")).await;
    let back = freed.elapsed();
    assert!(disk.see(&place.data_dir().join("disk/reserve")).exists(), "the space is kept again");
    Some(back)
}

#[tokio::test]
async fn a_connection_lost_before_the_commit_answers_not_written() {
    let Some(place) = Where::postgres().await else { return };
    let server = Server::start(place.clone()).await;
    let platform = Platform::on(&server).await;
    let mut other = sqlx::PgConnection::connect(place.database_url.as_deref().unwrap()).await.unwrap();
    let mut lock = other.begin().await.unwrap();
    lock.execute("LOCK TABLE tokens IN SHARE MODE").await.unwrap();
    let (admin, wanted) = (platform.admin.clone(), Platform::wanted("jwt"));
    let refused = tokio::spawn(async move { admin.refused(Method::POST, "/tokens", &wanted).await });
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' \
               AND wait_event = 'relation' AND datname = current_database()";
    until("nobody waits for the table", async || lock.execute(end).await.unwrap().rows_affected() > 0).await;
    let refused = refused.await.unwrap();
    assert_eq!((refused.status, refused.kind()), (503, "not-written"), "{refused:?}");
    lock.rollback().await.unwrap();
    platform.apply("jwt").await;
}

#[tokio::test]
async fn every_write_is_kept_or_explained_while_connections_are_terminated() {
    let Some(place) = Where::postgres().await else { return };
    let server = Server::start(place.clone()).await;
    let platform = Platform::on(&server).await;
    let burst: Vec<_> = (0..4)
        .map(|_| {
            let admin = platform.admin.clone();
            tokio::spawn(async move {
                let (mut made, mut not_now) = (Vec::new(), 0);
                for _ in 0..40 {
                    let wanted = Platform::wanted("jwt");
                    let answer = admin.send(Method::POST, "/tokens").json(&wanted).send().await.unwrap();
                    if answer.status() == StatusCode::CREATED {
                        made.push(text(&answer.json::<Value>().await.unwrap()["id"]));
                        continue;
                    }
                    let problem = Problem::of(answer).await;
                    let kind = problem.kind();
                    assert!(["unavailable", "not-written", "outcome-unknown"].contains(&kind), "{problem:?}");
                    not_now += 1;
                }
                (made, not_now)
            })
        })
        .collect();
    let mut other = sqlx::PgConnection::connect(place.database_url.as_deref().unwrap()).await.unwrap();
    while !burst.iter().all(tokio::task::JoinHandle::is_finished) {
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'";
        other.execute(end).await.unwrap();
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    let mut not_now = 0;
    for lane in burst {
        let (made, failed) = lane.await.unwrap();
        not_now += failed;
        for id in made {
            until("a token that was answered is gone", async || {
                platform.admin.status(Method::GET, &format!("/tokens/{id}")).await == StatusCode::OK
            })
            .await;
        }
    }
    assert!(not_now > 0, "no write was hit");
    eprintln!("{not_now} of 160 writes were told to come back");
    until("writing does not go on", async || {
        let answer = platform.admin.send(Method::POST, "/tokens").json(&Platform::wanted("rsa")).send().await;
        answer.is_ok_and(|answer| answer.status() == StatusCode::CREATED)
    })
    .await;
}
