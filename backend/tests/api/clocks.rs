//! A node whose clock is wrong must not affect decisions. `faketime` changes the wall clock of a process, but
//! not the clock that counts since boot.

use std::path::PathBuf;
use std::time::Duration;

use latchkey_shared::time::parse_millis;
use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::{Connection as _, Executor as _};

use crate::faults::{Report, times};
use crate::in_both_places;
use crate::process::Process;
use crate::server::{Caller, DEVICE, PASSWORD, Platform, Server, Where, each, now, sealed, text};
use crate::signing_keys::published;

/// The environment variables that give a process another time. `None` if `faketime` is not installed. `cargo
/// xtask test` installs it.
pub(crate) fn faketime() -> Option<Vec<(&'static str, String)>> {
    let folders = std::fs::read_dir("/usr/lib").unwrap().filter_map(Result::ok);
    let library: Option<PathBuf> = folders
        .map(|folder| folder.path().join("faketime/libfaketime.so.1"))
        .find(|library| library.is_file());
    let Some(library) = library else {
        eprintln!("SKIPPED: faketime is not installed");
        return None;
    };
    Some(vec![
        ("LD_PRELOAD", library.display().to_string()),
        ("DONT_FAKE_MONOTONIC", "1".to_owned()),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
    ])
}

/// Starts a node as a process. All nodes have the same public URL, so a process does not report its port. The
/// port is chosen here.
pub(crate) fn node(place: &Where, variables: &[(&str, String)]) -> Process {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut variables = variables.to_vec();
    variables.push(("LATCHKEY_LISTEN", format!("127.0.0.1:{port}")));
    variables.push(("LATCHKEY_PUBLIC_URL", "http://latchkey.example".to_owned()));
    let mut process = Process::start(place, &variables);
    process.url = format!("http://127.0.0.1:{port}");
    process
}

pub(crate) async fn ready(process: &Process) -> serde_json::Value {
    let url = format!("{}/readyz", process.url);
    loop {
        if let Ok(answer) = reqwest::get(&url).await {
            assert_eq!(answer.status(), StatusCode::OK);
            return answer.json().await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_node_two_days_ahead_revives_nothing() {
    let (Some(place), Some(mut variables)) = (Where::postgres().await, faketime()) else { return };
    let right = Server::start(place.clone()).await;
    let platform = Platform::on(&right).await;

    // A used one-time request and a revoked JWT.
    let id = platform.apply("rsa").await;
    let file = platform.admin.get(&format!("/tokens/{id}/file")).await;
    let request = sealed(&file, &json!({ "htm": "GET", "htu": DEVICE }));
    assert_eq!(platform.reason(&request, "GET", DEVICE).await, "allowed");
    let jwt = platform.apply("jwt").await;
    let secret = text(&platform.admin.get(&format!("/tokens/{jwt}/secret")).await["secret_id"]);
    let access = text(&platform.exchange(&jwt, &secret).await["access_token"]);
    let revoke = platform.admin.http.post(format!("{}/oauth2/revoke", right.url));
    let revoked = revoke.basic_auth(&jwt, Some(&secret)).form(&[("token", &access)]).send().await.unwrap();
    assert_eq!(revoked.status(), StatusCode::OK);

    variables.push(("FAKETIME", "+172800s".to_owned()));
    let wrong = node(&place, &variables);
    let health = ready(&wrong).await;
    assert!((172_700..172_900).contains(&health["clock_off_seconds"].as_i64().unwrap()), "{health}");
    // Wait for the cleanup that a node runs when it starts.
    tokio::time::sleep(Duration::from_secs(1)).await;
    for token in [&id, &jwt] {
        let path = format!("/tokens/{token}");
        platform.admin.patch(&path, &json!({ "description": "read again" })).await;
    }
    assert_eq!(platform.reason(&request, "GET", DEVICE).await, "replayed");
    assert_eq!(platform.reason(&access, "GET", DEVICE).await, "unknown_token");

    // The node still decides calls, using the clock of the database.
    let admin = Caller::new(&wrong.url);
    let login = json!({ "username": "admin", "password": PASSWORD });
    let answer = admin.send(Method::POST, "/session").json(&login).send().await.unwrap();
    assert!(answer.status().is_success());
    let key = admin.post("/systems/fleet/verifier-keys", &json!({ "name": "second" })).await;
    let beyond = Platform { gateway: admin.with_bearer(key["key"].as_str().unwrap()), admin };
    let request = sealed(&file, &json!({ "htm": "GET", "htu": DEVICE }));
    assert_eq!(beyond.reason(&request, "GET", DEVICE).await, "allowed");
    let fresh = text(&beyond.exchange(&jwt, &secret).await["access_token"]);
    assert_eq!(platform.reason(&fresh, "GET", DEVICE).await, "allowed");
    // Its revocations have the current time. Otherwise offline verifiers would miss a JWT.
    let feed = platform.gateway.get("/systems/fleet/revocations").await;
    let since = text(&feed["cursor"]);
    beyond.admin.delete(&format!("/tokens/{jwt}")).await;
    let feed = platform.gateway.get(&format!("/systems/fleet/revocations?since={since}&wait=5")).await;
    let before = feed["items"][0]["issued_before"].as_i64().unwrap();
    assert!((now() - 30..now() + 30).contains(&before), "{feed}");
}

#[tokio::test]
async fn a_node_two_days_ahead_neither_ends_nor_reorders_anything() {
    let (Some(place), Some(mut variables)) = (Where::postgres().await, faketime()) else { return };
    let right = Server::start(place.clone()).await;
    let platform = Platform::on(&right).await;
    let wanted = Platform::wanted("rsa");
    let apply = async |admin: &Caller| {
        let request = admin.send(Method::POST, "/tokens").header("Idempotency-Key", "once").json(&wanted);
        let answer: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
        text(&answer["id"])
    };
    let first = apply(&platform.admin).await;
    let before = published(&right).await;

    variables.push(("FAKETIME", "+172800s".to_owned()));
    variables.push(("LATCHKEY_SIGNING_KEY_LIFETIME", "1".to_owned()));
    let wrong = node(&place, &variables);
    ready(&wrong).await;
    // Wait for the cleanup that a node runs when it starts.
    tokio::time::sleep(Duration::from_secs(1)).await;

    // No key is rotated early, no session ends early, and an idempotency key still works.
    assert_eq!(published(&right).await, before);
    let beyond = platform.admin.at(&wrong.url);
    beyond.get("/session").await;
    assert_eq!(apply(&beyond).await, first);
    assert_eq!(apply(&platform.admin).await, first);
    let login = json!({ "username": "admin", "password": PASSWORD });
    let there = Caller::new(&wrong.url);
    assert!(there.send(Method::POST, "/session").json(&login).send().await.unwrap().status().is_success());
    there.at(&right.url).get("/session").await;

    // The token that was created last is the newest, and its event is the latest.
    let ahead = text(&beyond.post("/tokens", &Platform::wanted("rsa")).await["id"]);
    let last = platform.apply("rsa").await;
    let newest = platform.admin.get("/tokens").await;
    assert_eq!(each(&newest, "id")[..2], [last.clone(), ahead.clone()]);
    let trail = platform.admin.get("/audit-events").await;
    let targets: Vec<_> = trail["items"].as_array().unwrap().iter().map(|one| &one["target"]["id"]).collect();
    let place_of = |id: &str| targets.iter().position(|target| *target == id);
    assert!(place_of(&last) < place_of(&ahead), "{trail}");
    // Its calls are counted in the current hour.
    let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "second" })).await;
    let gateway = beyond.with_bearer(key["key"].as_str().unwrap());
    let beyond = Platform { gateway, admin: beyond };
    let credential = platform.credential(&ahead).await;
    assert_eq!(beyond.reason(&credential, "GET", DEVICE).await, "allowed");
    let usage = beyond.admin.get(&format!("/tokens/{ahead}/usage")).await;
    assert_eq!(usage["last_24_hours"], json!({ "allowed": 1, "denied": 0 }));
    let used_at = parse_millis(&text(&usage["last_used_at"])).unwrap();
    assert!((used_at / 1_000 - now()).abs() < 30, "{usage}");
}

#[tokio::test]
async fn a_node_two_days_behind_rotates_a_due_key() {
    let (Some(place), Some(mut variables)) = (Where::postgres().await, faketime()) else { return };
    let first = published(&Server::start(place.clone()).await).await;
    let mut connection = sqlx::PgConnection::connect(place.database_url.as_ref().unwrap()).await.unwrap();
    // By the clock of the slow node, no rotation is due yet.
    let due = now() * 1_000 - 36 * 3_600_000;
    let age = format!("UPDATE signing_keys SET created_at = {due}, signs_from = {due}");
    connection.execute(sqlx::AssertSqlSafe(age)).await.unwrap();

    variables.push(("FAKETIME", "-172800s".to_owned()));
    variables.push(("LATCHKEY_SIGNING_KEY_LIFETIME", "1".to_owned()));
    let slow = node(&place, &variables);
    ready(&slow).await;
    let right = Server::start(place).await;
    let mut keys = published(&right).await;
    for _ in 0..600 {
        if keys.len() > 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        keys = published(&right).await;
    }
    assert_eq!((keys.len(), &keys[0]), (2, &first[0]), "the one that signs is first");
    // As soon as both nodes tell that they hold the key, it signs in six minutes.
    let admin = right.admin().await;
    let mut from = 0;
    for _ in 0..600 {
        let keys = admin.get("/signing-keys").await;
        from = parse_millis(&text(&keys["items"][0]["signs_from"])).unwrap() / 1_000 - now();
        if (300..400).contains(&from) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it signs in {from} s");
}

#[tokio::test]
async fn time_does_not_go_back_with_a_restart_on_sqlite() {
    let Some(mut variables) = faketime() else { return };
    let place = Where::sqlite();
    let (used, expired, credential) = {
        let server = Server::start(place.clone()).await;
        let platform = Platform::on(&server).await;
        let id = platform.apply("rsa").await;
        let credential = platform.credential(&id).await;
        platform.expire(&id).await;
        // This write happens after the token has expired.
        let other = platform.apply("rsa").await;
        let file = platform.admin.get(&format!("/tokens/{other}/file")).await;
        let used = sealed(&file, &json!({ "htm": "GET", "htu": DEVICE }));
        assert_eq!(platform.reason(&used, "GET", DEVICE).await, "allowed");
        (used, id, credential)
    };
    variables.push(("FAKETIME", "-3600s".to_owned()));
    let process = Process::start(&place, &variables);
    let health = ready(&process).await;
    assert!((-3_700..-3_500).contains(&health["clock_off_seconds"].as_i64().unwrap()), "{health}");
    let admin = Caller::new(&process.url);
    let login = json!({ "username": "admin", "password": PASSWORD });
    assert!(admin.send(Method::POST, "/session").json(&login).send().await.unwrap().status().is_success());
    let key = admin.post("/systems/fleet/verifier-keys", &json!({ "name": "second" })).await;
    let platform = Platform { gateway: admin.with_bearer(key["key"].as_str().unwrap()), admin };
    assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "expired");
    assert_eq!(platform.admin.get(&format!("/tokens/{expired}")).await["status"], "expired");
    assert_eq!(platform.reason(&used, "GET", DEVICE).await, "replayed");
}

in_both_places!(a_clock_that_jumps_an_hour_changes_nothing => jumps);

async fn jumps(place: Where) {
    let Some(mut variables) = faketime() else { return };
    let clock = place.data_dir().join("clock");
    let set = |offset: &str| std::fs::write(&clock, offset).unwrap();
    set("+0s");
    variables.push(("FAKETIME_TIMESTAMP_FILE", clock.display().to_string()));
    drop(Platform::on(&Server::start(place.clone()).await).await);
    let process = Process::start(&place, &variables);
    let admin = Caller::new(&process.url);
    admin.ask("/session", &json!({ "username": "admin", "password": PASSWORD })).await;
    let key = admin.post("/systems/fleet/verifier-keys", &json!({ "name": "second" })).await;
    let platform = Platform { gateway: admin.with_bearer(&text(&key["key"])), admin };
    let (kept, gone) = (platform.apply("rsa").await, platform.apply("rsa").await);
    let file = platform.admin.get(&format!("/tokens/{kept}/file")).await;
    let withdrawn = platform.credential(&gone).await;
    platform.admin.delete(&format!("/tokens/{gone}")).await;
    let mut used = Vec::new();
    let mut report = Report::default();
    for _ in 0..times(1) {
        for (offset, off) in [("+3600s", Some(3_600)), ("-3600s", Some(-3_600)), ("+0s", None)] {
            set(offset);
            tokio::time::sleep(Duration::from_secs(2)).await;
            let seen = ready(&process).await["clock_off_seconds"].as_i64();
            assert!(seen.unwrap_or_default().abs_diff(off.unwrap_or_default()) < 10, "{seen:?}");
            let fresh = sealed(&file, &json!({ "htm": "GET", "htu": DEVICE }));
            report.wrong += usize::from(platform.reason(&fresh, "GET", DEVICE).await != "allowed");
            used.push(fresh);
            for request in &used {
                report.wrong += usize::from(platform.reason(request, "GET", DEVICE).await != "replayed");
            }
            report.wrong += usize::from(platform.reason(&withdrawn, "GET", DEVICE).await != "unknown_token");
            report.checked += 2 + used.len();
            report.times += 1;
        }
    }
    report.tell("the clock of the server jumps an hour ahead, back, and to the right time", &place);
}
