//! Two nodes on one PostgreSQL database.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _};

use crate::postgres::PostgreSql;
use crate::process::Process;
use crate::proxy::{Link, proxy};
use crate::server::{Caller, DEVICE, PASSWORD, Platform, Server, Where, sealed, text};

#[tokio::test]
async fn two_nodes_start_together_and_agree_within_a_second() {
    let Some(place) = Where::postgres().await else { return };
    let (one, two) = tokio::join!(Server::start(place.clone()), Server::start(place));
    let platform = Platform::on(&one).await;
    let admin = two.admin().await;
    let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "second" })).await;
    let beyond = Platform { gateway: admin.with_bearer(key["key"].as_str().unwrap()), admin };

    for kind in ["rsa", "jwt"] {
        let id = platform.apply(kind).await;
        let credential = platform.credential(&id).await;
        let made = Instant::now();
        while beyond.reason(&credential, "GET", DEVICE).await != "allowed" {
            assert!(made.elapsed() < Duration::from_secs(1), "{kind}: a token of another node is not known");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        platform.admin.delete(&format!("/tokens/{id}")).await;
        let deleted = Instant::now();
        while beyond.reason(&credential, "GET", DEVICE).await != "unknown_token" {
            assert!(deleted.elapsed() < Duration::from_secs(1), "{kind}: a deleted token still passes");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        eprintln!("{kind}: withdrawn on the other node after {} ms", deleted.elapsed().as_millis());
    }
}

#[tokio::test]
async fn a_withdrawal_that_commits_late_is_not_missed() {
    let Some(place) = Where::postgres().await else { return };
    let one = Server::start(place.clone()).await;
    let platform = Platform::on(&one).await;
    let (late, early) = (platform.apply("rsa").await, platform.apply("rsa").await);
    let credential = platform.credential(&late).await;
    assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "allowed");

    // Another node withdraws a token. It never sends a notification, as if it stopped after its commit.
    let mut other = sqlx::PgConnection::connect(place.database_url.as_ref().unwrap()).await.unwrap();
    let mut open = other.begin().await.unwrap();
    let log = format!("INSERT INTO changes (node, words) VALUES ('another', '{late}')");
    sqlx::query(sqlx::AssertSqlSafe(log)).execute(&mut *open).await.unwrap();
    sqlx::query("DELETE FROM tokens WHERE id = $1").bind(&late).execute(&mut *open).await.unwrap();
    platform.admin.delete(&format!("/tokens/{early}")).await;
    // The log is read meanwhile.
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "allowed");
    open.commit().await.unwrap();
    let committed = Instant::now();
    while platform.reason(&credential, "GET", DEVICE).await != "unknown_token" {
        assert!(committed.elapsed() < Duration::from_secs(1), "it still passes");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A platform on one node, and the same platform through a second node, which is a separate process.
pub(crate) async fn beside_a_process(place: &Where) -> (Server, Platform, Process, Platform) {
    let one = Server::start(place.clone()).await;
    let platform = Platform::on(&one).await;
    let process = Process::start(place, &[]);
    let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "second" })).await;
    let admin = Caller::new(&process.url);
    let login = json!({ "username": "admin", "password": PASSWORD });
    assert!(admin.send(Method::POST, "/session").json(&login).send().await.unwrap().status().is_success());
    let beyond = Platform { gateway: admin.with_bearer(key["key"].as_str().unwrap()), admin };
    (one, platform, process, beyond)
}

#[tokio::test]
async fn a_stopped_node_allows_nothing_that_was_withdrawn_meanwhile() {
    let Some(place) = Where::postgres().await else { return };
    let (_one, platform, process, beyond) = beside_a_process(&place).await;
    for (kind, seconds) in [("rsa", 1), ("jwt", 1), ("rsa", 1), ("jwt", 1), ("rsa", 4), ("jwt", 4)] {
        let id = platform.apply(kind).await;
        let credential = beyond.credential(&id).await;
        while beyond.reason(&credential, "GET", DEVICE).await != "allowed" {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        process.signal("-STOP");
        platform.admin.delete(&format!("/tokens/{id}")).await;
        tokio::time::sleep(Duration::from_millis(seconds * 1_000 + 20)).await;
        process.signal("-CONT");
        let reason = beyond.reason(&credential, "GET", DEVICE).await;
        assert_eq!(reason, "unknown_token", "{kind} after {seconds} s");
    }
}

#[tokio::test]
async fn a_node_stopped_inside_a_write_does_not_block_the_others() {
    let Some(place) = Where::postgres().await else { return };
    let (_one, platform, process, beyond) = beside_a_process(&place).await;
    for _ in 0..3 {
        let id = platform.apply("jwt").await;
        let load: Vec<_> = (0..8)
            .map(|_| {
                let admin = beyond.admin.clone();
                tokio::spawn(async move {
                    loop {
                        let wanted = Platform::wanted("jwt");
                        let _ = admin.send(Method::POST, "/tokens").json(&wanted).send().await;
                    }
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(500)).await;
        process.signal("-STOP");
        let stopped = Instant::now();
        platform.admin.delete(&format!("/tokens/{id}")).await;
        eprintln!("withdrawn beside a node that stands still after {} ms", stopped.elapsed().as_millis());
        // Two sessions of the stopped node may have to be terminated, each after two seconds.
        assert!(stopped.elapsed() < Duration::from_secs(7), "{:?}", stopped.elapsed());
        process.signal("-CONT");
        load.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

/// A token, and the endpoints of a node that decide calls with it.
struct Doors<'p> {
    node: &'p Platform,
    url: &'p str,
    verifier_key: String,
    nginx: String,
    id: String,
    secret: String,
    credential: String,
}

const DOORS: [&str; 8] = ["verify", "batch", "auth", "introspect", "api", "token", "trial", "readyz"];

impl<'p> Doors<'p> {
    /// Creates the keys and waits until the node knows the token.
    async fn of(platform: &Platform, node: &'p Platform, url: &'p str, id: &str) -> Self {
        let key = async |body| text(&platform.admin.post("/systems/fleet/verifier-keys", &body).await["key"]);
        let doors = Self {
            node,
            url,
            verifier_key: key(json!({ "name": "asks itself" })).await,
            nginx: key(json!({ "name": "nginx", "gateway": "nginx" })).await,
            id: id.to_owned(),
            secret: text(&platform.admin.get(&format!("/tokens/{id}/file")).await["secret"]),
            credential: platform.credential(id).await,
        };
        while node.reason(&doors.credential, "GET", DEVICE).await != "allowed" {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        doors
    }

    fn call(&self) -> Value {
        json!({ "credential": self.credential, "method": "GET", "path": DEVICE })
    }

    /// Asks an endpoint for a decision.
    async fn ask(&self, door: &str) -> Response {
        let http = &self.node.gateway.http;
        let trial = json!({ "system": "fleet", "method": "GET", "path": DEVICE });
        let request = match door {
            "verify" => self.node.gateway.send(Method::POST, "/verify").json(&self.call()),
            "batch" => {
                let calls = json!({ "calls": [self.call(), self.call()] });
                self.node.gateway.send(Method::POST, "/verify/batch").json(&calls)
            }
            "auth" => http
                .get(format!("{}/auth/fleet", self.url))
                .header("X-Latchkey-Verifier", &self.nginx)
                .header("X-Original-Method", "GET")
                .header("X-Original-URI", DEVICE)
                .bearer_auth(&self.credential),
            "introspect" => http
                .post(format!("{}/oauth2/introspect", self.url))
                .bearer_auth(&self.verifier_key)
                .form(&[("token", &self.credential)]),
            "api" => http.get(format!("{}/api/v1/tokens", self.url)).bearer_auth(&self.credential),
            "token" => http
                .post(format!("{}/oauth2/token", self.url))
                .basic_auth(&self.id, Some(&self.secret))
                .form(&[("grant_type", "client_credentials")]),
            "trial" => self.node.admin.send(Method::POST, &format!("/tokens/{}/try", self.id)).json(&trial),
            _ => http.get(format!("{}/readyz", self.url)),
        };
        request.send().await.unwrap()
    }

    /// Asks until a call is denied. Returns the time from `withdrawn` to that call.
    async fn last_allowed(&self, withdrawn: Instant) -> Duration {
        loop {
            let asked = withdrawn.elapsed();
            if self.ask("verify").await.status() != StatusCode::OK {
                return asked;
            }
            assert!(asked < Duration::from_secs(6), "it still passes");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Checks that every endpoint answers 503 with `Retry-After` within about a second.
    async fn are_closed(&self) {
        for door in DOORS {
            let asked = Instant::now();
            let answers = join_all((0..50).map(|_| self.ask(door))).await;
            let waited = asked.elapsed();
            eprintln!("{door}: 50 calls in {} ms", waited.as_millis());
            for answer in answers {
                assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{door}");
                assert!(answer.headers().contains_key("retry-after"), "{door}");
            }
            assert!(waited < Duration::from_millis(1_900), "{door}: {waited:?}");
        }
    }
}

#[tokio::test]
async fn a_killed_database_stops_decisions_in_time_but_no_node() {
    let Some(database) = PostgreSql::start() else { return };
    let place = Where { database_url: Some(database.url()), ..Where::sqlite() };
    let (one, two) = (Server::start(place.clone()).await, Server::start(place).await);
    let platform = Platform::on(&one).await;
    let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "second" })).await;
    let gateway = two.nobody().with_bearer(key["key"].as_str().unwrap());
    let beyond = Platform { admin: two.admin().await, gateway };
    let (id, withdrawn_id) = (platform.apply("rsa").await, platform.apply("rsa").await);
    let here = Doors::of(&platform, &platform, &one.url, &id).await;
    let there = Doors::of(&platform, &beyond, &two.url, &id).await;
    let withdrawn = Doors::of(&platform, &beyond, &two.url, &withdrawn_id).await;

    // The database dies before the other node may have heard of this deletion.
    platform.admin.delete(&format!("/tokens/{withdrawn_id}")).await;
    database.kill();
    let killed = Instant::now();
    let (one_allows, two_allows, last) =
        tokio::join!(here.last_allowed(killed), there.last_allowed(killed), withdrawn.last_allowed(killed));
    eprintln!("killed: decided from memory for {one_allows:?}, {two_allows:?}, {last:?}");
    for allowed in [one_allows, two_allows, last] {
        assert!(allowed < Duration::from_millis(5_200), "{allowed:?}");
    }
    tokio::join!(here.are_closed(), there.are_closed());
    let path = format!("/tokens/{id}");
    let refused = platform.admin.refused(Method::PATCH, &path, &json!({ "description": "never" })).await;
    assert_eq!(refused.status, 503, "{:?}", refused.body);

    database.go_on();
    let back = Instant::now();
    while platform.admin.status(Method::DELETE, &path).await != StatusCode::NO_CONTENT {
        assert!(back.elapsed() < Duration::from_secs(15), "nothing can be withdrawn any more");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let deleted = Instant::now();
    for doors in [&here, &there, &withdrawn] {
        loop {
            let answer = doors.ask("verify").await;
            let status = answer.status();
            let decision: Value = answer.json().await.unwrap();
            if status == StatusCode::OK && decision["allowed"] == false {
                assert_eq!(decision["reason"], "unknown_token");
                break;
            }
            assert!(deleted.elapsed() < Duration::from_secs(6), "{decision}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test]
async fn a_token_withdrawn_during_the_exchange_gets_no_jwt() {
    let Some(place) = Where::postgres().await else { return };
    let one = Server::start(place.clone()).await;
    let platform = Platform::on(&one).await;
    let id = platform.apply("jwt").await;
    let secret = text(&platform.admin.get(&format!("/tokens/{id}/secret")).await["secret_id"]);
    let exchange = || {
        let request = platform.admin.http.post(format!("{}/oauth2/token", one.url));
        request.basic_auth(&id, Some(&secret)).form(&[("grant_type", "client_credentials")]).send()
    };
    assert_eq!(exchange().await.unwrap().status(), StatusCode::OK);

    // Reading the new keys waits for the lock. Everything else that the exchange needs is in memory.
    let rotated = platform.admin.send(Method::POST, "/signing-keys/rotate").send().await.unwrap();
    assert_eq!(rotated.status(), StatusCode::OK);
    let mut other = sqlx::PgConnection::connect(place.database_url.as_ref().unwrap()).await.unwrap();
    let mut lock = other.begin().await.unwrap();
    lock.execute("LOCK TABLE signing_keys IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let waiting = tokio::spawn(exchange());
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!waiting.is_finished());
    platform.admin.delete(&format!("/tokens/{id}")).await;
    lock.rollback().await.unwrap();
    let answer = waiting.await.unwrap().unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], "invalid_client");
}

#[tokio::test]
async fn a_token_withdrawn_while_a_decision_waits_is_denied() {
    let Some(place) = Where::postgres().await else { return };
    let one = Server::start(place.clone()).await;
    let platform = Platform::on(&one).await;
    let id = platform.apply("rsa").await;
    let file = platform.admin.get(&format!("/tokens/{id}/file")).await;
    let request = || sealed(&file, &json!({ "htm": "GET", "htu": DEVICE }));
    assert_eq!(platform.reason(&request(), "GET", DEVICE).await, "allowed");

    // Recording the one-time request waits for this lock. Everything else for the decision is in memory.
    let mut other = sqlx::PgConnection::connect(place.database_url.as_ref().unwrap()).await.unwrap();
    let mut lock = other.begin().await.unwrap();
    lock.execute("LOCK TABLE used_requests IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let waiting = tokio::spawn({
        let (gateway, credential) = (platform.gateway.clone(), request());
        async move {
            let call = json!({ "credential": credential, "method": "GET", "path": DEVICE });
            gateway.ask("/verify", &call).await
        }
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!waiting.is_finished());
    platform.admin.delete(&format!("/tokens/{id}")).await;
    lock.rollback().await.unwrap();
    let decision = waiting.await.unwrap();
    assert_eq!((&decision["allowed"], &decision["reason"]), (&json!(false), &json!("unknown_token")));
}

#[tokio::test]
async fn a_cut_off_node_answers_503_within_a_second() {
    let Some(place) = Where::postgres().await else { return };
    let one = Server::start(place.clone()).await;
    let platform = Platform::on(&one).await;
    let (behind, link) = proxy(&place).await;
    let two = Server::start(behind).await;
    let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "second" })).await;
    let gateway = two.nobody().with_bearer(key["key"].as_str().unwrap());
    let beyond = Platform { gateway, admin: two.admin().await };
    let id = platform.apply("rsa").await;
    let doors = Doors::of(&platform, &beyond, &two.url, &id).await;

    link.send_replace(Link::Silent);
    platform.admin.delete(&format!("/tokens/{id}")).await;
    let allowed = doors.last_allowed(Instant::now()).await;
    eprintln!("cut off: allowed for {allowed:?}");
    assert!(allowed < Duration::from_millis(5_200), "{allowed:?}");
    doors.are_closed().await;

    link.send_replace(Link::Open);
    let back = Instant::now();
    while doors.ask("verify").await.status() != StatusCode::OK {
        assert!(back.elapsed() < Duration::from_secs(10), "it does not come back");
    }
    assert_eq!(beyond.reason(&doors.credential, "GET", DEVICE).await, "unknown_token");
}

#[tokio::test]
async fn a_node_whose_connections_are_closed_answers_503() {
    let Some(place) = Where::postgres().await else { return };
    let (behind, link) = proxy(&place).await;
    let node = Server::start(behind).await;
    let platform = Platform::on(&node).await;
    link.send_replace(Link::Severed);
    let severed = Instant::now();
    // A load balancer in front of PostgreSQL does this during a failover.
    while severed.elapsed() < Duration::from_secs(2) {
        for (method, path) in [(Method::GET, "/tokens"), (Method::PATCH, "/projects/harbour")] {
            let request = platform.admin.send(method, path).json(&json!({ "description": "never" }));
            assert_eq!(request.send().await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
        }
    }
    link.send_replace(Link::Open);
    let back = Instant::now();
    while platform.admin.status(Method::GET, "/tokens").await != StatusCode::OK {
        assert!(back.elapsed() < Duration::from_secs(10), "it does not come back");
    }
}
