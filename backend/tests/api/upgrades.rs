//! Upgrades: what a program does with the database of another version.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use latchkey::database::Database;
use latchkey::nodes::all_enforce;
use latchkey::web::problem::Problem;
use reqwest::Method;
use serde_json::json;
use sqlx::{AssertSqlSafe, Executor as _};

use crate::faults::{Report, times};
use crate::in_both_places;
use crate::pressure::Pressure;
use crate::process::Process;
use crate::prometheus::free_port;
use crate::server::{Caller, DEVICE, PASSWORD, Platform, Server, Where, text};
use crate::snapshots::{Snapshot, restore};
use crate::steps::Played;

in_both_places! { a_program_goes_on_with_a_database_of_a_later_version => goes_on_with_later }
in_both_places! { a_program_that_is_too_old_is_refused_and_ends => is_refused }
in_both_places! { migrations_can_be_a_step_of_their_own => migrates_apart }

/// Changes the database as a later version would: a migration that this program does not know.
async fn migrate_later(place: &Where) {
    let checksum = if place.database_url.is_some() { r"'\x00'" } else { "X'00'" };
    let mut connection = place.connect().await;
    connection.execute("ALTER TABLE tokens ADD COLUMN later TEXT").await.unwrap();
    let statement = format!(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9001, '9001', TRUE, {checksum}, 0)"
    );
    connection.execute(AssertSqlSafe(statement)).await.unwrap();
}

async fn goes_on_with_later(place: Where) {
    let server = Server::start(place.clone()).await;
    let platform = Platform::on(&server).await;
    let id = platform.apply("rsa").await;
    let credential = platform.credential(&id).await;
    migrate_later(&place).await;
    // A node that runs goes on,
    assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "allowed");
    platform.apply("jwt").await;
    drop(server);
    // and one that starts again does.
    let server = Server::start(place).await;
    let admin = server.admin().await;
    let platform = Platform { gateway: platform.gateway.at(&server.url), admin };
    assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "allowed");
    platform.apply("jwt").await;
    platform.admin.delete(&format!("/tokens/{id}")).await;
    assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "unknown_token");
    let schema = platform.admin.get("/doctor").await;
    assert!(schema["findings"].as_array().unwrap().iter().all(|one| one["state"] != "error"), "{schema}");
}

async fn is_refused(place: Where) {
    let log = place.data_dir().with_extension("log");
    let file = std::fs::File::create(&log).unwrap();
    let mut process = Process::start_logging_to(Stdio::from(file), &place, &[]);
    let url = process.url.clone();
    assert_eq!(Caller::new(&url).http.get(format!("{url}/readyz")).send().await.unwrap().status(), 200);
    let mut connection = place.connect().await;
    connection.execute("UPDATE needed_schema SET number = 9001").await.unwrap();
    // One that runs ends as soon as it knows.
    assert!(!process.end().await.success());
    let said = std::fs::read_to_string(&log).unwrap();
    std::fs::remove_file(log).unwrap();
    assert!(said.contains("too old for the database"), "{said}");
    // One that starts does not.
    let said = Process::refused(&place, &[]);
    assert!(said.contains("too old for the database") && said.contains("schema 9001"), "{said}");
    let checked = Process::command(&place, &["migrate", "--check"], &[]);
    assert_eq!(checked.status.code(), Some(1));
    connection.execute("UPDATE needed_schema SET number = 28").await.unwrap();
    drop(Process::start(&place, &[]));
}

/// The exit status of `migrate --check`, and what it says.
fn check(place: &Where) -> (Option<i32>, String) {
    let output = Process::command(place, &["migrate", "--check"], &[]);
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

async fn migrates_apart(place: Where) {
    let (status, said) = check(&place);
    assert_eq!((status, said.contains("0001"), said.contains("can go on")), (Some(3), true, true), "{said}");
    assert!(!place.data_dir().join("latchkey.db").exists(), "a check makes nothing");
    restore(&place, Snapshot::LATEST).await;
    let (status, said) = check(&place);
    assert_eq!((status, said.contains("0034"), said.contains("0028")), (Some(3), true, false), "{said}");
    if place.database_url.is_some() {
        // The program of a live node does not know what the database needs from then on.
        let played = Played::join(&place).await;
        let (status, said) = check(&place);
        assert_eq!((status, said.contains("first: 0.")), (Some(4), true), "{said}");
        let refused = Process::refused(&place, &[]);
        assert!(refused.contains("stop or upgrade them first"), "{refused}");
        drop(played);
        place.connect().await.execute("DELETE FROM nodes").await.unwrap();
    }
    let applied = Process::command(&place, &["migrate"], &[]);
    assert!(applied.status.success(), "{applied:?}");
    assert!(String::from_utf8(applied.stdout).unwrap().starts_with("Applied: "));
    let (status, said) = check(&place);
    assert_eq!((status, said.trim()), (Some(0), "The database has all migrations of this version."));
    // Beside a server that runs, too.
    let _server = Server::start(place.clone()).await;
    assert_eq!(check(&place).0, Some(0));
}

/// A node of a fleet, which is upgraded and rolled back.
struct Node {
    place: Where,
    listen: String,
    process: Process,
}

impl Node {
    fn start(program: &Path, place: &Where) -> Self {
        let listen = format!("127.0.0.1:{}", free_port());
        let process = run(program, place, &listen);
        Self { place: place.clone(), listen, process }
    }

    /// Stops the program, and starts this one in its place.
    async fn change_to(&mut self, program: &Path) {
        self.process.signal("-TERM");
        assert!(self.process.end().await.success());
        self.process = run(program, &self.place, &self.listen);
    }
}

fn run(program: &Path, place: &Where, listen: &str) -> Process {
    let variables = [
        ("LATCHKEY_LISTEN", listen.to_owned()),
        ("LATCHKEY_PUBLIC_URL", "http://latchkey.example".to_owned()),
    ];
    let mut process = Process::of(program, place, &variables);
    // Its first line is the public URL.
    process.url = format!("http://{listen}");
    process
}

/// Waits until a node answers.
async fn ready(url: &str) {
    let begun = Instant::now();
    while !Caller::new(url).http.get(format!("{url}/readyz")).send().await.is_ok_and(|it| it.status() == 200)
    {
        assert!(begun.elapsed() < Duration::from_secs(20), "{url}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn at_process(url: &str) -> Caller {
    let caller = Caller::new(url);
    let login = json!({ "username": "admin", "password": PASSWORD });
    assert!(caller.send(Method::POST, "/session").json(&login).send().await.unwrap().status().is_success());
    caller
}

/// Two nodes of the release before become nodes of this version, one after the other. In the middle, the old one
/// is restarted. Then both are rolled back, and upgraded again. `cargo xtask faults --only upgrade` builds the old
/// program.
#[tokio::test]
async fn a_fleet_is_upgraded_and_rolled_back_under_load() {
    let Ok(old) = std::env::var("LATCHKEY_TEST_OLD_PROGRAM") else { return };
    let (old, new) = (Path::new(&old), Path::new(env!("CARGO_BIN_EXE_latchkey")));
    // A program from before it asked the database what it needs refuses later migrations.
    let can_go_back = std::process::Command::new(old).args(["migrate", "--help"]).output().unwrap();
    let can_go_back = can_go_back.status.success();
    let mut report = Report::default();
    let mut told = None;
    for _ in 0..times(0) {
        let Some(place) = Where::postgres().await else { return };
        let mut first = Node::start(old, &place);
        let mut second = Node::start(old, &place);
        let platform = Platform::by(at_process(&first.process.url).await).await;
        let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "another" })).await;
        let url = second.process.url.clone();
        let beyond = Platform {
            gateway: Caller::new(&url).with_bearer(&text(&key["key"])),
            admin: at_process(&url).await,
        };
        let pressure = Pressure::on(&platform, &beyond, 60).await;
        let upgrade = async {
            second.change_to(new).await;
            ready(&second.process.url).await;
            tokio::time::sleep(Duration::from_secs(2)).await;
            if can_go_back {
                first.change_to(old).await;
                ready(&first.process.url).await;
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
            first.change_to(new).await;
            ready(&first.process.url).await;
            if can_go_back {
                for node in [&mut first, &mut second] {
                    node.change_to(old).await;
                    ready(&node.process.url).await;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                for node in [&mut first, &mut second] {
                    node.change_to(new).await;
                }
            }
        };
        pressure.during(upgrade, &mut report).await;
        told = Some(place);
    }
    let Some(place) = told else { return };
    if !can_go_back {
        report.note = "the old program does not start again after the first new one".to_owned();
    }
    report.tell("a fleet is upgraded, and rolled back", &place);
}

#[tokio::test]
async fn a_new_kind_of_denial_waits_until_every_live_node_enforces_it() {
    let Some(place) = Where::postgres().await else { return };
    let server = Server::start(place.clone()).await;
    let own = server.admin().await.get("/nodes").await["items"][0]["schemas"]["highest"].as_i64().unwrap();
    let database = Database::open(&place.configuration()).await.unwrap();
    let deny = async || {
        let write = database.write(move |transaction| {
            async move { all_enforce(transaction.connection(), own).await }.boxed()
        });
        write.await.map_err(|problem: Problem| format!("{problem:?}"))
    };
    let needed = async || {
        let statement = "SELECT number FROM needed_schema";
        let number: i64 = sqlx::query_scalar(statement).fetch_one(&mut place.connect().await).await.unwrap();
        number
    };
    let played = Played::join(&place).await;
    let refused = deny().await.unwrap_err();
    assert!(refused.contains("older version") && refused.contains(": 0."), "{refused}");
    assert_eq!(needed().await, 28);
    drop(played);
    // When it is silent for so long that it may decide nothing, nobody waits for it.
    tokio::time::sleep(Duration::from_secs(9)).await;
    deny().await.unwrap();
    assert_eq!(needed().await, own, "from now on, no older program starts");
    deny().await.unwrap();
    database.close().await;
}
