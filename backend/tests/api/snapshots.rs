//! Databases of earlier versions, as their programs have left them. Each is upgraded, and must go on.
//!
//! A snapshot is the dump of a database of each engine, and what a test must know of it. For a new release,
//! add one:
//!
//! ```sh
//! LATCHKEY_TEST_SNAPSHOT=schema-34 LATCHKEY_TEST_OLD_PROGRAM=target/release/latchkey \
//!     cargo test -p latchkey --test api snapshots::make
//! ```
//!
//! It needs `sqlite3`, `pg_dump` and `LATCHKEY_TEST_POSTGRES_URL`. Then name it in [`Snapshot::ALL`].

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use crate::in_both_places;
use crate::process::Process;
use crate::server::{Caller, DEVICE, PASSWORD, Platform, Server, Where, each, sealed, text, unique};

/// The database of an earlier version.
pub(crate) struct Snapshot {
    name: &'static str,
    /// The dumps of SQLite and of PostgreSQL.
    dumps: [&'static str; 2],
    /// What is in them.
    known: [&'static str; 2],
}

macro_rules! snapshot {
    ($name:literal) => {
        Snapshot {
            name: $name,
            dumps: [
                include_str!(concat!("../snapshots/", $name, "/sqlite.sql")),
                include_str!(concat!("../snapshots/", $name, "/postgres.sql")),
            ],
            known: [
                include_str!(concat!("../snapshots/", $name, "/sqlite.json")),
                include_str!(concat!("../snapshots/", $name, "/postgres.json")),
            ],
        }
    };
}

impl Snapshot {
    /// All of them, in their order.
    const ALL: [Self; 1] = [snapshot!("schema-28")];
    /// The last one.
    pub(crate) const LATEST: &'static Self = &Self::ALL[Self::ALL.len() - 1];
}

/// Puts the database of a snapshot in the place of a server. Returns what is known of it.
pub(crate) async fn restore(place: &Where, snapshot: &Snapshot) -> Value {
    let engine = usize::from(place.database_url.is_some());
    let statements = snapshot.dumps[engine];
    if let Some(url) = &place.database_url {
        let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
        connection.execute(statements).await.unwrap();
        connection.close().await.unwrap();
    } else {
        let file = place.data_dir().join("latchkey.db");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).create_if_missing(true);
        let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        connection.execute(statements).await.unwrap();
        connection.close().await.unwrap();
    }
    serde_json::from_str(snapshot.known[engine]).unwrap()
}

in_both_places!(the_database_of_each_earlier_version_goes_on => goes_on);

async fn goes_on(place: Where) {
    for snapshot in &Snapshot::ALL {
        let place =
            if place.database_url.is_some() { Where::postgres().await.unwrap() } else { Where::sqlite() };
        eprintln!("{}", snapshot.name);
        let known = restore(&place, snapshot).await;
        check(&Server::start(place.clone()).await, &known).await;
        // Once more, with nothing to migrate.
        check(&Server::start(place).await, &known).await;
    }
}

/// Checks that what was in the database still is, and works.
async fn check(server: &Server, known: &Value) {
    let admin = server.admin().await;
    let gateway = server.nobody().with_bearer(&text(&known["verifier"]));
    let platform = Platform { admin, gateway };
    let admin = &platform.admin;

    // Credentials pass or not, as before.
    for (credential, reason) in [
        ("open_token", "allowed"),
        ("of_all", "allowed"),
        ("child", "allowed"),
        ("rotated_out", "stale"),
        ("withdrawn", "unknown_token"),
        ("disabled", "disabled"),
    ] {
        let decided = platform.reason(&text(&known[credential]), "GET", DEVICE).await;
        let is_right = decided == reason || credential == "rotated_out" && decided != "allowed";
        assert!(is_right, "{credential}: {decided}");
    }
    // Sealed columns open, and hold what they held.
    let file = admin.get(&format!("/tokens/{}/file", text(&known["rsa"]))).await;
    assert_eq!((&file["secret"], &file["open_token"]), (&known["secret"], &known["open_token"]));
    let request = || sealed(&file, &json!({ "htm": "GET", "htu": DEVICE }));
    let once = request();
    assert_eq!(platform.reason(&once, "GET", DEVICE).await, "allowed");
    assert_eq!(platform.reason(&once, "GET", DEVICE).await, "replayed");
    let jwt = text(&known["jwt"]);
    let secret = admin.get(&format!("/tokens/{jwt}/secret")).await;
    assert_eq!(secret["secret_id"], known["secret_id"]);
    let access = text(&platform.exchange(&jwt, &text(&known["secret_id"])).await["access_token"]);
    assert_eq!(platform.reason(&access, "GET", DEVICE).await, "allowed");
    let session = admin.http.get(format!("{}/api/v1/tokens", admin.url()));
    let session = session.header("cookie", text(&known["session"])).send().await.unwrap();
    assert!([StatusCode::OK, StatusCode::UNAUTHORIZED].contains(&session.status()));

    // Limits, lists, usage and the trail.
    let limited = admin.get(&format!("/tokens/{}", text(&known["rsa"]))).await;
    for limit in ["rate_limit", "quota", "api_limits", "allowed_ips", "expires_at"] {
        assert_eq!(limited[limit], known["limited"][limit], "{limit}");
    }
    assert_eq!(admin.get("/limits").await, known["limits"]);
    assert_eq!(admin.get("/projects/harbour/limits").await, known["project_limits"]);
    let names = |page: &Value| each(page, "name").into_iter().collect::<BTreeSet<_>>();
    let before = names(&known["tokens"]);
    assert_eq!(names(&admin.get("/tokens?limit=200").await), before);
    for (query, found) in [("crane", 1), ("nothing like it", 0)] {
        let page = admin.get(&format!("/tokens?q={query}")).await;
        assert_eq!(page["items"].as_array().unwrap().len(), found, "{query}");
    }
    for list in ["/systems", "/projects", "/users", "/projects/harbour/members"] {
        let items = |page: &Value| page["items"].as_array().unwrap().len();
        assert_eq!(items(&admin.get(list).await), items(&known["lists"][list]), "{list}");
    }
    let usage = admin.get(&format!("/tokens/{}/usage", text(&known["rsa"]))).await;
    let count = |usage: &Value| -> i64 {
        usage["months"].as_array().unwrap().iter().map(|month| month["count"].as_i64().unwrap()).sum()
    };
    assert!(count(&usage) >= count(&known["usage"]), "{usage}");
    let events = admin.get("/audit-events?limit=200&action=token").await;
    assert!(!events["items"].as_array().unwrap().is_empty());
    let known_events = each(&known["events"], "id");
    let all = admin.get("/audit-events?limit=200").await;
    let is_kept = |id: &String| each(&all, "id").contains(id);
    assert!(known_events.iter().all(is_kept), "{all}");

    // And the next change holds.
    let id = platform.apply("rsa").await;
    let credential = platform.credential(&id).await;
    assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "allowed");
    admin.delete(&format!("/tokens/{id}")).await;
    assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "unknown_token");
}

/// Uses a server for everything that leaves rows behind. Returns what [`check`] must know.
async fn fill(url: &str) -> Value {
    let login = json!({ "username": "admin", "password": PASSWORD });
    let admin = Caller::new(url);
    let session = admin.send(Method::POST, "/session").json(&login).send().await.unwrap();
    let session = session.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let platform = Platform::by(admin).await;
    let admin = &platform.admin;
    let verifier = admin.post("/systems/fleet/verifier-keys", &json!({ "name": "second" })).await;

    // What people set up.
    let yard = json!({ "key": "yard", "name": "Yard", "audience": "https://yard.example" });
    admin.post("/systems", &yard).await;
    let api =
        json!({ "operation_id": "openGate", "method": "POST", "path": "/gate", "name": "Open the gate" });
    admin.post("/systems/yard/apis", &api).await;
    admin.patch("/systems/yard", &json!({ "restricted": true })).await;
    admin.put("/projects/harbour/systems/yard", &Value::Null).await;
    let temporary = "a temporary password";
    let lin = json!({ "username": "lin", "display_name": "Lin 林", "email": "lin@example.org", "password": temporary });
    admin.post("/users", &lin).await;
    admin.put("/projects/harbour/members/lin", &json!({ "role": "admin" })).await;
    let person = Caller::new(url);
    let login = json!({ "username": "lin", "password": temporary });
    assert!(person.send(Method::POST, "/session").json(&login).send().await.unwrap().status().is_success());
    let own = json!({ "current_password": temporary, "new_password": "a password of my own" });
    person.put("/session/password", &own).await;
    let many = json!({ "requests": 1_000_000, "period": "day", "time_zone": "Asia/Shanghai" });
    let often = json!({ "requests": 10_000, "seconds": 60 });
    let of_api = json!([{ "api": "fleet:readDevice", "rate_limit": often }]);
    let ceiling = json!({ "ceiling": { "quota": many, "rate_limit": often, "api_limits": of_api } });
    admin.put("/limits", &ceiling).await;
    admin.put("/projects/harbour/limits", &ceiling).await;

    // Tokens of all kinds.
    let apply = async |caller: &Caller, wanted: Value| text(&caller.post("/tokens", &wanted).await["id"]);
    let crane = json!({
        "kind": "rsa", "name": "Crane control", "description": "For the night shift",
        "apis": ["fleet:readDevice", "fleet:listDevices"], "projects": ["harbour", "quarry"],
        "expires_at": "2099-01-31T12:00:00Z", "allowed_ips": [],
        "rate_limit": often, "quota": many, "api_limits": of_api,
    });
    let rsa = apply(admin, crane).await;
    let before = platform.credential(&rsa).await;
    assert_eq!(platform.reason(&before, "GET", DEVICE).await, "allowed");
    admin.ask(&format!("/tokens/{rsa}/rotate"), &json!({ "overlap_seconds": 1 })).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let jwt = apply(&person, Platform::wanted("jwt")).await;
    let secret_id = text(&admin.get(&format!("/tokens/{jwt}/secret")).await["secret_id"]);
    let all = json!({ "kind": "rsa", "name": "All projects", "systems": ["fleet"], "all_projects": true });
    let all = apply(admin, all).await;
    let apis = ["latchkey:create_token", "latchkey:get_token_file", "fleet:readDevice"];
    let issuer = json!({ "kind": "rsa", "name": "Issuer", "apis": apis, "projects": ["harbour"] });
    let issuer = apply(admin, issuer).await;
    let issuer = admin.with_bearer(&platform.credential(&issuer).await);
    let child = apply(&issuer, Platform::wanted("rsa")).await;
    let disabled = platform.apply("rsa").await;
    let disabled_credential = platform.credential(&disabled).await;
    admin.patch(&format!("/tokens/{disabled}"), &json!({ "status": "disabled" })).await;
    let withdrawn = platform.apply("rsa").await;
    let withdrawn_credential = platform.credential(&withdrawn).await;
    admin.delete(&format!("/tokens/{withdrawn}")).await;
    let request = admin.send(Method::POST, "/tokens").header("Idempotency-Key", unique("key"));
    let answer = request.json(&Platform::wanted("jwt")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);

    // Calls.
    let file = admin.get(&format!("/tokens/{rsa}/file")).await;
    let open_token = text(&file["open_token"]);
    let once = sealed(&file, &json!({ "htm": "GET", "htu": DEVICE }));
    for credential in [&open_token, &open_token, &once] {
        assert_eq!(platform.reason(credential, "GET", DEVICE).await, "allowed");
    }
    assert_eq!(platform.reason(&open_token, "PATCH", DEVICE).await, "api_not_granted");
    let access = text(&platform.exchange(&jwt, &secret_id).await["access_token"]);
    assert_eq!(platform.reason(&access, "GET", DEVICE).await, "allowed");
    let revoke = admin.http.post(format!("{url}/oauth2/revoke")).basic_auth(&jwt, Some(&secret_id));
    let revoked = revoke.form(&[("token", &access)]).send().await.unwrap();
    assert_eq!(revoked.status(), StatusCode::OK);
    admin.ask("/signing-keys/rotate", &json!({})).await;
    // Spent calls and counts are written within seconds, and what is asked for at once.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let usage = admin.get(&format!("/tokens/{rsa}/usage")).await;
    admin.get("/stats").await;

    let mut lists = serde_json::Map::new();
    for list in ["/systems", "/projects", "/users", "/projects/harbour/members"] {
        lists.insert(list.to_owned(), admin.get(list).await);
    }
    json!({
        "verifier": verifier["key"], "session": session, "rsa": rsa, "secret": file["secret"],
        "open_token": open_token, "rotated_out": before, "withdrawn": withdrawn_credential,
        "disabled": disabled_credential, "jwt": jwt, "secret_id": secret_id,
        "of_all": platform.credential(&all).await, "child": platform.credential(&child).await,
        "limited": admin.get(&format!("/tokens/{rsa}")).await, "limits": admin.get("/limits").await,
        "project_limits": admin.get("/projects/harbour/limits").await, "lists": lists, "usage": usage,
        "tokens": admin.get("/tokens?limit=200").await,
        "events": admin.get("/audit-events?limit=200").await,
    })
}

in_both_places!(make => make_if_asked);

/// Makes a snapshot, if the variables say so.
async fn make_if_asked(place: Where) {
    let asked = |name: &str| std::env::var(name).ok();
    let (Some(name), Some(program)) = (asked("LATCHKEY_TEST_SNAPSHOT"), asked("LATCHKEY_TEST_OLD_PROGRAM"))
    else {
        return;
    };
    let mut process = Process::of(Path::new(&program), &place, &[]);
    let known = fill(&process.url).await;
    // A node that is killed stays in the list of nodes.
    process.kill();
    let empty = empty_tables(&place).await;
    // They have rows only for a moment, or after 400 days.
    assert!(empty.iter().all(|table| ["imports", "token_months"].contains(&&**table)), "{empty:?}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let (engine, dump) = dump(&place);
    write(folder.join(format!("{engine}.sql")), &dump);
    write(folder.join(format!("{engine}.json")), &format!("{known}\n"));
}

async fn empty_tables(place: &Where) -> Vec<String> {
    let mut connection = place.connect().await;
    let statement = if place.database_url.is_some() {
        "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public'"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    };
    let tables: Vec<String> = sqlx::query_scalar(statement).fetch_all(&mut connection).await.unwrap();
    let mut empty = Vec::new();
    for table in tables {
        let count = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {table}");
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut connection).await.unwrap();
        if count == 0 {
            empty.push(table);
        }
    }
    // The dump must not find it open.
    connection.close().await.unwrap();
    empty
}

/// The statements that make the database again.
fn dump(place: &Where) -> (&'static str, String) {
    let (engine, mut command) = if let Some(url) = &place.database_url {
        let mut command = Command::new("pg_dump");
        command.args(["--inserts", "--no-owner", "--no-privileges", "--no-comments", url]);
        ("postgres", command)
    } else {
        let mut command = Command::new("sqlite3");
        command.arg(place.data_dir().join("latchkey.db")).arg(".dump");
        ("sqlite", command)
    };
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    // Some lines of pg_dump are commands of psql, or nothing.
    let is_statement = |line: &&str| !line.starts_with('\\') && !line.starts_with("--") && !line.is_empty();
    let lines: Vec<&str> = text.lines().filter(is_statement).collect();
    (engine, lines.join("\n") + "\n")
}

fn write(path: PathBuf, text: &str) {
    std::fs::write(path, text).unwrap();
}
