//! The rotation of the master key, and where it comes from.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor as _};

use crate::clocks;
use crate::data_keys::log_in;
use crate::in_both_places;
use crate::process::Process;
use crate::server::{Caller, PASSWORD, Platform, Server, Where, each, text};

const FIRST: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const NEXT: &str = "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";
const WRONG: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// Writes a key file.
fn write(path: &Path, keys: &[&str]) {
    std::fs::write(path, keys.join("\n")).unwrap();
}

/// The variables of a server that takes its master key in this way.
fn taken(from: &'static str, what: String) -> Vec<(&'static str, String)> {
    vec![("LATCHKEY_MASTER_KEY", String::new()), (from, what)]
}

fn file(place: &Where) -> (PathBuf, Vec<(&'static str, String)>) {
    let path = place.data_dir().join("the.key");
    let variables = taken("LATCHKEY_MASTER_KEY_FILE", path.display().to_string());
    (path, variables)
}

async fn rotate(process: &Process, wait: u32) -> Output {
    let url = process.url.clone();
    let run = move || {
        Command::new(env!("CARGO_BIN_EXE_latchkey"))
            .args(["rotate-master-key", "--server", &url, "--wait", &wait.to_string()])
            .env("LATCHKEY_PASSWORD", PASSWORD)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

fn in_use(keys: &Value) -> Vec<bool> {
    keys["items"].as_array().unwrap().iter().map(|key| key["in_use"] == true).collect()
}

async fn secret(admin: &Caller, token: &str) -> Value {
    admin.get(&format!("/tokens/{token}/secret")).await["secret_id"].clone()
}

async fn rotated(place: Where) {
    let (path, variables) = file(&place);
    write(&path, &[FIRST]);
    let mut process = clocks::node(&place, &variables);
    let platform = Platform::by(log_in(&process).await).await;
    let token = platform.apply("jwt").await;
    let known = secret(&platform.admin, &token).await;
    let before = text(&platform.admin.get("/data-keys").await["items"][0]["master_key"]);
    let refused = platform.admin.refused(Method::POST, "/master-keys/rotate", &Value::Null).await;
    assert_eq!(refused.kind(), "conflict");
    let backup = format!(
        "INSERT INTO backups (made_at, file, data_keys, master_key) VALUES (1, 'monday.age', 'key_1', '{before}')"
    );
    place.connect().await.execute(AssertSqlSafe(backup)).await.unwrap();

    // The file is read while the server runs, and a wrong key is not taken.
    write(&path, &[WRONG]);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(each(&platform.admin.get("/master-keys").await, "id"), [before.as_str()]);
    write(&path, &[FIRST, NEXT]);
    let done = rotate(&process, 30).await;
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{said} {}", String::from_utf8_lossy(&done.stderr));
    assert!(said.contains("monday.age"), "{said}");
    let keys = platform.admin.get("/master-keys").await;
    assert_eq!(in_use(&keys), [true, false]);
    assert_eq!(each(&keys, "id")[1], before);
    let after = text(&platform.admin.get("/data-keys").await["items"][0]["master_key"]);
    assert_eq!(each(&keys, "id")[0], after);
    assert_eq!(secret(&platform.admin, &token).await, known);
    let events = platform.admin.get("/audit-events?action=master_key.rotated").await;
    assert_eq!(
        (&events["items"][0]["target"]["id"], &events["items"][0]["detail"]["before"]),
        (&json!(after), &json!(before))
    );

    // The old key opens nothing any more.
    process.kill();
    write(&path, &[FIRST]);
    let said = Process::refused(&place, &variables);
    assert!(said.contains("is not the one that wraps the data keys") && said.contains(&after), "{said}");
    assert!(!said.contains(FIRST));
    write(&path, &[NEXT]);
    let process = clocks::node(&place, &variables);
    let admin = log_in(&process).await;
    assert_eq!(secret(&admin, &token).await, known);
    assert_eq!(in_use(&admin.get("/master-keys").await), [true]);
    // A new data key is wrapped by the next master key, too.
    admin.ask("/data-keys/rotate", &json!({})).await;
    let keys = admin.get("/data-keys").await;
    assert_eq!(each(&keys, "master_key"), [after.as_str(), after.as_str()]);
}
in_both_places!(the_master_key_is_rotated => rotated);

#[tokio::test]
async fn a_rotation_waits_for_a_node_without_the_next_master_key() {
    let Some(place) = Where::postgres().await else { return };
    let (path, variables) = file(&place);
    write(&path, &[FIRST, NEXT]);
    let process = clocks::node(&place, &variables);
    let admin = log_in(&process).await;
    // It has the first key only.
    let other = Server::start(place.clone()).await;
    let begun = Instant::now();
    let missing = loop {
        let keys = admin.get("/master-keys").await;
        let missing = keys["items"][1]["missing_on"].clone();
        if missing.as_array().is_some_and(|nodes| nodes.len() == 1) {
            break missing;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{keys}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let refused = admin.refused(Method::POST, "/master-keys/rotate", &Value::Null).await;
    assert!(text(&refused.body["detail"]).contains(missing[0].as_str().unwrap()), "{:?}", refused.body);
    let refused = rotate(&process, 1).await;
    assert!(!refused.status.success());
    drop(other);
    let done = rotate(&process, 20).await;
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[tokio::test]
async fn a_command_gives_the_master_key_and_it_is_not_logged() {
    let place = Where::sqlite();
    let path = place.data_dir().join("sealed");
    write(&path, &[FIRST]);
    let log = std::fs::File::create(place.data_dir().join("log")).unwrap();
    let mut variables = taken("LATCHKEY_MASTER_KEY_COMMAND", format!("cat {}", path.display()));
    variables.push(("LATCHKEY_LOG", "debug".to_owned()));
    let mut process = Process::start_logging_to(log.into(), &place, &variables);
    let platform = Platform::by(log_in(&process).await).await;
    let token = platform.apply("jwt").await;
    let known = secret(&platform.admin, &token).await;
    process.kill();
    let log = std::fs::read_to_string(place.data_dir().join("log")).unwrap();
    assert!(!log.contains(FIRST) && !log.is_empty());
    assert!(!place.data_dir().join("master.key").exists());
    for (command, says) in [("exit 3", "it failed"), ("echo nothing", "32 bytes in base64")] {
        let said = Process::refused(&place, &taken("LATCHKEY_MASTER_KEY_COMMAND", command.to_owned()));
        assert!(said.contains(says), "{said}");
    }
    let process = Process::start(&place, &variables);
    assert_eq!(secret(&log_in(&process).await, &token).await, known);
}

#[tokio::test]
async fn only_a_logged_in_system_administrator_sees_and_rotates_keys_at_rest() {
    let server = Server::start(Where::sqlite()).await;
    let platform = Platform::on(&server).await;
    let lin = platform.member(&server, "lin", &[("harbour", "admin")]).await;
    for path in ["/data-keys", "/master-keys"] {
        for (method, path) in [(Method::GET, path.to_owned()), (Method::POST, format!("{path}/rotate"))] {
            assert_eq!(lin.status(method.clone(), &path).await, StatusCode::FORBIDDEN);
            assert_eq!(server.nobody().status(method.clone(), &path).await, StatusCode::UNAUTHORIZED);
            assert_eq!(platform.gateway.status(method, &path).await, StatusCode::UNAUTHORIZED);
        }
    }
}
