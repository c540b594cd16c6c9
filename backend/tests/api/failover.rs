//! A standby of PostgreSQL takes over.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::faults::{Report, times};
use crate::postgres::PostgreSql;
use crate::pressure::{CUT_OFF, Pressure, at, decision};
use crate::proxy::{Link, movable_proxy};
use crate::server::{DEVICE, Platform, Server, Where, sealed};

const SYNCHRONOUS: [&str; 2] =
    ["ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"];

/// The nodes' URL of several servers.
fn any_of(servers: &[&PostgreSql]) -> Where {
    let hosts: Vec<String> = servers.iter().map(|server| server.address()).collect();
    let url = format!("postgres://postgres@{}/postgres?target_session_attrs=read-write", hosts.join(","));
    Where { database_url: Some(url), ..Where::sqlite() }
}

async fn ready(server: &Server) -> (StatusCode, Value) {
    let answer = reqwest::get(format!("{}/readyz", server.url)).await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

/// Waits until `/readyz` names this kind of replication.
async fn until_replication(server: &Server, kind: &str) {
    let begun = Instant::now();
    loop {
        let (status, health) = ready(server).await;
        if status == StatusCode::OK && health["replication"] == kind {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{kind}: {health}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_promoted_standby_loses_nothing_and_no_node_is_restarted() {
    let mut report = Report::default();
    for _ in 0..times(1) {
        let Some(primary) = PostgreSql::start() else { return };
        fails_over(&primary, &mut report).await;
    }
    let place = Where { database_url: Some(String::new()), ..Where::sqlite() };
    report.tell("the primary is killed under load, its synchronous standby promoted", &place);
}

async fn fails_over(primary: &PostgreSql, report: &mut Report) {
    let alone = Server::start(any_of(&[primary])).await;
    until_replication(&alone, "none").await;
    drop(alone);
    let standby = primary.standby();
    let place = any_of(&[primary, &standby]);
    let (one, two) = (Server::start(place.clone()).await, Server::start(place).await);
    until_replication(&one, "asynchronous").await;
    primary.execute(&SYNCHRONOUS).await;
    until_replication(&one, "synchronous").await;

    let platform = Platform::on(&one).await;
    let beyond = at(&platform, &two).await;
    let pressure = Pressure::on(&platform, &beyond, 40).await;
    let outage = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        primary.kill();
        standby.promote();
    };
    pressure.during(outage, report).await;
    for server in [&one, &two] {
        until_replication(server, "none").await;
    }
}

#[tokio::test]
async fn an_old_primary_that_still_lives_lets_nothing_pass() {
    let mut report = Report::default();
    for _ in 0..times(1) {
        let Some(primary) = PostgreSql::start() else { return };
        outlives(&primary, &mut report).await;
    }
    let place = Where { database_url: Some(String::new()), ..Where::sqlite() };
    report.tell("an old primary lives on, cut off together with a node", &place);
}

async fn outlives(primary: &PostgreSql, report: &mut Report) {
    let standby = primary.standby();
    primary.execute(&SYNCHRONOUS).await;
    let (behind, link, to) = movable_proxy(&any_of(&[primary]), primary.address()).await;
    let (cut_off, sound) = (Server::start(behind).await, Server::start(any_of(&[primary, &standby])).await);
    let platform = Platform::on(&sound).await;
    let old = at(&platform, &cut_off).await;
    let (withdrawn, early) = (platform.apply("rsa").await, platform.apply("jwt").await);
    let (kept, used) = (platform.apply("rsa").await, platform.apply("rsa").await);
    let credentials = [
        platform.credential(&withdrawn).await,
        platform.credential(&early).await,
        platform.credential(&kept).await,
    ];
    for credential in &credentials {
        assert_eq!(old.reason(credential, "GET", DEVICE).await, "allowed");
    }
    let file = platform.admin.get(&format!("/tokens/{used}/file")).await;

    // The standby is promoted, and nobody tells the primary. It still takes connections and answers reads.
    standby.promote();
    let promoted = Instant::now();
    let new = Server::start(any_of(&[&standby])).await;
    let other = at(&Platform { admin: new.admin().await, gateway: new.nobody() }, &new).await;
    other.admin.delete(&format!("/tokens/{withdrawn}")).await;
    let deleted = Instant::now();
    eprintln!("withdrawn at the new primary {:?} after its promotion", deleted - promoted);
    // A one-time request, at both at the same time.
    let request = sealed(&file, &json!({ "htm": "GET", "htu": DEVICE }));
    let both = tokio::join!(decision(&old, &request), decision(&other, &request));
    let passed = [&both.0, &both.1].into_iter().flatten().filter(|one| one["allowed"] == true).count();
    assert!(passed < 2, "{both:?}");

    let mut last = Duration::ZERO;
    while deleted.elapsed() < CUT_OFF + Duration::from_secs(2) {
        for credential in &credentials[..1] {
            let asked = deleted.elapsed();
            if decision(&old, credential).await.is_some_and(|one| one["allowed"] == true) {
                last = last.max(asked);
                report.wrong += usize::from(asked > CUT_OFF);
            }
            report.checked += 1;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    eprintln!("the old primary's node allowed for {last:?}");
    // A node that knows both servers has found the new one by itself.
    assert_eq!(platform.reason(&credentials[0], "GET", DEVICE).await, "unknown_token");
    assert_eq!(ready(&sound).await.0, StatusCode::OK);
    let (status, health) = ready(&cut_off).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{health}");
    // Nor does it answer a person.
    assert_eq!(old.admin.status(Method::GET, "/tokens").await, StatusCode::SERVICE_UNAVAILABLE);
    let written =
        old.admin.send(Method::POST, "/tokens").json(&Platform::wanted("rsa")).send().await.unwrap();
    assert_eq!(written.status(), StatusCode::SERVICE_UNAVAILABLE);

    // The address leads to the new primary now. Connections to the old one stay open.
    *to.lock().unwrap() = standby.address();
    let moved = Instant::now();
    while decision(&old, &credentials[2]).await.is_none_or(|one| one["allowed"] != true) {
        assert!(moved.elapsed() < Duration::from_secs(15), "it does not find the new primary");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    eprintln!("it works with the new primary after {:?}", moved.elapsed());
    report.back.push(moved.elapsed());
    platform.admin.delete(&format!("/tokens/{early}")).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    for _ in 0..10 {
        for credential in &credentials[..2] {
            report.wrong += usize::from(old.reason(credential, "GET", DEVICE).await != "unknown_token");
            report.checked += 1;
        }
        report.wrong += usize::from(old.reason(&credentials[2], "GET", DEVICE).await != "allowed");
    }
    let begun = Instant::now();
    while old
        .admin
        .send(Method::POST, "/tokens")
        .json(&Platform::wanted("rsa"))
        .send()
        .await
        .unwrap()
        .status()
        != StatusCode::CREATED
    {
        assert!(begun.elapsed() < Duration::from_secs(15), "it does not write");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    report.times += 1;
    assert_eq!(*link.borrow(), Link::Open);
}
