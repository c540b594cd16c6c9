//! What requests read from the database with 10,000 and with 100,000 tokens, projects, APIs and users. It is
//! counted in pages, not measured in time: with ten times the rows, it must stay about the same.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use crate::in_both_places;
use crate::process::Process;
use crate::server::{Caller, DEVICE, PASSWORD, Platform, Server, Where, text, unique};

const SIZES: [u64; 2] = [10_000, 100_000];
/// How often each request is sent. The least of what it reads counts, since the server also reads by itself.
const TIMES: usize = 4;

/// The rows after `$1`, up to `$2`. Their ids sort by number.
const ROWS: [&str; 7] = [
    "INSERT INTO projects (id, key, name, description, created_at, updated_at, folded, key_looks, name_looks) {numbers} \
     SELECT 'prj_' || id, 'site-' || i, 'Site ' || i, '', 1, 1, 'site-' || i || '\nsite ' || i, \
     'site-' || i || '\nsite-' || i, 'site ' || i || '\nsite ' || i FROM numbers",
    "INSERT INTO users (id, username, display_name, role, created_at, updated_at, folded, username_looks) {numbers} \
     SELECT 'usr_' || id, 'user' || i, 'User ' || i, 'user', 1, 1, 'user' || i || '\nuser ' || i, \
     'user' || i || '\nuser' || i FROM numbers",
    "INSERT INTO api_rows (id, system_id, key, operation_id, method, path, name, folded, tags, imported, \
     operation_id_looks, name_looks) {numbers} \
     SELECT 'api_' || id, (SELECT id FROM systems WHERE key = 'wide'), 'wide:part' || i, 'part' || i, 'GET', \
     '/part' || i, 'Part ' || i, 'wide:part' || i || '\npart ' || i, '[]', 1, 'part' || i || '\npart' || i, \
     'part ' || i || '\npart ' || i FROM numbers",
    "INSERT INTO tokens (id, kind, name, name_key, skeleton, description, key_size, generation, version, \
     created_at, created_by, updated_at, updated_by) {numbers} \
     SELECT 'tok_' || id, CASE WHEN i % 2 = 0 THEN 'rsa' ELSE 'jwt' END, 'robot ' || i, 'robot ' || i, \
     'robot ' || i, '', CASE WHEN i % 2 = 0 THEN 2048 END, 1, 1, 1, 'admin', 1, 'admin' FROM numbers ORDER BY i",
    "INSERT INTO token_apis (token_id, api_id) {numbers} SELECT 'tok_' || id, 'api_' || id FROM numbers",
    "INSERT INTO token_projects (token_id, project_id) {numbers} \
     SELECT 'tok_' || id, 'prj_' || id FROM numbers WHERE i % 2 = 0",
    "INSERT INTO token_users (token_id, user_id) {numbers} \
     SELECT 'tok_' || id, 'usr_' || id FROM numbers WHERE i % 2 = 1",
];
const NUMBERS: &str = "WITH RECURSIVE counted(i) AS \
     (SELECT CAST($1 AS BIGINT) + 1 UNION ALL SELECT i + 1 FROM counted WHERE i < CAST($2 AS BIGINT)), \
     numbers AS (SELECT i, substr('00000000000000000000000000' || i, length(CAST(i AS TEXT)) + 1) AS id FROM counted)";

/// What a system administrator asks, and a project administrator. Not among it are searches of APIs: they look at
/// every row.
const QUESTIONS: [&str; 13] = [
    "/tokens?limit=50",
    "/tokens?sort=name",
    "/tokens?kind=jwt&status=active",
    "/tokens?q=robot",
    "/tokens?q=robot%204242",
    "/tokens?q=zebra",
    "/tokens?q=robto%204242",
    "/tokens?project=site-42",
    "/tokens?api=wide:part42",
    "/projects",
    "/projects?q=4242",
    "/projects?q=zebra",
    "/apis",
];
/// What only a system administrator asks. The users that a project administrator sees are looked for among all.
const OF_ADMIN: [&str; 3] = ["/users", "/users?q=4242", "/users?q=zebra"];

/// What looks at the names of all others.
const NEW: [(&str, &str, &str); 3] =
    [("/projects", "key", "name"), ("/systems", "key", "name"), ("/users", "username", "display_name")];

/// A server that tells how many pages it has read.
struct Metered {
    process: Process,
    place: Where,
    /// The log with the plans of PostgreSQL.
    log: File,
    pages: u64,
}

impl Metered {
    fn start(place: &Where) -> Self {
        let path: PathBuf = place.data_dir().join("plans");
        let variables = [("LATCHKEY_LOG", "error,sqlx::postgres::notice=trace".to_owned())];
        let log = Stdio::from(File::create(&path).unwrap());
        let process = Process::start_logging_to(log, place, &variables);
        Self { process, place: place.clone(), log: File::open(path).unwrap(), pages: 0 }
    }

    /// The pages read since the last time.
    fn pages(&mut self) -> u64 {
        if self.place.database_url.is_some() { self.pages_of_plans() } else { self.pages_of_file() }
    }

    /// SQLite reads a page that is not in its cache from the file.
    fn pages_of_file(&mut self) -> u64 {
        let read = std::fs::read_to_string(self.process.own("io")).unwrap();
        let bytes: u64 = read.lines().find_map(|line| line.strip_prefix("rchar: ")).unwrap().parse().unwrap();
        let before = std::mem::replace(&mut self.pages, bytes / 4_096);
        self.pages - before
    }

    /// PostgreSQL sends the plan of each statement, with what it has read.
    fn pages_of_plans(&mut self) -> u64 {
        let from = self.log.stream_position().unwrap();
        let mut lines = String::new();
        self.log.read_to_string(&mut lines).unwrap();
        // The last line may not be complete.
        let complete = lines.rfind('\n').map_or(0, |end| end + 1);
        self.log.seek(SeekFrom::Start(from + complete as u64)).unwrap();
        let plans = lines[..complete].lines().filter_map(|line| {
            let line: Value = serde_json::from_str(line).ok()?;
            let (_, plan) = line["fields"]["message"].as_str()?.split_once("plan:\n")?;
            serde_json::from_str::<Value>(plan).ok()
        });
        let pages = |plan: Value| {
            ["Shared Hit Blocks", "Shared Read Blocks"].map(|blocks| plan["Plan"][blocks].as_u64().unwrap())
        };
        plans.flat_map(pages).sum()
    }

    /// Waits until a search reads hardly anything: then it has all names in memory.
    async fn fill(&mut self, admin: &Caller) {
        // The pages of a list are always in the cache of SQLite.
        let few = if self.place.database_url.is_some() { 1_000 } else { 100 };
        loop {
            self.pages();
            for list in ["tokens", "projects", "users"] {
                admin.get(&format!("/{list}?q=robot")).await;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            if self.pages() < few {
                return;
            }
        }
    }

    /// The pages that changes of APIs read in a large system. Only its router reads all APIs: what a new base path
    /// reads is taken off.
    async fn changes_of_apis(&mut self, admin: &Caller) -> [(String, u64); 3] {
        let [mut routed, mut added, mut renamed, mut removed] = [u64::MAX; 4];
        for number in 0..2 {
            self.pages();
            admin.patch("/systems/wide", &json!({ "base_path": format!("/base{number}") })).await;
            routed = routed.min(self.pages());
            let id = unique("long");
            let api =
                json!({ "operation_id": id, "method": "GET", "path": format!("/{id}"), "name": "Part l" });
            admin.post("/systems/wide/apis", &api).await;
            added = added.min(self.pages());
            let path = format!("/systems/wide/apis/{id}");
            admin.patch(&path, &json!({ "name": format!("Part O{number}") })).await;
            renamed = renamed.min(self.pages());
            admin.delete(&path).await;
            removed = removed.min(self.pages());
        }
        assert!(routed > 100, "the meter stands still");
        [
            ("a new API, without the router".to_owned(), added.saturating_sub(routed)),
            ("a renamed API".to_owned(), renamed),
            ("a removed API, without the router".to_owned(), removed.saturating_sub(routed)),
        ]
    }

    async fn log_in(&self, username: &str, password: &str) -> Caller {
        let caller = Caller::new(&self.process.url);
        let login = json!({ "username": username, "password": password });
        let answer = caller.send(Method::POST, "/session").json(&login).send().await.unwrap();
        assert!(answer.status().is_success(), "{username}");
        caller
    }
}

/// Lets PostgreSQL send the plan of each statement to the server. False if it cannot.
async fn explain_all(place: &Where) -> bool {
    let Some(url) = &place.database_url else { return true };
    let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
    if let Err(error) = connection.execute("LOAD 'auto_explain'").await {
        eprintln!("SKIPPED: PostgreSQL has no auto_explain: {error}");
        return false;
    }
    let name = url.rsplit('/').next().unwrap();
    for setting in [
        "session_preload_libraries = 'auto_explain'",
        "client_min_messages = 'log'",
        "auto_explain.log_min_duration = 0",
        "auto_explain.log_analyze = on",
        "auto_explain.log_buffers = on",
        "auto_explain.log_timing = off",
        "auto_explain.log_nested_statements = on",
        "auto_explain.log_format = 'json'",
    ] {
        let statement = format!("ALTER DATABASE {name} SET {setting}");
        connection.execute(AssertSqlSafe(statement)).await.unwrap();
    }
    true
}

/// Adds rows while no server runs.
async fn grow(place: &Where, from: u64, to: u64) {
    let mut connection = place.connect().await;
    // Nothing is checked, and on PostgreSQL no trigger renews the version of a system for each API.
    let settings = match place.database_url {
        Some(_) => ["SET client_min_messages = 'warning'", "SET session_replication_role = 'replica'"],
        None => ["PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF"],
    };
    for setting in settings {
        connection.execute(setting).await.unwrap();
    }
    let mut transaction = connection.begin().await.unwrap();
    for rows in ROWS {
        let statement = rows.replace("{numbers}", NUMBERS);
        let (from, to) = (i64::try_from(from).unwrap(), i64::try_from(to).unwrap());
        sqlx::query(AssertSqlSafe(statement)).bind(from).bind(to).execute(&mut *transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
    if place.database_url.is_some() {
        connection.execute("VACUUM (ANALYZE)").await.unwrap();
    }
}

/// The pages that each request reads.
async fn measured(place: &Where, verifier_key: &str, tokens: &[(String, String)]) -> Vec<(String, u64)> {
    let mut server = Metered::start(place);
    let admin = server.log_in("admin", PASSWORD).await;
    let gateway = admin.with_bearer(verifier_key);
    let platform = Platform { admin, gateway };
    let lead = server.log_in("lead", "a password of my own").await;
    server.fill(&platform.admin).await;
    // The system has its router.
    platform.reason(&tokens[TIMES].1, "GET", DEVICE).await;
    server.pages();

    let mut found = Vec::new();
    let of_admin = [&QUESTIONS[..], &OF_ADMIN].concat();
    for (who, caller, questions) in [("admin", &platform.admin, &of_admin[..]), ("lead", &lead, &QUESTIONS)] {
        for question in questions {
            let mut least = u64::MAX;
            for _ in 0..TIMES {
                let status = caller.status(Method::GET, question).await;
                assert!(status.is_success() || who == "lead", "{question}: {status}");
                least = least.min(server.pages());
            }
            found.push((format!("{question} of {who}"), least));
        }
    }
    for (path, key, name) in NEW {
        let mut least = u64::MAX;
        for number in 0..TIMES {
            let made = json!({ key: unique("long"), name: format!("l0ng {number}") });
            server.pages();
            platform.admin.post(path, &made).await;
            least = least.min(server.pages());
        }
        found.push((format!("a new row of {path}"), least));
    }
    found.extend(server.changes_of_apis(&platform.admin).await);
    let (mut decision, mut withdrawal) = (u64::MAX, u64::MAX);
    for (id, credential) in &tokens[..TIMES] {
        server.pages();
        assert_eq!(platform.reason(credential, "GET", DEVICE).await, "allowed");
        decision = decision.min(server.pages());
        platform.admin.delete(&format!("/tokens/{id}")).await;
        withdrawal = withdrawal.min(server.pages());
    }
    assert!(decision > 0, "the meter stands still");
    found.extend([("first decision".to_owned(), decision), ("withdrawal".to_owned(), withdrawal)]);
    found
}

async fn requests_read_about_as_much_with_ten_times_the_rows(place: Where) {
    if !explain_all(&place).await {
        return;
    }
    let server = Server::start(place.clone()).await;
    let platform = Platform::on(&server).await;
    platform.member(&server, "lead", &[("harbour", "admin")]).await;
    platform.admin.post("/systems", &json!({ "key": "wide", "name": "Wide" })).await;
    let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "another" })).await;
    let mut tokens = Vec::new();
    for _ in 0..SIZES.len() * (TIMES + 1) {
        let id = platform.apply("rsa").await;
        let credential = platform.credential(&id).await;
        tokens.push((id, credential));
    }
    drop(platform);
    drop(server);

    let (mut results, mut before) = (Vec::new(), 0);
    for (size, tokens) in SIZES.into_iter().zip(tokens.chunks(TIMES + 1)) {
        grow(&place, before, size).await;
        results.push(measured(&place, &text(&key["key"]), tokens).await);
        before = size;
    }
    // Indexes may have become one page deeper, and the rows of a page of a list lie apart. SQLite looks at some
    // hundred pages for it, and does not always have them in its cache. A table has thousands.
    let more = if place.database_url.is_some() { 250 } else { 1_000 };
    let mut faults = Vec::new();
    for ((what, few), (_, many)) in results[0].iter().zip(&results[1]) {
        eprintln!("{what}: {few}, then {many} pages");
        if *many > 2 * few + more {
            faults.push(format!("{what}: {few} pages, then {many}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

in_both_places! { requests_read_about_as_much_with_ten_times_the_rows => requests_read_about_as_much_with_ten_times_the_rows }
