//! A database that went back in time: a file that was copied back, a base backup that was restored, a standby
//! that lagged and was promoted. Nothing that was withdrawn comes back to life.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _};
use tempfile::TempDir;

use crate::faults::{Report, times};
use crate::postgres::PostgreSql;
use crate::process::Process;
use crate::prometheus::free_port;
use crate::server::{Caller, DEVICE, PASSWORD, Platform, Server, Where, text};

/// A server on a port that stays, with a withdrawal log in a folder of its own.
struct Watched {
    place: Where,
    log: TempDir,
    variables: Vec<(&'static str, String)>,
    process: Option<Process>,
}

impl Watched {
    fn start(place: Where) -> Self {
        let log = TempDir::new().unwrap();
        let variables = vec![
            ("LATCHKEY_LISTEN", format!("127.0.0.1:{}", free_port())),
            ("LATCHKEY_WITHDRAWAL_LOG", log.path().display().to_string()),
        ];
        let mut watched = Self { place, log, variables, process: None };
        watched.go_on();
        watched
    }

    fn go_on(&mut self) {
        self.process = Some(Process::start(&self.place, &self.variables));
    }

    fn kill(&mut self) {
        self.process.take().unwrap().kill();
    }

    fn url(&self) -> &str {
        &self.process.as_ref().unwrap().url
    }

    async fn admin(&self) -> Caller {
        let admin = Caller::new(self.url());
        admin.ask("/session", &json!({ "username": "admin", "password": PASSWORD })).await;
        admin
    }

    fn file(&self, name: &str) -> PathBuf {
        self.log.path().join(name)
    }

    fn reconcile(&self, more: &[&str]) -> String {
        let mut command = Process::program(&self.place, &[&["reconcile"], more].concat());
        let output = command.envs(self.variables.clone()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Waits until it decides again.
    async fn until_ready(&self) {
        let begun = Instant::now();
        while ready(self.url()).await.0 != StatusCode::OK {
            assert!(begun.elapsed() < Duration::from_secs(30), "it does not go on");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

async fn ready(url: &str) -> (StatusCode, Value) {
    match reqwest::get(format!("{url}/readyz")).await {
        Ok(answer) => (answer.status(), answer.json().await.unwrap_or_default()),
        // It opens its port anew.
        Err(_) => (StatusCode::BAD_GATEWAY, Value::Null),
    }
}

/// Waits until everything is answered 503, as long as the database was not reconciled.
async fn until_refused(platform: &Platform, credential: &str) {
    let begun = Instant::now();
    loop {
        let (status, problem) = ready(platform.admin.url()).await;
        if problem["type"] == "/problems/database-went-back" {
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "it does not notice: {status} {problem}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let call = json!({ "credential": credential, "method": "GET", "path": DEVICE });
    let answer = platform.gateway.send(Method::POST, "/verify").json(&call).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let login = json!({ "username": "admin", "password": PASSWORD });
    let answer = platform.admin.send(Method::POST, "/session").json(&login).send().await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["type"], "/problems/database-went-back");
    let auth = platform.gateway.http.get(format!("{}/auth/fleet{DEVICE}", platform.admin.url()));
    assert_eq!(auth.send().await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
}

/// What is withdrawn one by one, and what stays.
struct Things {
    platform: Platform,
    /// Tokens by what is done to them, with a credential of each.
    tokens: Vec<(&'static str, String, String)>,
    stays: String,
    jwt: String,
    ada: (String, String),
}

impl Things {
    async fn on(watched: &Watched) -> Self {
        let platform = Platform::by(watched.admin().await).await;
        let mut tokens = Vec::new();
        for what in ["deleted", "disabled", "expired", "elsewhere", "other api", "rotated", "revoked"] {
            let id = platform.apply("rsa").await;
            let credential = platform.credential(&id).await;
            tokens.push((what, id, credential));
        }
        let id = platform.apply("rsa").await;
        let stays = platform.credential(&id).await;
        let ada = platform.apply("jwt").await;
        let secret = text(&platform.admin.get(&format!("/tokens/{ada}/secret")).await["secret_id"]);
        let jwt = platform.credential(&ada).await;
        let things = Self { platform, tokens, stays, jwt, ada: (ada, secret) };
        assert_eq!(things.allowed().await, things.tokens.len() + 2, "everything passes");
        things
    }

    fn at(&self, url: &str) -> Platform {
        Platform { admin: self.platform.admin.at(url), gateway: self.platform.gateway.at(url) }
    }

    /// How many credentials pass.
    async fn allowed(&self) -> usize {
        let mut count = 0;
        let credentials = self.tokens.iter().map(|(_, _, credential)| credential);
        for credential in credentials.chain([&self.stays, &self.jwt]) {
            count += usize::from(self.platform.reason(credential, "GET", DEVICE).await == "allowed");
        }
        count
    }

    /// Withdraws all but one token, and takes a user out of the project.
    async fn withdraw(&self) {
        let admin = &self.platform.admin;
        for (what, id, credential) in &self.tokens {
            let path = format!("/tokens/{id}");
            match *what {
                "deleted" => admin.delete(&path).await,
                "disabled" => drop(admin.patch(&path, &json!({ "status": "disabled" })).await),
                "expired" => self.platform.expire(id).await,
                "elsewhere" => drop(admin.patch(&path, &json!({ "allowed_ips": ["192.0.2.0/24"] })).await),
                "other api" => drop(admin.patch(&path, &json!({ "apis": ["fleet:listDevices"] })).await),
                "rotated" => drop(admin.ask(&format!("{path}/rotate"), &json!({})).await),
                _ => {
                    let file = admin.get(&format!("{path}/file")).await;
                    let revoking = admin.http.post(format!("{}/oauth2/revoke", admin.url()));
                    let revoking = revoking.basic_auth(id, Some(text(&file["secret"])));
                    let answer = revoking.form(&[("token", credential)]).send().await.unwrap();
                    assert_eq!(answer.status(), StatusCode::OK, "{}", answer.text().await.unwrap());
                }
            }
        }
        self.withdraw_member().await;
        assert_eq!(self.allowed().await, 1, "one stays");
    }

    async fn withdraw_member(&self) {
        self.platform.admin.delete("/projects/harbour/members/ada").await;
    }

    /// Checks that what was withdrawn is denied, and counts what is not.
    async fn check(&self, platform: &Platform, stays: &str, report: &mut Report) {
        for (what, _, credential) in &self.tokens {
            let reason = platform.reason(credential, "GET", DEVICE).await;
            if reason == "allowed" {
                eprintln!("{what} was resurrected");
            }
            report.wrong += usize::from(reason == "allowed");
        }
        report.wrong += usize::from(platform.reason(&self.jwt, "GET", DEVICE).await == "allowed");
        report.checked += self.tokens.len() + 1;
        assert_eq!(platform.reason(&self.stays, "GET", DEVICE).await, stays);
    }
}

/// Copies the database of SQLite while it is in use.
async fn copy_of(place: &Where) -> PathBuf {
    let copy = place.data_dir().join("copy.db");
    let mut connection = place.connect().await;
    let statement = format!("VACUUM INTO '{}'", copy.display());
    connection.execute(sqlx::AssertSqlSafe(statement)).await.unwrap();
    connection.close().await.unwrap();
    copy
}

/// Copies a file back over the database of SQLite.
fn copy_back(place: &Where, copy: &Path) {
    for end in ["-wal", "-shm"] {
        let _ = fs::remove_file(place.data_dir().join(format!("latchkey.db{end}")));
    }
    fs::copy(copy, place.data_dir().join("latchkey.db")).unwrap();
}

/// What happens to the log while the database goes back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Log {
    Whole,
    Cut,
    Changed,
    Unwritten,
    Missing,
}

impl Log {
    fn damage(self, watched: &Watched) {
        let file = watched.file("withdrawals.log");
        let whole = fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = whole.lines().collect();
        let all_but_the_last = lines[..lines.len() - 1].join("\n") + "\n";
        match self {
            Self::Whole => {}
            Self::Cut => fs::write(file, all_but_the_last).unwrap(),
            Self::Changed => fs::write(file, whole.replace("token_deleted", "token_removed")).unwrap(),
            Self::Unwritten => {
                // It was killed after the commit, before the record and the memory were written.
                let memory = watched.file("remembered.json");
                let mut remembered: Value =
                    serde_json::from_str(&fs::read_to_string(&memory).unwrap()).unwrap();
                let number = remembered["position"]["number"].as_i64().unwrap();
                remembered["position"]["number"] = json!(number - 1);
                fs::write(memory, remembered.to_string()).unwrap();
                fs::write(file, all_but_the_last).unwrap();
            }
            Self::Missing => {
                fs::remove_file(file).unwrap();
                fs::remove_file(watched.file("intended")).unwrap();
            }
        }
    }
}

async fn is_copied_back(log: Log, report: &mut Report) {
    let mut watched = Watched::start(Where::sqlite());
    let things = Things::on(&watched).await;
    let copy = copy_of(&watched.place).await;
    things.withdraw().await;
    assert_eq!(ready(watched.url()).await.1["withdrawal_log"], "ok");
    watched.kill();
    copy_back(&watched.place, &copy);
    log.damage(&watched);

    watched.go_on();
    until_refused(&things.platform, &things.stays).await;
    let begun = Instant::now();
    let said = watched.reconcile(&[]);
    assert_eq!(said.contains("are suspended"), log != Log::Whole, "{said}");
    watched.until_ready().await;
    report.back.push(begun.elapsed());
    report.times += 1;

    let session = things.platform.admin.status(Method::GET, "/session").await;
    assert_eq!(session, StatusCode::UNAUTHORIZED, "sessions end");
    let platform = things.at(watched.url());
    let admin = watched.admin().await;
    let platform = Platform { admin, ..platform };
    let stays = if log == Log::Whole { "allowed" } else { "suspended" };
    things.check(&platform, stays, report).await;
    let events = platform.admin.get("/audit-events?action=installation.reconciled").await;
    assert_eq!(events["items"].as_array().map(Vec::len), Some(1), "{events}");
    let (ada, secret) = &things.ada;
    if log == Log::Whole {
        let token = platform.exchange(ada, secret).await;
        let jwt = token["access_token"].as_str().unwrap_or_default();
        assert_ne!(platform.reason(jwt, "GET", DEVICE).await, "allowed", "Ada is no member");
        let replayed = platform.admin.get("/audit-events?action=withdrawal.replayed").await;
        assert!(replayed["items"].as_array().unwrap().len() >= things.tokens.len(), "{replayed}");
    }
    // It goes on as before.
    watched.kill();
    watched.go_on();
    assert_eq!(ready(watched.url()).await.0, StatusCode::OK);
    things.check(&things.at(watched.url()), stays, report).await;
}

#[tokio::test]
async fn a_file_that_is_copied_back_brings_nothing_back() {
    let place = Where::sqlite();
    let mut report = Report::default();
    for _ in 0..times(1) {
        for log in [Log::Whole, Log::Cut, Log::Changed, Log::Unwritten, Log::Missing] {
            is_copied_back(log, &mut report).await;
        }
    }
    report.tell(
        "the file of SQLite is copied back, with the withdrawal log whole, cut, changed and missing",
        &place,
    );
}

#[tokio::test]
async fn a_copy_without_withdrawals_since_is_noticed_by_its_time() {
    let mut watched = Watched::start(Where::sqlite());
    let things = Things::on(&watched).await;
    let copy = copy_of(&watched.place).await;
    // A stop marks the time.
    tokio::time::sleep(Duration::from_millis(20)).await;
    watched.process.as_ref().unwrap().signal("-TERM");
    while reqwest::get(format!("{}/healthz", watched.url())).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    watched.kill();
    copy_back(&watched.place, &copy);
    watched.go_on();
    until_refused(&things.platform, &things.stays).await;
    let said = watched.reconcile(&[]);
    assert!(said.contains("0 withdrawals were made again"), "{said}");
    watched.until_ready().await;
    assert_eq!(things.platform.reason(&things.stays, "GET", DEVICE).await, "allowed");
}

#[tokio::test]
async fn a_log_that_cannot_be_written_is_told_and_withdrawals_hold() {
    let mut watched = Watched::start(Where::sqlite());
    let things = Things::on(&watched).await;
    watched.kill();
    let file = watched.file("withdrawals.log");
    fs::remove_file(&file).unwrap();
    // All that is written to it fails, also for root.
    std::os::unix::fs::symlink("/dev/full", &file).unwrap();
    watched.go_on();
    let platform = things.at(watched.url());
    let admin = watched.admin().await;
    let platform = Platform { admin, ..platform };
    let (_, id, credential) = &things.tokens[0];
    platform.admin.delete(&format!("/tokens/{id}")).await;
    assert_eq!(platform.reason(credential, "GET", DEVICE).await, "unknown_token");
    let (status, health) = ready(watched.url()).await;
    assert_eq!((status, &health["withdrawal_log"]), (StatusCode::OK, &json!("failing")), "{health}");
}

/// A node with a log, and one that has none.
async fn fleet(place: &Where) -> (Watched, Server, Things) {
    let watched = Watched::start(place.clone());
    let things = Things::on(&watched).await;
    let other = Server::start(place.clone()).await;
    let beyond = things.at(&other.url);
    assert_eq!(beyond.reason(&things.stays, "GET", DEVICE).await, "allowed");
    (watched, other, things)
}

/// Everything is refused on both nodes, until the database is reconciled. Then both go on by themselves.
async fn reconciles(watched: &Watched, other: &Server, things: &Things, whole: bool, report: &mut Report) {
    let beyond = things.at(&other.url);
    for platform in [&things.platform, &beyond] {
        until_refused(platform, &things.stays).await;
    }
    let begun = Instant::now();
    let said = watched.reconcile(&[]);
    assert_eq!(said.contains("are suspended"), !whole, "{said}");
    watched.until_ready().await;
    while ready(&other.url).await.0 != StatusCode::OK {
        assert!(begun.elapsed() < Duration::from_secs(30), "the other node does not go on");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    report.back.push(begun.elapsed());
    report.times += 1;
    let stays = if whole { "allowed" } else { "suspended" };
    for platform in [&things.platform, &beyond] {
        things.check(platform, stays, report).await;
    }
}

#[tokio::test]
async fn a_base_backup_that_is_restored_under_a_fleet_brings_nothing_back() {
    let mut report = Report::default();
    for _ in 0..times(1) {
        for whole in [true, false] {
            let Some(server) = PostgreSql::start() else { return };
            let place = Where { database_url: Some(server.url()), ..Where::sqlite() };
            let (watched, other, things) = fleet(&place).await;
            let backup = server.base_backup();
            if whole {
                things.withdraw().await;
            } else {
                // The node that withdraws has no log.
                let beyond = Platform { admin: other.admin().await, ..things.at(&other.url) };
                for (_, id, _) in &things.tokens {
                    beyond.admin.delete(&format!("/tokens/{id}")).await;
                }
                things.withdraw_member().await;
            }
            server.restore(&backup);
            reconciles(&watched, &other, &things, whole, &mut report).await;
        }
    }
    report.tell_of(
        "a base backup is restored under two nodes, with the withdrawal log whole and with a gap",
        "PostgreSQL",
    );
}

#[tokio::test]
async fn a_standby_that_lagged_and_is_promoted_brings_nothing_back() {
    let mut report = Report::default();
    for _ in 0..times(1) {
        let Some(primary) = PostgreSql::start() else { return };
        let standby = primary.standby();
        let hosts = format!("{},{}", primary.address(), standby.address());
        let url = format!("postgres://postgres@{hosts}/postgres?target_session_attrs=read-write");
        let place = Where { database_url: Some(url), ..Where::sqlite() };
        let (watched, other, things) = fleet(&place).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        standby.kill();
        things.withdraw().await;
        primary.kill();
        standby.go_on();
        standby.promote();
        reconciles(&watched, &other, &things, true, &mut report).await;
    }
    report.tell_of("a standby that lags is promoted, with the withdrawal log whole", "PostgreSQL");
}
