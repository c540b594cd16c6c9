//! Kills the server with SIGKILL under load. Every acknowledged token is kept, no token is incomplete, and no
//! one-time request passes again.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::faults::{Report, times};
use crate::in_both_places;
use crate::nodes::beside_a_process;
use crate::process::Process;
use crate::server::{Caller, DEVICE, PASSWORD, Platform, Server, Where, sealed, text};

/// What was answered before the server was killed.
#[derive(Default)]
struct Answered {
    made: Vec<String>,
    /// Credentials of tokens that were deleted.
    withdrawn: Vec<String>,
    /// One-time requests that passed.
    used: Vec<String>,
}

impl Answered {
    /// Puts the server under load for some time and kills it.
    async fn until_killed(platform: &Platform, file: &Value, process: &mut Process, time: Duration) -> Self {
        let lanes = (0..6).map(|lane| {
            let admin = platform.admin.clone();
            tokio::spawn(async move {
                let mut made = Vec::new();
                loop {
                    let wanted = Platform::wanted(if lane % 4 == 0 { "rsa" } else { "jwt" });
                    let Ok(answer) = admin.send(Method::POST, "/tokens").json(&wanted).send().await else {
                        break made;
                    };
                    let Ok(token) = answer.json::<Value>().await else { break made };
                    made.push(text(&token["id"]));
                }
            })
        });
        let lanes: Vec<_> = lanes.collect();
        let withdrawing = tokio::spawn(withdraw(platform.admin.clone()));
        let using = tokio::spawn(use_up(platform.gateway.clone(), file.clone()));
        tokio::time::sleep(time).await;
        process.kill();
        let mut answered = Self::default();
        for lane in lanes {
            answered.made.extend(lane.await.unwrap());
        }
        answered.withdrawn = withdrawing.await.unwrap();
        answered.used = using.await.unwrap();
        answered
    }

    /// Counts what is no longer true.
    async fn check(&self, platform: &Platform, report: &mut Report) {
        for id in &self.made {
            let is_there = platform.admin.status(Method::GET, &format!("/tokens/{id}")).await;
            report.wrong += usize::from(is_there != StatusCode::OK);
        }
        for credential in &self.withdrawn {
            report.wrong += usize::from(platform.reason(credential, "GET", DEVICE).await != "unknown_token");
        }
        for request in &self.used {
            report.wrong += usize::from(platform.reason(request, "GET", DEVICE).await != "replayed");
        }
        report.checked += self.made.len() + self.withdrawn.len() + self.used.len();
    }
}

/// Makes tokens and deletes them. Returns the credentials of those whose deletion was answered.
async fn withdraw(admin: Caller) -> Vec<String> {
    let mut withdrawn = Vec::new();
    loop {
        let wanted = Platform::wanted("rsa");
        let Ok(answer) = admin.send(Method::POST, "/tokens").json(&wanted).send().await else { break };
        let Ok(token) = answer.json::<Value>().await else { break };
        let path = format!("/tokens/{}", text(&token["id"]));
        let Ok(file) = admin.send(Method::GET, &format!("{path}/file")).send().await else { break };
        let Ok(file) = file.json::<Value>().await else { break };
        let Ok(answer) = admin.send(Method::DELETE, &path).send().await else { break };
        if answer.status() == StatusCode::NO_CONTENT {
            withdrawn.push(text(&file["open_token"]));
        }
    }
    withdrawn
}

/// Uses one-time requests. Returns those that passed.
async fn use_up(gateway: Caller, file: Value) -> Vec<String> {
    let mut used = Vec::new();
    loop {
        let request = sealed(&file, &json!({ "htm": "GET", "htu": DEVICE }));
        let call = json!({ "credential": request, "method": "GET", "path": DEVICE });
        let Ok(answer) = gateway.send(Method::POST, "/verify").json(&call).send().await else { break };
        let Ok(decision) = answer.json::<Value>().await else { break };
        if decision["allowed"] == true {
            used.push(request);
        }
    }
    used
}

/// The platform through a new process.
async fn log_in(process: &Process, verifier_key: &str) -> Platform {
    let admin = Caller::new(&process.url);
    admin.ask("/session", &json!({ "username": "admin", "password": PASSWORD })).await;
    Platform { gateway: admin.with_bearer(verifier_key), admin }
}

/// Kills the server under load again and again. `after` happens after each time.
pub(crate) async fn is_killed(
    place: &Where,
    times: usize,
    variables: &[(&str, String)],
    mut after: impl FnMut(),
) -> Report {
    let (file, key) = {
        let server = Server::start(place.clone()).await;
        let platform = Platform::on(&server).await;
        let id = platform.apply("rsa").await;
        let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "door" })).await;
        (platform.admin.get(&format!("/tokens/{id}/file")).await, text(&key["key"]))
    };
    let mut report = Report::default();
    let mut answered = Answered::default();
    for round in 0..times {
        let mut process = Process::start(place, variables);
        let platform = log_in(&process, &key).await;
        answered.check(&platform, &mut report).await;
        let time = Duration::from_millis(300 + 97 * (round as u64 % 7));
        answered = Answered::until_killed(&platform, &file, &mut process, time).await;
        after();
        let begun = Instant::now();
        let again = Process::start(place, variables);
        let open = text(&file["open_token"]);
        let call = json!({ "credential": open, "method": "GET", "path": DEVICE });
        assert_eq!(platform.gateway.at(&again.url).ask("/verify", &call).await["allowed"], true);
        report.back.push(begun.elapsed());
        report.times += 1;
    }
    let process = Process::start(place, variables);
    let platform = log_in(&process, &key).await;
    answered.check(&platform, &mut report).await;
    are_complete(&platform.admin).await;
    report
}

/// Each token is complete: grants, targets and a credential that can be downloaded.
async fn are_complete(admin: &Caller) {
    let mut cursor = String::new();
    loop {
        let page = admin.get(&format!("/tokens?limit=200{cursor}")).await;
        for item in page["items"].as_array().unwrap() {
            let file = admin.get(&format!("/tokens/{}/file", text(&item["id"]))).await;
            assert!(file["open_token"].is_string() || file["secret_id"].is_string(), "{file}");
            assert_eq!((&item["grant_count"], &item["target_count"]), (&json!(1), &json!(1)), "{item}");
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
}

async fn survives(place: Where) {
    let report = is_killed(&place, times(2), &[], || {}).await;
    assert!(report.checked > 8 * report.times, "only {} were answered", report.checked);
    report.tell("the server is killed under load (SIGKILL)", &place);
}

/// Kills the server during imports. The old catalog stays as it was, or the new one is complete.
async fn keeps_the_catalog(place: Where) {
    let document = |count: usize, round: usize| {
        let operation = |n: usize| {
            (format!("/round{round}/{n}"), json!({ "get": { "operationId": format!("thing{round}x{n}") } }))
        };
        let paths: serde_json::Map<String, Value> = (0..count).map(operation).collect();
        json!({ "openapi": "3.0.3", "paths": paths })
    };
    {
        let server = Server::start(place.clone()).await;
        let admin = server.admin().await;
        admin.post("/systems", &json!({ "key": "things", "name": "Things" })).await;
        admin.put("/systems/things/openapi", &document(3, 0)).await;
    }
    for (round, wait) in [(1, 300), (2, 600), (3, 1_200)] {
        let mut process = Process::start(&place, &[]);
        let admin = Caller::new(&process.url);
        let login = json!({ "username": "admin", "password": PASSWORD });
        assert!(
            admin.send(Method::POST, "/session").json(&login).send().await.unwrap().status().is_success()
        );
        let before = admin.get("/systems/things/apis?limit=200").await;
        let large = document(6_000, round);
        let import = tokio::spawn(admin.send(Method::PUT, "/systems/things/openapi").json(&large).send());
        tokio::time::sleep(Duration::from_millis(wait)).await;
        process.kill();
        let answered = import.await.unwrap().is_ok();

        let server = Server::start(place.clone()).await;
        let admin = server.admin().await;
        let count = admin.get("/systems/things").await["api_count"].as_u64().unwrap();
        eprintln!("killed after {wait} ms: answered {answered}, {count} APIs");
        if count == 3 {
            assert!(!answered);
            assert_eq!(admin.get("/systems/things/apis?limit=200").await, before);
        } else {
            assert_eq!(count, 6_000);
        }
        // The next import clears away what this one left.
        admin.put("/systems/things/openapi", &document(3, round)).await;
        let large = admin.put("/systems/things/openapi", &large).await;
        assert_eq!(large["added"].as_array().unwrap().len(), 5_997);
        admin.put("/systems/things/openapi", &document(3, round)).await;
    }
}

in_both_places! { a_killed_server_loses_nothing => survives }

in_both_places! { a_killed_import_leaves_the_catalog_as_it_was => keeps_the_catalog }

#[tokio::test]
async fn a_sealed_request_passes_once_in_all_nodes_and_after_a_crash() {
    let Some(place) = Where::postgres().await else { return };
    let (_one, platform, process, beyond) = beside_a_process(&place).await;
    let id = platform.apply("rsa").await;
    let file = platform.admin.get(&format!("/tokens/{id}/file")).await;
    let mut used = Vec::new();
    for _ in 0..20 {
        let request = sealed(&file, &json!({ "htm": "GET", "htu": DEVICE }));
        let nodes = [&platform, &beyond, &platform, &beyond];
        let mut reasons = join_all(nodes.map(|node| node.reason(&request, "GET", DEVICE))).await;
        reasons.sort_unstable();
        assert_eq!(reasons, ["allowed", "replayed", "replayed", "replayed"]);
        used.push(request);
    }
    process.signal("-KILL");
    drop(process);
    let again = Process::start(&place, &[]);
    let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "third" })).await;
    let admin = Caller::new(&again.url);
    let again = Platform { gateway: admin.with_bearer(key["key"].as_str().unwrap()), admin };
    for request in used {
        assert_eq!(again.reason(&request, "GET", DEVICE).await, "replayed");
    }
}
