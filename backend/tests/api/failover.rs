//! A standby of PostgreSQL takes over.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::faults::{Report, times};
use crate::postgres::PostgreSql;
use crate::proxy::{Link, movable_proxy};
use crate::server::{Caller, DEVICE, Platform, Server, Where, sealed, text};

/// How long a node without a sound database may decide from memory.
const CUT_OFF: Duration = Duration::from_secs(5);
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

/// The platform through another node.
async fn at(platform: &Platform, server: &Server) -> Platform {
    let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "another" })).await;
    Platform { gateway: server.nobody().with_bearer(&text(&key["key"])), admin: server.admin().await }
}

/// What a call is answered; `None` if it cannot be decided now.
async fn decision(node: &Platform, credential: &str) -> Option<Value> {
    let call = json!({ "credential": credential, "method": "GET", "path": DEVICE });
    let answer = node.gateway.send(Method::POST, "/verify").json(&call).send().await.unwrap();
    if answer.status() != StatusCode::OK {
        return None;
    }
    let decision: Value = answer.json().await.unwrap();
    (decision["reason"] != "unavailable").then_some(decision)
}

/// What was answered while the primary died.
#[derive(Default)]
struct Answered {
    made: Mutex<Vec<String>>,
    /// Credentials, and when their withdrawal was answered.
    withdrawn: Mutex<Vec<(String, Instant)>>,
    checked: AtomicUsize,
    wrong: AtomicUsize,
    is_over: AtomicBool,
}

impl Answered {
    fn goes_on(&self) -> bool {
        !self.is_over.load(Ordering::Relaxed)
    }

    async fn make(&self, admin: Caller) {
        while self.goes_on() {
            let answer = admin.send(Method::POST, "/tokens").json(&Platform::wanted("jwt")).send().await;
            let answer = answer.unwrap();
            if answer.status() == StatusCode::CREATED {
                let id = text(&answer.json::<Value>().await.unwrap()["id"]);
                self.made.lock().unwrap().push(id);
            }
        }
    }

    async fn withdraw(&self, admin: Caller, mut tokens: Vec<(String, String)>) {
        while self.goes_on()
            && let Some((id, credential)) = tokens.pop()
        {
            let path = format!("/tokens/{id}");
            if admin.status(Method::DELETE, &path).await == StatusCode::NO_CONTENT {
                self.withdrawn.lock().unwrap().push((credential, Instant::now()));
            }
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
    }

    /// Asks a node about everything that was withdrawn.
    async fn check(&self, node: &Platform) {
        while self.goes_on() {
            let known = self.withdrawn.lock().unwrap().clone();
            for (credential, withdrawn) in known {
                let late = withdrawn.elapsed();
                if decision(node, &credential).await.is_some_and(|one| one["allowed"] == true) {
                    self.wrong.fetch_add(usize::from(late > CUT_OFF), Ordering::Relaxed);
                }
                self.checked.fetch_add(1, Ordering::Relaxed);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
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
    let kept = platform.apply("rsa").await;
    let kept = (platform.credential(&kept).await, platform.admin.get(&format!("/tokens/{kept}/file")).await);
    let mut tokens = Vec::new();
    for _ in 0..40 {
        let id = platform.apply("rsa").await;
        let credential = platform.credential(&id).await;
        assert_eq!(beyond.reason(&credential, "GET", DEVICE).await, "allowed");
        tokens.push((id, credential));
    }
    let mut used = Vec::new();
    let answered = Arc::new(Answered::default());
    let mut tasks = Vec::new();
    for node in [&platform, &platform, &beyond, &beyond] {
        let (answered, admin) = (Arc::clone(&answered), node.admin.clone());
        tasks.push(tokio::spawn(async move { answered.make(admin).await }));
    }
    let (withdrawing, admin) = (Arc::clone(&answered), platform.admin.clone());
    tasks.push(tokio::spawn(async move { withdrawing.withdraw(admin, tokens).await }));
    let work = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        for _ in 0..10 {
            let request = sealed(&kept.1, &json!({ "htm": "GET", "htu": DEVICE }));
            assert_eq!(platform.reason(&request, "GET", DEVICE).await, "allowed");
            used.push(request);
        }
        primary.kill();
        let killed = Instant::now();
        standby.promote();
        let promoted = killed.elapsed();
        let works = async |node: &Platform| {
            loop {
                let wanted = Platform::wanted("jwt");
                let answer = node.admin.send(Method::POST, "/tokens").json(&wanted).send().await.unwrap();
                if answer.status() == StatusCode::CREATED {
                    let id = text(&answer.json::<Value>().await.unwrap()["id"]);
                    break answered.made.lock().unwrap().push(id);
                }
                assert!(killed.elapsed() < Duration::from_secs(30), "no writes");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            while decision(node, &kept.0).await.is_none_or(|one| one["allowed"] != true) {
                assert!(killed.elapsed() < Duration::from_secs(30), "no decisions");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            killed.elapsed()
        };
        let (first, second) = tokio::join!(works(&platform), works(&beyond));
        report.back.push(first.max(second));
        eprintln!("promoted after {promoted:?}; written again after {first:?}, {second:?}");
        tokio::time::sleep(Duration::from_secs(1)).await;
        answered.is_over.store(true, Ordering::Relaxed);
    };
    tokio::join!(work, answered.check(&platform), answered.check(&beyond));
    join_all(tasks).await.into_iter().for_each(|task| task.unwrap());

    let made = answered.made.lock().unwrap().clone();
    for id in &made {
        let is_there = beyond.admin.status(Method::GET, &format!("/tokens/{id}")).await == StatusCode::OK;
        report.wrong += usize::from(!is_there);
    }
    let withdrawn = answered.withdrawn.lock().unwrap().clone();
    for (credential, _) in &withdrawn {
        for node in [&platform, &beyond] {
            report.wrong += usize::from(node.reason(credential, "GET", DEVICE).await != "unknown_token");
        }
    }
    for request in &used {
        for node in [&beyond, &platform] {
            report.wrong += usize::from(node.reason(request, "GET", DEVICE).await != "replayed");
        }
    }
    report.times += 1;
    report.wrong += answered.wrong.load(Ordering::Relaxed);
    report.checked +=
        answered.checked.load(Ordering::Relaxed) + made.len() + 2 * (withdrawn.len() + used.len());
    eprintln!("{} tokens, {} withdrawals were answered", made.len(), withdrawn.len());
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
