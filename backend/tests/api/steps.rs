//! Steps that need all nodes of the fleet.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use crate::clocks;
use crate::fleet::{SIX_MINUTES, add_silent, find, holds, millis, nodes, own, until, waits};
use crate::process::Process;
use crate::proxy::{Link, proxy};
use crate::server::{Caller, DEVICE, PASSWORD, Platform, Server, Where, each};
use crate::signing_keys::published;

const AN_HOUR: i64 = 3_600_000;

/// A node that a test plays: it tells that it is there, and holds what the test says.
pub(crate) struct Played {
    id: String,
    place: Where,
    telling: tokio::task::JoinHandle<()>,
}

impl Played {
    pub(crate) async fn join(place: &Where) -> Self {
        let mut connection = place.connect().await;
        add_silent(&mut connection, &[0]).await;
        let id: String = sqlx::query_scalar("SELECT id FROM nodes WHERE name = '0'")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        let heard = format!(
            "UPDATE nodes SET heard_at = CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) WHERE id = '{id}'"
        );
        let telling = tokio::spawn(async move {
            loop {
                connection.execute(AssertSqlSafe(heard.clone())).await.unwrap();
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        });
        Self { id, place: place.clone(), telling }
    }

    async fn hold(&self, keys: &[String]) {
        let statement =
            format!("UPDATE nodes SET signing_keys = '{}' WHERE id = '{}'", keys.join(" "), self.id);
        self.place.connect().await.execute(AssertSqlSafe(statement)).await.unwrap();
    }
}

impl Drop for Played {
    fn drop(&mut self) {
        self.telling.abort();
    }
}

#[tokio::test]
async fn a_new_key_signs_when_every_live_node_holds_it() {
    let Some(place) = Where::postgres().await else { return };
    let (one, two) = (Server::start(place.clone()).await, Server::start(place.clone()).await);
    let platform = Platform::on(&one).await;
    let played = Played::join(&place).await;
    let keys = platform.admin.ask("/signing-keys/rotate", &json!({})).await;
    assert_eq!(waits(&keys), AN_HOUR, "nobody is known to hold it yet");
    let both: Vec<String> = each(&keys, "id");
    let (first, second) = (own(&platform.admin).await, own(&two.admin().await).await);
    let they_hold = |nodes: &[Value]| [&first, &second].iter().all(|id| holds(find(nodes, id), &both[0]));
    until(&platform.admin, "both nodes hold it", they_hold).await;
    // Time for a node to decide too early, which must not happen.
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(waits(&platform.admin.get("/signing-keys").await), AN_HOUR, "one does not hold it");

    played.hold(&both).await;
    let begun = Instant::now();
    let mut waited = AN_HOUR;
    while waited != SIX_MINUTES {
        assert!(begun.elapsed() < Duration::from_secs(10), "{waited}");
        tokio::time::sleep(Duration::from_millis(100)).await;
        waited = waits(&platform.admin.get("/signing-keys").await);
    }
    eprintln!("agreed after {:?}", begun.elapsed());
}

#[tokio::test]
async fn a_broken_node_blocks_no_rotation_for_ever_and_an_urgent_one_not_at_all() {
    let Some(place) = Where::postgres().await else { return };
    let one = Server::start(place.clone()).await;
    let platform = Platform::on(&one).await;
    let token = platform.apply("jwt").await;
    let old = published(&one).await;
    // It is live, and never holds a key.
    let _broken = Played::join(&place).await;
    let keys = platform.admin.ask("/signing-keys/rotate", &json!({})).await;
    assert_eq!(waits(&keys), AN_HOUR);
    let new = each(&keys, "id")[0].clone();
    // The hour passes.
    let now = latchkey::database::now();
    let mut connection = place.connect().await;
    for statement in [
        format!("UPDATE signing_keys SET signs_from = {now} WHERE id = '{new}'"),
        format!("UPDATE signing_keys SET retired_at = {now} WHERE id = '{}'", old[0]),
        "INSERT INTO changes (node, words) VALUES ('time', 'signing_keys')".to_owned(),
    ] {
        connection.execute(AssertSqlSafe(statement)).await.unwrap();
    }
    let signer = async || {
        let jwt = platform.credential(&token).await;
        jsonwebtoken::decode_header(&jwt).unwrap().kid.unwrap()
    };
    let begun = Instant::now();
    while signer().await != new {
        assert!(begun.elapsed() < Duration::from_secs(5), "the old key still signs");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    let keys = platform.admin.ask("/signing-keys/rotate", &json!({ "at_once": true })).await;
    assert_eq!((each(&keys, "state"), each(&keys, "id").len()), (vec!["signing".to_owned()], 1));
    assert_eq!(signer().await, each(&keys, "id")[0]);
}

/// Asks a node that was away for the first time. It may be unavailable, but it must not allow.
async fn first_answers(beyond: &Platform, credentials: &[&str]) {
    let asked = credentials.iter().map(|credential| {
        let call = json!({ "credential": credential, "method": "GET", "path": DEVICE });
        async move {
            let answer = beyond.gateway.send(Method::POST, "/verify").json(&call).send().await;
            // A node that stood still for long closes its connections.
            let Ok(answer) = answer else { return };
            if answer.status() == StatusCode::OK {
                let decision: Value = answer.json().await.unwrap();
                assert_eq!(decision["allowed"], false, "{decision}");
            }
        }
    });
    futures_util::future::join_all(asked).await;
}

/// Writes through a node that was away. It may be unavailable, but not for long.
async fn writes_again(beyond: &Platform) {
    let begun = Instant::now();
    loop {
        let answer = beyond.admin.send(Method::POST, "/tokens").json(&Platform::wanted("rsa")).send().await;
        match answer.map(|answer| answer.status()) {
            Ok(StatusCode::CREATED) => break,
            Ok(status) => assert!(matches!(status.as_u16(), 408 | 503), "{status}"),
            Err(_) => {}
        }
        assert!(begun.elapsed() < Duration::from_secs(15), "it does not write");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    eprintln!("it writes after {:?}", begun.elapsed());
}

async fn beyond(platform: &Platform, url: &str) -> Platform {
    let admin = Caller::new(url);
    let login = json!({ "username": "admin", "password": PASSWORD });
    let begun = Instant::now();
    // A process may still be starting.
    loop {
        match admin.send(Method::POST, "/session").json(&login).send().await {
            Ok(answer) if answer.status().is_success() => break,
            _ => assert!(begun.elapsed() < Duration::from_secs(20), "it does not start"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "another" })).await;
    Platform { gateway: admin.with_bearer(key["key"].as_str().unwrap()), admin }
}

#[tokio::test]
async fn a_node_that_missed_a_step_joins_again_before_it_decides_or_writes() {
    let Some(place) = Where::postgres().await else { return };
    let one = Server::start(place.clone()).await;
    let platform = Platform::on(&one).await;
    let frozen: Process = clocks::node(&place, &[]);
    let (behind, link) = proxy(&place).await;
    let cut = Server::start(behind).await;
    let away = [beyond(&platform, &frozen.url).await, beyond(&platform, &cut.url).await];
    let ids = [own(&away[0].admin).await, own(&away[1].admin).await];
    let (rsa, jwt) = (platform.apply("rsa").await, platform.apply("jwt").await);
    let (open, signed) = (platform.credential(&rsa).await, platform.credential(&jwt).await);
    for node in &away {
        for credential in [&open, &signed] {
            while node.reason(credential, "GET", DEVICE).await != "allowed" {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }
    let before = nodes(&platform.admin).await;

    frozen.signal("-STOP");
    link.send_replace(Link::Silent);
    let all_silent = |nodes: &[Value]| ids.iter().all(|id| find(nodes, id)["state"] == "silent");
    until(&platform.admin, "both are silent", all_silent).await;
    // Nobody waits for them: neither a rotation nor what follows.
    let keys = platform.admin.ask("/signing-keys/rotate", &json!({})).await;
    assert_eq!(waits(&keys), SIX_MINUTES);
    let keys = platform.admin.ask("/signing-keys/rotate", &json!({ "at_once": true })).await;
    let new = each(&keys, "id")[0].clone();
    platform.admin.delete(&format!("/tokens/{rsa}")).await;
    // The frozen node stands still for twelve seconds in all.
    tokio::time::sleep(Duration::from_secs(4)).await;

    frozen.signal("-CONT");
    link.send_replace(Link::Open);
    let credentials = [open.as_str(), signed.as_str()];
    tokio::join!(first_answers(&away[0], &credentials), first_answers(&away[1], &credentials));
    tokio::join!(writes_again(&away[0]), writes_again(&away[1]));
    // A write follows a joining that the others know.
    let after = nodes(&platform.admin).await;
    for id in &ids {
        let (old, now) = (find(&before, id), find(&after, id));
        assert_eq!((&now["state"], &now["started_at"]), (&json!("live"), &old["started_at"]));
        assert!(millis(now, "joined_at") > millis(old, "joined_at"), "{now}");
        assert_eq!(now["signing_keys"], json!([new]));
    }
    for node in &away {
        for credential in credentials {
            assert_eq!(node.reason(credential, "GET", DEVICE).await, "unknown_token");
        }
        let fresh = platform.credential(&jwt).await;
        assert_eq!(node.reason(&fresh, "GET", DEVICE).await, "allowed");
    }
}

#[tokio::test]
async fn a_node_that_cannot_tell_that_it_is_there_writes_nothing() {
    let Some(place) = Where::postgres().await else { return };
    let (one, two) = (Server::start(place.clone()).await, Server::start(place.clone()).await);
    let platform = Platform::on(&one).await;
    let other = beyond(&platform, &two.url).await;
    let (rsa, kept) = (platform.apply("rsa").await, platform.apply("rsa").await);
    let (open, lasting) = (platform.credential(&rsa).await, platform.credential(&kept).await);
    let id = own(&platform.admin).await;
    let before = nodes(&platform.admin).await;

    // Everything works except the renewal of its row.
    let mut lock = sqlx::PgConnection::connect(place.database_url.as_ref().unwrap()).await.unwrap();
    let mut held = lock.begin().await.unwrap();
    held.execute(AssertSqlSafe(format!("SELECT id FROM nodes WHERE id = '{id}' FOR UPDATE"))).await.unwrap();
    until(&other.admin, "it is silent", |nodes| find(nodes, &id)["state"] == "silent").await;
    let body = json!({ "description": "never" });
    let asked = Instant::now();
    let refused = platform.admin.refused(Method::PATCH, &format!("/tokens/{kept}"), &body).await;
    assert_eq!((refused.status, refused.kind()), (503, "not-written"));
    assert!(asked.elapsed() < Duration::from_secs(6), "{:?}", asked.elapsed());
    // It decides with what it reads now.
    other.admin.delete(&format!("/tokens/{rsa}")).await;
    let deleted = Instant::now();
    while platform.reason(&open, "GET", DEVICE).await != "unknown_token" {
        assert!(deleted.elapsed() < Duration::from_secs(1), "it still passes");
    }
    assert_eq!(platform.reason(&lasting, "GET", DEVICE).await, "allowed");
    assert_eq!(platform.admin.get(&format!("/tokens/{kept}")).await["description"], "");

    held.rollback().await.unwrap();
    writes_again(&platform).await;
    let now = nodes(&other.admin).await;
    assert!(millis(find(&now, &id), "joined_at") > millis(find(&before, &id), "joined_at"));
}
