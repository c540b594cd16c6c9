//! A node stands still and goes on. `nodes.rs` and `steps.rs` are the short form.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;

use crate::clocks;
use crate::faults::{Report, times};
use crate::pressure::decision;
use crate::server::{Caller, DEVICE, PASSWORD, Platform, Server, Where, text};

/// How long a node that stood still may allow what was withdrawn.
const PROMISED: Duration = Duration::from_secs(1);
/// After standing still for so long, it may allow nothing that was withdrawn meanwhile.
const LONG: Duration = Duration::from_secs(8);

async fn stands_still(time: Duration, times: usize) {
    if times == 0 {
        return;
    }
    let Some(place) = Where::postgres().await else { return };
    let one = Server::start(place.clone()).await;
    let platform = Platform::on(&one).await;
    let process = clocks::node(&place, &[]);
    let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "another" })).await;
    let begun = Instant::now();
    let admin = Caller::new(&process.url);
    let login = json!({ "username": "admin", "password": PASSWORD });
    while !admin
        .send(reqwest::Method::POST, "/session")
        .json(&login)
        .send()
        .await
        .is_ok_and(|a| a.status().is_success())
    {
        assert!(begun.elapsed() < Duration::from_secs(20), "it does not start");
    }
    let frozen = Platform { gateway: admin.with_bearer(&text(&key["key"])), admin };
    let kept = platform.apply("rsa").await;
    let kept = platform.credential(&kept).await;
    let mut report = Report::default();
    let mut latest = Duration::ZERO;
    for _ in 0..times {
        let mut tokens = Vec::new();
        for number in 0..8 {
            let id = platform.apply(if number % 2 == 0 { "rsa" } else { "jwt" }).await;
            let credential = platform.credential(&id).await;
            while !decision(&frozen, &credential).await.is_some_and(|one| one["allowed"] == true) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tokens.push((id, credential));
        }
        process.signal("-STOP");
        let mut withdrawn = Vec::new();
        for (id, credential) in &tokens {
            platform.admin.delete(&format!("/tokens/{id}")).await;
            withdrawn.push((credential, Instant::now()));
            // The last is withdrawn just before it goes on.
            tokio::time::sleep(time / 7).await;
        }
        process.signal("-CONT");
        let thawed = Instant::now();
        let asked = withdrawn.iter().map(async |(credential, withdrawn)| {
            let late = withdrawn.elapsed();
            // A node that stood still for long may close its connections.
            let call = json!({ "credential": credential, "method": "GET", "path": DEVICE });
            let answer = frozen.gateway.send(reqwest::Method::POST, "/verify").json(&call).send().await;
            let Ok(answer) = answer else { return None };
            let decision: serde_json::Value = answer.json().await.ok()?;
            (decision["allowed"] == true).then_some(late)
        });
        for late in join_all(asked).await.into_iter().flatten() {
            latest = latest.max(late);
            report.wrong += usize::from(late > PROMISED || time > LONG);
        }
        loop {
            let call = json!({ "credential": kept, "method": "GET", "path": DEVICE });
            let answer = frozen.gateway.send(reqwest::Method::POST, "/verify").json(&call).send().await;
            if let Ok(answer) = answer
                && answer.json::<serde_json::Value>().await.is_ok_and(|one| one["allowed"] == true)
            {
                break;
            }
            assert!(thawed.elapsed() < Duration::from_secs(20), "it does not decide");
        }
        report.back.push(thawed.elapsed());
        report.times += 1;
        report.checked += tokens.len();
    }
    report.note = match latest.as_millis() {
        0 => "nothing withdrawn was allowed".to_owned(),
        late => format!("allowed at most {late} ms after the withdrawal"),
    };
    report.tell(&format!("a node stands still for {} s (SIGSTOP)", time.as_secs()), &place);
}

#[tokio::test]
async fn a_node_stands_still_for_1_s() {
    stands_still(Duration::from_secs(1), times(0)).await;
}

#[tokio::test]
async fn a_node_stands_still_for_12_s() {
    stands_still(Duration::from_secs(12), times(0)).await;
}

#[tokio::test]
async fn a_node_stands_still_for_30_s() {
    stands_still(Duration::from_secs(30), times(0)).await;
}
