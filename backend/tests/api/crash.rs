//! Kills the server with SIGKILL under load. Every acknowledged token is kept, no token is incomplete, and no
//! one-time request passes again.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::in_both_places;
use crate::nodes::beside_a_process;
use crate::process::Process;
use crate::server::{Caller, DEVICE, PASSWORD, Platform, Server, Where, sealed, text};

async fn survives(place: Where) {
    {
        let server = Server::start(place.clone()).await;
        Platform::on(&server).await;
    }
    let mut process = Process::start(&place, &[]);
    let admin = Caller::new(&process.url);
    let login =
        admin.send(Method::POST, "/session").json(&json!({ "username": "admin", "password": PASSWORD }));
    assert!(login.send().await.unwrap().status().is_success());

    let burst: Vec<_> = (0..8)
        .map(|lane| {
            let admin = admin.clone();
            tokio::spawn(async move {
                let mut answered = Vec::new();
                loop {
                    let wanted = Platform::wanted(if lane % 4 == 0 { "rsa" } else { "jwt" });
                    let Ok(answer) = admin.send(Method::POST, "/tokens").json(&wanted).send().await else {
                        break;
                    };
                    if answer.status() != StatusCode::CREATED {
                        break;
                    }
                    let Ok(token) = answer.json::<Value>().await else { break };
                    answered.push(text(&token["id"]));
                }
                answered
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(2)).await;
    process.kill();
    let mut answered = Vec::new();
    for lane in burst {
        answered.extend(lane.await.unwrap());
    }
    assert!(answered.len() > 8, "only {} were answered", answered.len());

    let server = Server::start(place).await;
    let admin = server.admin().await;
    for id in &answered {
        let token = admin.get(&format!("/tokens/{id}")).await;
        assert_eq!(token["apis"][0]["key"], "fleet:readDevice");
    }
    let mut cursor = String::new();
    let mut kept = 0;
    loop {
        let page = admin.get(&format!("/tokens?limit=200{cursor}")).await;
        for item in page["items"].as_array().unwrap() {
            kept += 1;
            // Each token is complete: grants, targets and a credential that can be downloaded.
            let file = admin.get(&format!("/tokens/{}/file", text(&item["id"]))).await;
            assert!(file["open_token"].is_string() || file["secret_id"].is_string(), "{file}");
            assert_eq!((&item["grant_count"], &item["target_count"]), (&json!(1), &json!(1)), "{item}");
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert!(kept >= answered.len());
    eprintln!("{} answered, {kept} kept", answered.len());
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
