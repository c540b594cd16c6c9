//! Two servers on one PostgreSQL.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::server::{DEVICE, Platform, Server, Where};

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
