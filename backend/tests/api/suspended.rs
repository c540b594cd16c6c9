//! What a restored database must not bring back to life: sessions, JWTs, signing keys and withdrawn tokens.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _};

use crate::in_both_places;
use crate::server::{Caller, DEVICE, Platform, Server, Where, each, text};
use crate::signing_keys::published;

/// The time that the tests restore over: the first two hours of 2026.
const SINCE: &str = "2026-01-01T00:00:00.000Z";
const UNTIL: &str = "2026-01-01T02:00:00.000Z";
const FEED: &str = "/systems/fleet/revocations";

/// Marks the database of a stopped server, as a restore does.
async fn mark(place: &Where) {
    let mut connection = place.connect().await;
    let statement = "INSERT INTO restored (since, until) VALUES (1767225600000, 1767232800000)";
    connection.execute(statement).await.unwrap();
    connection.close().await.unwrap();
}

/// A platform on a server that was restored, with what was there before.
struct Restored {
    server: Server,
    platform: Platform,
    rsa: String,
    jwt: String,
    off: String,
    /// Their credentials, before the restore.
    open_token: String,
    access_token: String,
    secret: String,
    keys: Vec<String>,
    cursor: String,
    session: Caller,
}

impl Restored {
    async fn at(place: &Where) -> Self {
        let server = Server::start(place.clone()).await;
        let platform = Platform::on(&server).await;
        let [rsa, jwt, off] =
            [platform.apply("rsa").await, platform.apply("jwt").await, platform.apply("rsa").await];
        platform.admin.patch(&format!("/tokens/{off}"), &json!({ "status": "disabled" })).await;
        let open_token = platform.credential(&rsa).await;
        let access_token = platform.credential(&jwt).await;
        let secret = text(&platform.admin.get(&format!("/tokens/{jwt}/secret")).await["secret_id"]);
        assert_eq!(platform.reason(&open_token, "GET", DEVICE).await, "allowed");
        assert_eq!(platform.reason(&access_token, "GET", DEVICE).await, "allowed");
        let keys = published(&server).await;
        let feed = platform.gateway.get(FEED).await;
        let again = platform.gateway.get(&format!("{FEED}?since={}", text(&feed["cursor"]))).await;
        assert_eq!(again["reset"], false, "its position is known");
        let Platform { admin: session, gateway } = platform;
        drop(server);
        mark(place).await;
        let server = Server::start(place.clone()).await;
        let session = session.at(&server.url);
        let platform = Platform { admin: server.admin().await, gateway: gateway.at(&server.url) };
        let cursor = text(&feed["cursor"]);
        Self { server, platform, rsa, jwt, off, open_token, access_token, secret, keys, cursor, session }
    }

    async fn status(&self, id: &str) -> String {
        text(&self.platform.admin.get(&format!("/tokens/{id}")).await["status"])
    }
}

async fn nothing_comes_back_to_life(place: Where) {
    let restored = Restored::at(&place).await;
    let Restored { server, platform, rsa, jwt, off, .. } = &restored;
    let answer = restored.session.status(Method::GET, "/session").await;
    assert_eq!(answer, StatusCode::UNAUTHORIZED, "sessions ended");
    let keys = published(server).await;
    assert!(keys.len() == 1 && !restored.keys.contains(&keys[0]), "the signing keys are new: {keys:?}");
    let feed = platform.gateway.get(&format!("{FEED}?since={}", restored.cursor)).await;
    assert_eq!(feed["reset"], true, "verifiers begin anew");
    assert_eq!(feed["items"][0]["claim"], "iss", "all JWTs ended: {feed}");

    assert_eq!(platform.reason(&restored.open_token, "GET", DEVICE).await, "suspended");
    assert_eq!(platform.reason(&restored.access_token, "GET", DEVICE).await, "unknown_token");
    assert_eq!(platform.introspect(&restored.open_token).await["active"], false);
    let answer = platform.exchange(jwt, &restored.secret).await;
    assert_eq!(answer["error"], "invalid_client", "{answer}");
    assert!(text(&answer["error_description"]).contains("suspended"), "{answer}");
    let own = platform.admin.with_bearer(&restored.open_token).status(Method::GET, "/tokens").await;
    assert_eq!(own, StatusCode::UNAUTHORIZED, "Latchkey's own API, too");
    let path = format!("{}/auth/fleet", server.url);
    let key = platform
        .admin
        .post("/systems/fleet/verifier-keys", &json!({ "name": "nginx", "gateway": "nginx" }))
        .await;
    let asked = platform.gateway.http.get(path).bearer_auth(&restored.open_token);
    let asked = asked.header("X-Latchkey-Verifier", text(&key["key"]));
    let asked = asked.header("X-Original-Method", "GET").header("X-Original-URI", DEVICE);
    assert_eq!(asked.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);

    for id in [rsa, jwt, off] {
        let token = platform.admin.get(&format!("/tokens/{id}")).await;
        assert_eq!(token["status"], "suspended");
        assert_eq!(token["suspended"], json!({ "since": SINCE, "until": UNTIL }), "the time is shown");
    }
    let list = async |status: &str| platform.admin.get(&format!("/tokens?status={status}")).await;
    assert_eq!(each(&list("suspended").await, "id").len(), 3);
    for status in ["active", "disabled", "expired"] {
        assert_eq!(each(&list(status).await, "id"), Vec::<String>::new(), "{status}");
    }
    let counted = |stats: &Value| [stats["tokens"]["rsa"].clone(), stats["tokens"]["jwt"].clone()];
    let [rsa_count, jwt_count] = counted(&platform.admin.get("/stats").await);
    assert_eq!(rsa_count, json!({ "active": 0, "suspended": 2, "disabled": 0, "expired": 0 }));
    assert_eq!(jwt_count, json!({ "active": 0, "suspended": 1, "disabled": 0, "expired": 0 }));

    let new = platform.apply("rsa").await;
    assert_eq!(restored.status(&new).await, "active", "a new token is not suspended");
    let credential = platform.credential(&new).await;
    assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "allowed");
    let events = platform.admin.get("/audit-events?action=installation.suspended").await;
    assert_eq!(events["items"][0]["detail"], json!({ "since": SINCE, "until": UNTIL }));

    let Restored { server, platform, rsa, open_token, .. } = restored;
    drop(server);
    let server = Server::start(place.clone()).await;
    let platform =
        Platform { admin: platform.admin.at(&server.url), gateway: platform.gateway.at(&server.url) };
    assert_eq!(platform.admin.status(Method::GET, "/session").await, StatusCode::OK, "it happens once");
    assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "allowed");
    assert_eq!(platform.reason(&open_token, "GET", DEVICE).await, "suspended", "{rsa}");
}
in_both_places!(after_a_restore_nothing_comes_back_to_life => nothing_comes_back_to_life);

async fn an_administrator_confirms(place: Where) {
    let restored = Restored::at(&place).await;
    let Restored { server, platform, rsa, jwt, off, .. } = &restored;
    let admin = &platform.admin;
    let one = format!("/tokens/{rsa}/confirm");
    let stranger = platform.member(server, "grace", &[("quarry", "admin")]).await;
    assert_eq!(stranger.refused(Method::POST, &one, &json!({})).await.status, 404);
    let harbour = platform.member(server, "hana", &[("harbour", "admin")]).await;
    let all = json!({ "until": UNTIL });
    assert_eq!(harbour.refused(Method::POST, "/tokens/confirm", &all).await.status, 403);

    let confirmed = harbour.ask(&one, &json!({})).await;
    assert_eq!((&confirmed["status"], &confirmed["suspended"]), (&json!("active"), &Value::Null));
    assert_eq!(confirmed["updated_by"], "hana");
    assert_eq!(platform.reason(&restored.open_token, "GET", DEVICE).await, "allowed", "at once");
    let events = admin.get("/audit-events?action=token.confirmed").await;
    assert_eq!(events["items"][0]["actor"]["name"], "hana");
    assert_eq!(events["items"][0]["detail"], json!({ "since": SINCE, "until": UNTIL }));
    let version = harbour.get(&format!("/tokens/{rsa}")).await;
    assert_eq!(harbour.ask(&one, &json!({})).await, version, "the second time changes nothing");

    let other = json!({ "until": "2026-01-01T01:00:00Z" });
    assert_eq!(admin.refused(Method::POST, "/tokens/confirm", &other).await.kind(), "conflict");
    let unclear = admin.refused(Method::POST, "/tokens/confirm", &json!({ "until": "now" })).await;
    assert_eq!(unclear.fields(), ["until:invalid_time"]);
    assert_eq!(admin.ask("/tokens/confirm", &all).await, json!({ "confirmed": 2 }));
    assert_eq!(restored.status(jwt).await, "active");
    assert_eq!(restored.status(off).await, "disabled", "what was disabled stays so");
    assert!(platform.exchange(jwt, &restored.secret).await["access_token"].is_string());
    assert_eq!(admin.ask("/tokens/confirm", &all).await, json!({ "confirmed": 0 }));
    let events = admin.get("/audit-events?action=installation.confirmed").await;
    assert_eq!(events["items"][0]["detail"], json!({ "tokens": 2 }));
    assert_eq!(events["items"].as_array().map(Vec::len), Some(1));
}
in_both_places!(an_administrator_confirms_one_or_all => an_administrator_confirms);

#[tokio::test]
async fn every_node_denies_and_then_allows() {
    let Some(place) = Where::postgres().await else { return };
    let restored = Restored::at(&place).await;
    let other = Server::start(place.clone()).await;
    let there = Platform {
        admin: restored.platform.admin.at(&other.url),
        gateway: restored.platform.gateway.at(&other.url),
    };
    assert_eq!(there.reason(&restored.open_token, "GET", DEVICE).await, "suspended");
    restored.platform.admin.ask("/tokens/confirm", &json!({ "until": UNTIL })).await;
    let began = Instant::now();
    while there.reason(&restored.open_token, "GET", DEVICE).await != "allowed" {
        assert!(began.elapsed() < Duration::from_secs(2));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
