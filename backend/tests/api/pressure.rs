//! Load on two nodes while something breaks: tokens are made, withdrawn and asked about. What was answered must
//! stay true.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::faults::Report;
use crate::server::{Caller, DEVICE, Platform, Server, sealed, text};

/// How long a node without a sound database may decide from memory.
pub(crate) const CUT_OFF: Duration = Duration::from_secs(5);
/// How long a node may take to work again.
const PATIENCE: Duration = Duration::from_secs(30);

/// The platform through another node.
pub(crate) async fn at(platform: &Platform, server: &Server) -> Platform {
    let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "another" })).await;
    Platform { gateway: server.nobody().with_bearer(&text(&key["key"])), admin: server.admin().await }
}

/// What a call is answered; `None` if it cannot be decided now.
pub(crate) async fn decision(node: &Platform, credential: &str) -> Option<Value> {
    let call = json!({ "credential": credential, "method": "GET", "path": DEVICE });
    // A node that starts again cannot be reached for a moment.
    let answer = node.gateway.send(Method::POST, "/verify").json(&call).send().await.ok()?;
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
            let Ok(answer) = answer else { continue };
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
            let answer = admin.send(Method::DELETE, &path).send().await;
            if answer.is_ok_and(|answer| answer.status() == StatusCode::NO_CONTENT) {
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

/// Two nodes, and what they are asked to do.
pub(crate) struct Pressure<'p> {
    one: &'p Platform,
    two: &'p Platform,
    kept: String,
    /// The file of the token that stays.
    file: Value,
    tokens: Vec<(String, String)>,
}

impl<'p> Pressure<'p> {
    /// Makes tokens to withdraw, which both nodes know.
    pub(crate) async fn on(one: &'p Platform, two: &'p Platform, count: usize) -> Self {
        let kept = one.apply("rsa").await;
        let file = one.admin.get(&format!("/tokens/{kept}/file")).await;
        let kept = one.credential(&kept).await;
        let mut tokens = Vec::new();
        for _ in 0..count {
            let id = one.apply("rsa").await;
            let credential = one.credential(&id).await;
            let begun = Instant::now();
            while two.reason(&credential, "GET", DEVICE).await != "allowed" {
                assert!(begun.elapsed() < CUT_OFF, "the other node does not know it");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tokens.push((id, credential));
        }
        Self { one, two, kept, file, tokens }
    }

    /// Puts both nodes under load, lets the outage happen, and waits until both work again. Then everything that
    /// was answered is checked.
    pub(crate) async fn during(self, outage: impl Future<Output = ()>, report: &mut Report) {
        let (one, two) = (self.one, self.two);
        let mut used = Vec::new();
        for _ in 0..5 {
            let request = sealed(&self.file, &json!({ "htm": "GET", "htu": DEVICE }));
            assert_eq!(one.reason(&request, "GET", DEVICE).await, "allowed");
            used.push(request);
        }
        let answered = Arc::new(Answered::default());
        let mut tasks = Vec::new();
        for node in [one, one, two, two] {
            let (answered, admin) = (Arc::clone(&answered), node.admin.clone());
            tasks.push(tokio::spawn(async move { answered.make(admin).await }));
        }
        let (withdrawing, admin) = (Arc::clone(&answered), one.admin.clone());
        tasks.push(tokio::spawn(async move { withdrawing.withdraw(admin, self.tokens).await }));
        let work = async {
            outage.await;
            let ended = Instant::now();
            let (first, second) =
                tokio::join!(works_again(one, &self.kept, ended), works_again(two, &self.kept, ended));
            report.back.push(first.max(second));
            tokio::time::sleep(Duration::from_secs(1)).await;
            answered.is_over.store(true, Ordering::Relaxed);
        };
        tokio::join!(work, answered.check(one), answered.check(two));
        join_all(tasks).await.into_iter().for_each(|task| task.unwrap());

        let made = answered.made.lock().unwrap().clone();
        for id in &made {
            let is_there = two.admin.status(Method::GET, &format!("/tokens/{id}")).await == StatusCode::OK;
            report.wrong += usize::from(!is_there);
        }
        let withdrawn = answered.withdrawn.lock().unwrap().clone();
        for node in [one, two] {
            for (credential, _) in &withdrawn {
                report.wrong += usize::from(node.reason(credential, "GET", DEVICE).await != "unknown_token");
            }
            for request in &used {
                report.wrong += usize::from(node.reason(request, "GET", DEVICE).await != "replayed");
            }
        }
        report.times += 1;
        report.wrong += answered.wrong.load(Ordering::Relaxed);
        let asked = answered.checked.load(Ordering::Relaxed);
        report.checked += asked + made.len() + 2 * (withdrawn.len() + used.len());
        eprintln!(
            "{} tokens and {} withdrawals were answered, {asked} decisions",
            made.len(),
            withdrawn.len()
        );
    }
}

/// Waits until a node writes and decides. Returns how long after `ended` it does.
async fn works_again(node: &Platform, credential: &str, ended: Instant) -> Duration {
    loop {
        let answer = node.admin.send(Method::POST, "/tokens").json(&Platform::wanted("jwt")).send().await;
        if answer.is_ok_and(|answer| answer.status() == StatusCode::CREATED) {
            break;
        }
        assert!(ended.elapsed() < PATIENCE, "it does not write");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    while decision(node, credential).await.is_none_or(|one| one["allowed"] != true) {
        assert!(ended.elapsed() < PATIENCE, "it does not decide");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    ended.elapsed()
}
