//! Each node compares facts in memory with the database in the background.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::in_both_places;
use crate::server::{DEVICE, Platform, Server, Where};
use crate::walk::verifier_key;

/// Several intervals. A fact in memory would count for a minute.
const DEADLINE: Duration = Duration::from_secs(30);

async fn a_change_behind_the_server_is_found_and_counted(place: Where) {
    let server = Server::start(place.clone()).await;
    let platform = Platform::on(&server).await;
    let (rsa, jwt) = (platform.apply("rsa").await, platform.apply("jwt").await);
    let (open_token, access_token) = (platform.credential(&rsa).await, platform.credential(&jwt).await);
    let key = verifier_key(&platform.admin).await.1;
    let ask = async |credential: &str, key: &str| {
        let call = json!({ "credential": credential, "method": "GET", "path": DEVICE });
        let answer = platform.gateway.with_bearer(key).send(Method::POST, "/verify").json(&call).send().await;
        let answer = answer.unwrap();
        answer.status() == StatusCode::OK && answer.text().await.unwrap().contains("\"allowed\":true")
    };
    let differences =
        async || platform.admin.get("/installation").await["cache_differences"].as_u64().unwrap();

    // What is changed through the API is no difference.
    for (credential, id) in [(&open_token, &rsa), (&access_token, &jwt)] {
        assert!(ask(credential, &key).await);
        let change = json!({ "description": "changed" });
        platform.admin.patch(&format!("/tokens/{id}"), &change).await;
        assert!(ask(credential, &key).await);
    }
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(differences().await, 0);

    let mut other = place.connect().await;
    for attempt in 0.. {
        let before = differences().await;
        let withdrawn = platform.apply("rsa").await;
        let withdrawn_token = platform.credential(&withdrawn).await;
        let (path, other_key) = verifier_key(&platform.admin).await;
        let key_id = path.rsplit('/').next().unwrap();
        for path in ["/users/ada", "/projects/harbour"] {
            platform.admin.patch(path, &json!({ "disabled": false })).await;
        }
        let token_off = ("UPDATE tokens SET disabled = 1 WHERE id = $1", withdrawn.as_str());
        let user_off = ("UPDATE users SET disabled = 1 WHERE username = $1", "ada");
        let key_gone = ("DELETE FROM verifier_keys WHERE id = $1", key_id);
        let project_off = ("UPDATE projects SET disabled = 1 WHERE key = $1", "harbour");
        let together = [
            (token_off, &withdrawn_token, &key),
            (user_off, &access_token, &key),
            (key_gone, &open_token, &other_key),
        ];
        for group in [&together[..], &[(project_off, &open_token, &key)]] {
            for ((statement, id), credential, key) in group {
                assert!(ask(credential, key).await, "{statement}");
                sqlx::query(*statement).bind((*id).to_owned()).execute(&mut other).await.unwrap();
            }
            let changed = Instant::now();
            for ((statement, _), credential, key) in group {
                while ask(credential, key).await {
                    assert!(changed.elapsed() < DEADLINE, "{statement}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
        // They are counted after they are out of date.
        let denied = Instant::now();
        while differences().await < before + 4 && denied.elapsed() < DEADLINE / 3 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let found = differences().await - before;
        if found >= 4 {
            return;
        }
        // On a busy machine, a node may think that it stood still. Then it reads everything again by itself.
        assert!(attempt < 3, "only {found} differed");
    }
}

in_both_places! { a_change_behind_the_server_is_found_and_counted => a_change_behind_the_server_is_found_and_counted }
