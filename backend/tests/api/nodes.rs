//! Two servers on one PostgreSQL.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::{Connection as _, Executor as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::postgres::PostgreSql;
use crate::process::Process;
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

/// A platform on one node and the same seen through another, which is a process.
async fn beside_a_process(place: &Where) -> (Server, Platform, Process, Platform) {
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
async fn a_node_that_stood_still_allows_nothing_that_was_withdrawn_meanwhile() {
    let Some(place) = Where::postgres().await else { return };
    let (_one, platform, process, beyond) = beside_a_process(&place).await;
    // Below the five seconds after which an idle HTTP connection is closed.
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
async fn a_node_that_stands_still_inside_a_write_does_not_stop_the_others() {
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
        // Two sessions of the stopped node may have to be ended, after two seconds each.
        assert!(stopped.elapsed() < Duration::from_secs(7), "{:?}", stopped.elapsed());
        process.signal("-CONT");
        load.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

#[tokio::test]
async fn a_database_that_is_killed_stops_decisions_in_time_and_no_node() {
    let Some(database) = PostgreSql::start() else { return };
    let place = Where { database_url: Some(database.url()), ..Where::sqlite() };
    let (one, two) = (Server::start(place.clone()).await, Server::start(place).await);
    let platform = Platform::on(&one).await;
    let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "second" })).await;
    let gateway = two.nobody().with_bearer(key["key"].as_str().unwrap());
    let admin = two.admin().await;
    let beyond = Platform { admin, gateway };
    let id = platform.apply("rsa").await;
    let credential = platform.credential(&id).await;
    let call = json!({ "credential": credential, "method": "GET", "path": DEVICE });
    while beyond.reason(&credential, "GET", DEVICE).await != "allowed" {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let ask = async |node: &Platform| {
        let asked = Instant::now();
        let answer = node.gateway.send(Method::POST, "/verify").json(&call).send().await.unwrap();
        let waited = asked.elapsed();
        assert!(waited < Duration::from_millis(1_900), "{waited:?}");
        answer.status()
    };
    assert_eq!(ask(&platform).await, StatusCode::OK);

    database.kill();
    let killed = Instant::now();
    for node in [&platform, &beyond] {
        while ask(node).await == StatusCode::OK {
            assert!(killed.elapsed() < Duration::from_secs(8), "facts count for too long");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    eprintln!("killed: decided from memory for {} ms", killed.elapsed().as_millis());
    let path = format!("/tokens/{id}");
    let refused = platform.admin.refused(Method::PATCH, &path, &json!({ "description": "never" })).await;
    assert_eq!(refused.status, 503, "{:?}", refused.body);

    database.go_on();
    let back = Instant::now();
    while platform.admin.status(Method::DELETE, &path).await != StatusCode::NO_CONTENT {
        assert!(back.elapsed() < Duration::from_secs(15), "nothing can be withdrawn any more");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let withdrawn = Instant::now();
    for node in [&platform, &beyond] {
        loop {
            let answer = node.gateway.send(Method::POST, "/verify").json(&call).send().await.unwrap();
            let status = answer.status();
            let decision: serde_json::Value = answer.json().await.unwrap();
            if status == StatusCode::OK && decision["allowed"] == false {
                assert_eq!(decision["reason"], "unknown_token");
                break;
            }
            assert!(withdrawn.elapsed() < Duration::from_secs(6), "{decision}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test]
async fn what_is_withdrawn_while_a_decision_waits_is_not_allowed() {
    let Some(place) = Where::postgres().await else { return };
    let one = Server::start(place.clone()).await;
    let platform = Platform::on(&one).await;
    let id = platform.apply("rsa").await;
    let file = platform.admin.get(&format!("/tokens/{id}/file")).await;
    let request = || sealed(&file, &json!({ "htm": "GET", "htu": DEVICE }));
    assert_eq!(platform.reason(&request(), "GET", DEVICE).await, "allowed");

    // The use of a one-time request waits for this table; all else of the decision is known.
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

/// Passes on what nodes and PostgreSQL say to each other, until it swallows it.
async fn proxy(place: &Where) -> (Where, watch::Sender<bool>) {
    let (swallows, swallowed) = watch::channel(false);
    let mut url: url::Url = place.database_url.clone().unwrap().parse().unwrap();
    let to = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let Ok(far) = TcpStream::connect(&to).await else { continue };
            let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
            tokio::spawn(pass_on(near_read, far_write, swallowed.clone()));
            tokio::spawn(pass_on(far_read, near_write, swallowed.clone()));
        }
    });
    (Where { database_url: Some(url.into()), ..place.clone() }, swallows)
}

async fn pass_on(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut swallowed: watch::Receiver<bool>) {
    let mut buffer = vec![0; 16_384];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if swallowed.wait_for(|swallowed| !swallowed).await.is_err()
            || to.write_all(&buffer[..length]).await.is_err()
        {
            return;
        }
    }
}

#[tokio::test]
async fn a_node_that_is_cut_off_says_so_within_a_second() {
    let Some(place) = Where::postgres().await else { return };
    let one = Server::start(place.clone()).await;
    let platform = Platform::on(&one).await;
    let (behind, swallows) = proxy(&place).await;
    let two = Server::start(behind).await;
    let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "second" })).await;
    let nginx = json!({ "name": "nginx", "gateway": "nginx" });
    let nginx = text(&platform.admin.post("/systems/fleet/verifier-keys", &nginx).await["key"]);
    let gateway = two.nobody().with_bearer(key["key"].as_str().unwrap());
    let beyond = Platform { gateway, admin: two.admin().await };
    let id = platform.apply("rsa").await;
    let credential = platform.credential(&id).await;
    while beyond.reason(&credential, "GET", DEVICE).await != "allowed" {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    let secret = text(&platform.admin.get(&format!("/tokens/{id}/file")).await["secret"]);
    swallows.send_replace(true);
    platform.admin.delete(&format!("/tokens/{id}")).await;
    let withdrawn = Instant::now();
    let call = json!({ "credential": credential, "method": "GET", "path": DEVICE });
    loop {
        let answer = beyond.gateway.send(Method::POST, "/verify").json(&call).send().await.unwrap();
        if answer.status() != StatusCode::OK {
            break;
        }
        assert!(withdrawn.elapsed() < Duration::from_secs(6), "a deleted token still passes");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    eprintln!("cut off: allowed for {} ms", withdrawn.elapsed().as_millis());

    let http = &beyond.gateway.http;
    let doors = |door: usize| match door {
        0 => beyond.gateway.send(Method::POST, "/verify").json(&call),
        1 => beyond.gateway.send(Method::POST, "/verify/batch").json(&json!({ "calls": [call, call] })),
        2 => http
            .get(format!("{}/auth/fleet", two.url))
            .header("X-Latchkey-Verifier", &nginx)
            .header("X-Original-Method", "GET")
            .header("X-Original-URI", DEVICE)
            .bearer_auth(&credential),
        3 => http
            .post(format!("{}/oauth2/introspect", two.url))
            .bearer_auth(key["key"].as_str().unwrap())
            .form(&[("token", &credential)]),
        4 => http.get(format!("{}/api/v1/tokens", two.url)).bearer_auth(&credential),
        6 => http
            .post(format!("{}/oauth2/token", two.url))
            .basic_auth(&id, Some(&secret))
            .form(&[("grant_type", "client_credentials")]),
        _ => http.get(format!("{}/readyz", two.url)),
    };
    for door in 0..7 {
        let asked = Instant::now();
        let answers = join_all((0..50).map(|_| doors(door).send())).await;
        let waited = asked.elapsed();
        eprintln!("door {door}: 50 calls in {} ms", waited.as_millis());
        for answer in answers {
            let answer = answer.unwrap();
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "door {door}");
            assert!(door == 5 || answer.headers().contains_key("retry-after"), "door {door}");
        }
        assert!(waited < Duration::from_millis(1_900), "door {door}: {waited:?}");
    }

    swallows.send_replace(false);
    let back = Instant::now();
    let answer = async || beyond.gateway.send(Method::POST, "/verify").json(&call).send().await.unwrap();
    while answer().await.status() != StatusCode::OK {
        assert!(back.elapsed() < Duration::from_secs(10), "it does not come back");
    }
    assert_eq!(beyond.reason(&credential, "GET", DEVICE).await, "unknown_token");
}
