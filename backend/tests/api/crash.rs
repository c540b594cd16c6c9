//! SIGKILL in the middle of a burst: what was answered is kept, nothing is half.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::server::{Caller, PASSWORD, Platform, Server, Where, text};

/// The real program, as its own process.
pub(crate) fn start(place: &Where) -> (Child, String) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_latchkey"))
        .arg("serve")
        .envs(place.environment())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let url = first.trim().trim_start_matches("Latchkey is at ").trim_end_matches('/').to_owned();
    assert!(url.starts_with("http://"), "{first}");
    (process, url)
}

async fn survives(place: Where) {
    {
        let server = Server::start(place.clone()).await;
        Platform::on(&server).await;
    }
    let (mut process, url) = start(&place);
    let admin = Caller::new(&url);
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
    process.kill().unwrap(); // SIGKILL
    process.wait().unwrap();
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
            // Whole: grants, targets and a credential that can be downloaded.
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
