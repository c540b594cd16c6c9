//! Kills the server with SIGKILL under load. Every acknowledged token is kept, and no token is incomplete.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::process::Process;
use crate::server::{Caller, PASSWORD, Platform, Server, Where, text};

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

#[tokio::test]
async fn a_killed_server_loses_nothing_on_sqlite() {
    survives(Where::sqlite()).await;
}

#[tokio::test]
async fn a_killed_server_loses_nothing_on_postgres() {
    if let Some(place) = Where::postgres().await {
        survives(place).await;
    }
}
