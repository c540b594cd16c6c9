//! Lets a year and more pass, with use in every other month, and counts the rows of every table. `faketime`
//! gives the time: to the server on SQLite, and to the database on PostgreSQL.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use latchkey_shared::time::{Timestamp, parse_millis};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use crate::clocks::{faketime, node, ready};
use crate::postgres::PostgreSql;
use crate::process::Process;
use crate::server::{Caller, DEVICE, PASSWORD, Platform, Where, now, sealed, text, unique};

const DAY: i64 = 24 * 60 * 60;
/// The days between two rounds of use.
const STEP: i64 = 62;
/// The last round.
const ROUNDS: i64 = 8;
/// After so many days, all has expired that expires.
const LATER: i64 = 3;

/// An installation whose clock the test sets while no server runs.
struct Installation {
    place: Where,
    /// The environment of the server.
    variables: Vec<(&'static str, String)>,
    /// The clock of the database.
    clock: Option<PathBuf>,
    /// How far it is ahead, in days.
    days: i64,
    _database: Option<PostgreSql>,
}

impl Installation {
    fn on_sqlite() -> Option<Self> {
        let variables = faketime()?;
        Some(Self { place: Where::sqlite(), variables, clock: None, days: 0, _database: None })
    }

    fn on_postgres() -> Option<Self> {
        let (database, clock) = PostgreSql::start_with_clock(&faketime()?)?;
        let place = Where { database_url: Some(database.url()), ..Where::sqlite() };
        Some(Self { place, variables: Vec::new(), clock: Some(clock), days: 0, _database: Some(database) })
    }

    fn set(&mut self, days: i64) {
        self.days = days;
        if let Some(clock) = &self.clock {
            std::fs::write(clock, format!("+{}s", days * DAY)).unwrap();
        }
    }

    /// Starts a server.
    async fn start(&self) -> Process {
        let mut variables = self.variables.clone();
        if self.clock.is_none() {
            variables.push(("FAKETIME", format!("+{}s", self.days * DAY)));
        }
        variables.push(("LATCHKEY_AUDIT_RETENTION", "30".to_owned()));
        let process = node(&self.place, &variables);
        ready(&process).await;
        process
    }

    /// Seconds since the epoch, by this clock.
    fn now(&self) -> i64 {
        now() + self.days * DAY
    }

    async fn tables(&self) -> Vec<String> {
        let statement = if self.clock.is_none() {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        } else {
            "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public'"
        };
        sqlx::query_scalar(statement).fetch_all(&mut self.place.connect().await).await.unwrap()
    }

    /// The number of rows of each table.
    async fn rows(&self) -> BTreeMap<String, i64> {
        let mut rows = BTreeMap::new();
        let tables = self.tables().await;
        let mut connection = self.place.connect().await;
        for table in tables {
            let count = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {table}");
            let count = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut connection).await.unwrap();
            rows.insert(table, count);
        }
        rows
    }

    /// Some days later, what is left of each table after the cleanup that a server runs when it starts.
    async fn rows_later(&mut self, days: i64) -> (Process, BTreeMap<String, i64>) {
        self.set(days);
        let process = self.start().await;
        let began = Instant::now();
        loop {
            let before = self.rows().await;
            tokio::time::sleep(Duration::from_millis(1_500)).await;
            let rows = self.rows().await;
            let is_clean = ["used_requests", "idempotency_keys", "revocations", "sessions"]
                .iter()
                .all(|table| rows[*table] == 0);
            if is_clean && before == rows {
                return (process, rows);
            }
            assert!(began.elapsed() < Duration::from_mins(1), "{rows:?}");
        }
    }
}

async fn log_in(process: &Process) -> Caller {
    let admin = Caller::new(&process.url);
    for (password, succeeds) in [("wrong", false), (PASSWORD, true)] {
        let login = json!({ "username": "admin", "password": password });
        let answer = admin.send(Method::POST, "/session").json(&login).send().await.unwrap();
        assert_eq!(answer.status().is_success(), succeeds);
    }
    admin
}

/// Uses everything that leaves rows behind.
async fn use_once(installation: &Installation, platform: &Platform, used: &str) {
    let admin = &platform.admin;
    let file = admin.get(&format!("/tokens/{used}/file")).await;
    let credential = text(&file["open_token"]);
    assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "allowed");
    assert_eq!(platform.reason(&credential, "PATCH", DEVICE).await, "api_not_granted");
    let request = sealed(&file, &json!({ "htm": "GET", "htu": DEVICE, "iat": installation.now() }));
    assert_eq!(platform.reason(&request, "GET", DEVICE).await, "allowed");
    admin.ask(&format!("/tokens/{used}/rotate"), &json!({ "overlap_seconds": 3_600 })).await;
    let id = platform.apply("jwt").await;
    let secret = text(&admin.get(&format!("/tokens/{id}/secret")).await["secret_id"]);
    let access = text(&platform.exchange(&id, &secret).await["access_token"]);
    let revoke = admin.http.post(format!("{}/oauth2/revoke", admin.url()));
    let revoked = revoke.basic_auth(&id, Some(&secret)).form(&[("token", &access)]).send().await.unwrap();
    assert_eq!(revoked.status(), StatusCode::OK);
    admin.delete(&format!("/tokens/{id}")).await;
    let key = unique("key");
    let request = admin.send(Method::POST, "/tokens").header("Idempotency-Key", key);
    let answer: Value = request.json(&Platform::wanted("rsa")).send().await.unwrap().json().await.unwrap();
    admin.delete(&format!("/tokens/{}", text(&answer["id"]))).await;
    // This writes the counts.
    admin.get(&format!("/tokens/{used}/usage")).await;
}

fn count(usage: &Value, what: &str) -> i64 {
    usage[what].as_array().unwrap().iter().map(|one| one["count"].as_i64().unwrap()).sum()
}

/// The month of so many days after now.
fn month_in(days: i64) -> String {
    Timestamp::from_millis((now() + days * DAY) * 1_000).as_str()[..7].to_owned()
}

async fn a_year_and_more_leaves_no_rows_behind(installation: Option<Installation>) {
    let Some(mut installation) = installation else { return };
    installation.set(0);
    let (used, gateway) = {
        let process = installation.start().await;
        let platform = Platform::by(log_in(&process).await).await;
        (platform.apply("rsa").await, platform.gateway.clone())
    };
    let mut first = BTreeMap::new();
    for round in 0..=ROUNDS {
        installation.set(round * STEP);
        let process = installation.start().await;
        let platform = Platform { admin: log_in(&process).await, gateway: gateway.at(&process.url) };
        use_once(&installation, &platform, &used).await;
        drop(process);
        // In the first round the platform was made, too.
        if round == 1 {
            (_, first) = installation.rows_later(round * STEP + LATER).await;
        }
    }
    let end = ROUNDS * STEP + LATER;
    let (process, last) = installation.rows_later(end).await;

    for (table, rows) in &last {
        match table.as_str() {
            // Two tallies a round, by day for 400 days, and before by month.
            "token_usage" => assert!((2..=14).contains(rows), "{rows} days"),
            "token_months" => assert!((4..=6).contains(rows), "{rows} months"),
            // One that was retired a moment ago may still be there.
            "signing_keys" => assert!(*rows <= 2, "{rows} signing keys"),
            // Not in every round, the signing key is rotated.
            "audit_events" => assert!((first[table]..=first[table] + 1).contains(rows), "{rows} events"),
            // At each start, and at each end that is not sudden.
            "audit_checkpoints" => assert!((1..=8).contains(rows), "{rows} checkpoints"),
            // Of the last ten minutes.
            "changes" | "beats" => assert!(*rows <= 20, "{rows} of {table}"),
            _ => assert_eq!(*rows, first[table], "rows of {table} stay"),
        }
    }
    assert_eq!(last["token_usage"] + last["token_months"], 2 * (ROUNDS + 1));

    let admin = log_in(&process).await;
    let usage = admin.get(&format!("/tokens/{used}/usage")).await;
    assert_eq!((count(&usage, "days"), count(&usage, "months")), (3, 3 * (ROUNDS + 1)));
    // Some months are stored by month, and others by day. The answer does not tell them apart.
    let wanted: Vec<String> = (0..=ROUNDS).rev().map(|round| month_in(round * STEP)).collect();
    let mut months: Vec<String> =
        usage["months"].as_array().unwrap().iter().map(|one| text(&one["month"])).collect();
    months.dedup();
    assert_eq!(months, wanted);
    assert_eq!(
        usage["months"][0],
        json!({ "month": wanted[0], "api": "fleet:readDevice", "outcome": "allowed", "count": 2 })
    );

    let about = admin.get("/installation").await;
    assert_eq!((&about["usage_days"], &about["audit_retention"]), (&json!(400), &json!(30)));
    let since = parse_millis(&text(&about["audit_complete_since"])).unwrap() / 1_000;
    // The last events were deleted at one of the last two starts.
    let age = installation.now() - since;
    assert!((30 * DAY..=(30 + LATER) * DAY + 600).contains(&age), "{about}");
    let trail = admin.get("/audit-events?limit=200").await;
    let oldest = trail["items"].as_array().unwrap().last().unwrap();
    assert!(parse_millis(&text(&oldest["at"])).unwrap() / 1_000 > since, "{oldest}");

    admin.delete(&format!("/tokens/{used}")).await;
    let rows = installation.rows().await;
    assert_eq!((rows["token_usage"], rows["token_months"], rows["token_hours"]), (0, 0, 0));

    // The documentation says what bounds each table.
    let text = include_str!("../../../docs/retention.md");
    for table in last.keys() {
        assert!(text.contains(&format!("`{table}`")), "docs/retention.md does not say what bounds {table}");
    }
}

#[tokio::test]
async fn a_year_and_more_leaves_no_rows_behind_on_sqlite() {
    a_year_and_more_leaves_no_rows_behind(Installation::on_sqlite()).await;
}

#[tokio::test]
async fn a_year_and_more_leaves_no_rows_behind_on_postgres() {
    a_year_and_more_leaves_no_rows_behind(Installation::on_postgres()).await;
}
