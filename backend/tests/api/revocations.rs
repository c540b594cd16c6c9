//! The revocation feed, read by a verifier that checks JWTs offline.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::server::{Caller, DEVICE, PASSWORD, Platform, Problem, Server, Where, text};

/// The path of an operation and its id.
type Operation = (&'static str, &'static str);

const FEED: &str = "/systems/fleet/revocations";

/// The claims of a JWT, without verification.
fn claims(jwt: &str) -> Value {
    jsonwebtoken::dangerous::insecure_decode::<Value>(jwt).unwrap().claims
}

/// A verifier that checks JWTs offline.
#[derive(Clone)]
struct Follower {
    gateway: Caller,
    entries: Vec<Value>,
    cursor: Option<String>,
}

impl Follower {
    fn of(gateway: &Caller) -> Self {
        Self { gateway: gateway.clone(), entries: Vec::new(), cursor: None }
    }

    async fn follow(&mut self, wait: u32) {
        let since = self.cursor.as_ref().map(|cursor| format!("&since={cursor}")).unwrap_or_default();
        let news = self.gateway.get(&format!("{FEED}?wait={wait}{since}")).await;
        if news["reset"] == true {
            self.entries.clear();
        }
        self.entries.extend(news["items"].as_array().unwrap().iter().cloned());
        self.cursor = Some(text(&news["cursor"]));
    }

    /// Whether the feed revokes a JWT.
    fn knows_of(&self, jwt: &str) -> bool {
        let claims = claims(jwt);
        self.entries.iter().any(|entry| {
            let claim = &claims[entry["claim"].as_str().unwrap()];
            let value = &entry["value"];
            let is_meant = claim == value || claim.as_array().is_some_and(|all| all.contains(value));
            is_meant && claims["iat"].as_i64() < entry["issued_before"].as_i64()
        })
    }
}

/// Waits for the next second. A JWT that is issued in the second of a change is refused as well.
async fn next_second() {
    tokio::time::sleep(Duration::from_millis(1_100)).await;
}

on_both_engines! {
    async fn the_feed_lists_what_ends_a_jwt_early(server) {
        let platform = Platform::on(server).await;
        let admin = &platform.admin;
        let mut follower = Follower::of(&platform.gateway);
        follower.follow(0).await;
        assert!(follower.entries.is_empty());
        let changes: [(&str, Option<Value>); 9] = [
            ("disabled", Some(json!({ "status": "disabled" }))),
            ("a grant taken", Some(json!({ "apis": ["fleet:listDevices"] }))),
            ("a user taken", Some(json!({ "users": ["grace"] }))),
            ("an address list", Some(json!({ "allowed_ips": ["192.0.2.1"] }))),
            ("an earlier end", Some(json!({ "expires_at": "2100-01-01T00:00:00Z" }))),
            ("a later name", Some(json!({ "name": "Another name" }))),
            ("a grant more", Some(json!({ "apis": ["fleet:readDevice", "fleet:listDevices"] }))),
            ("all of the system", Some(json!({ "apis": [], "systems": ["fleet"] }))),
            ("deleted", None),
        ];
        admin.post("/users", &json!({ "username": "grace", "display_name": "Grace" })).await;
        for (what, change) in changes {
            let token = platform.apply("jwt").await;
            let jwt = platform.credential(&token).await;
            let path = format!("/tokens/{token}");
            match &change {
                Some(change) => drop(admin.patch(&path, change).await),
                None => admin.delete(&path).await,
            }
            follower.follow(0).await;
            let stays = matches!(what, "an earlier end" | "a later name" | "a grant more" | "all of the system");
            assert_eq!(follower.knows_of(&jwt), !stays, "{what}: {:?}", follower.entries);
        }
        let token = platform.apply("jwt").await;
        let jwt = platform.credential(&token).await;
        assert!(!follower.knows_of(&jwt));
        let rotate = json!({ "overlap_seconds": 120 });
        admin.send(Method::POST, &format!("/tokens/{token}/rotate")).json(&rotate).send().await.unwrap();
        follower.follow(0).await;
        assert!(follower.knows_of(&jwt));
        let entry = follower.entries.last().unwrap();
        let ahead = entry["from"].as_i64().unwrap() - entry["issued_before"].as_i64().unwrap();
        assert!((110..=130).contains(&ahead), "it counts until the overlap is over: {entry}");
        next_second().await;
        let fresh = platform.credential(&token).await;
        assert!(!follower.knows_of(&fresh), "what is issued after the change counts");

        let secret = text(&admin.get(&format!("/tokens/{token}/secret")).await["secret_id"]);
        let revoke = admin.http.post(format!("{}/oauth2/revoke", server.url)).basic_auth(&token, Some(&secret));
        revoke.form(&[("token", fresh.as_str())]).send().await.unwrap().error_for_status().unwrap();
        follower.follow(0).await;
        assert!(follower.knows_of(&fresh));
        assert_eq!(follower.entries.last().unwrap()["claim"], "jti");
    }

    async fn disabled_users_projects_systems_and_keys_end_jwts_too(server) {
        let platform = Platform::on(server).await;
        let admin = &platform.admin;
        let mut follower = Follower::of(&platform.gateway);
        let steps: [(&str, Method, &str, Value); 6] = [
            ("jwt", Method::DELETE, "/projects/harbour/members/ada", json!({})),
            ("jwt", Method::PATCH, "/users/ada", json!({ "disabled": true })),
            ("rsa", Method::PATCH, "/projects/harbour", json!({ "disabled": true })),
            ("rsa", Method::PATCH, "/systems/fleet", json!({ "restricted": true })),
            ("rsa", Method::DELETE, "/projects/harbour/systems/fleet", json!({})),
            ("rsa", Method::POST, "/signing-keys/rotate", json!({ "at_once": true })),
        ];
        for (kind, method, path, body) in steps {
            admin.patch("/users/ada", &json!({ "disabled": false })).await;
            admin.patch("/projects/harbour", &json!({ "disabled": false })).await;
            admin.put("/projects/harbour/systems/fleet", &json!({})).await;
            next_second().await;
            let token = platform.apply(kind).await;
            let jwt = if kind == "jwt" {
                platform.credential(&token).await
            } else {
                let file = admin.get(&format!("/tokens/{token}/file")).await;
                text(&platform.exchange(&token, file["secret"].as_str().unwrap()).await["access_token"])
            };
            follower.follow(0).await;
            assert!(!follower.knows_of(&jwt), "{path}");
            let answer = admin.send(method, path).json(&body).send().await.unwrap();
            assert!(answer.status().is_success(), "{path}: {}", answer.status());
            follower.follow(0).await;
            assert!(follower.knows_of(&jwt), "{path}: {:?}", follower.entries);
        }
    }

    async fn an_import_that_takes_grants_or_passes_keys_on_ends_jwts(server) {
        let platform = Platform::on(server).await;
        let admin = &platform.admin;
        let mut follower = Follower::of(&platform.gateway);
        let document = |paths: &[Operation]| {
            let path = |(path, id): &Operation| {
                let operation = json!({ "get": { "operationId": id, "responses": {} } });
                (format!("/projects/{{project}}/{path}"), operation)
            };
            json!({ "openapi": "3.0.3", "paths": paths.iter().map(path).collect::<serde_json::Map<_, _>>() })
        };
        let first = [("cranes", "readDevice"), ("hooks", "readHook")];
        let steps: [(&str, &[Operation], bool); 5] = [
            ("one more", &[first[0], first[1], ("ropes", "readRope")], false),
            ("a key that nobody had", &[first[0], ("hooks", "readHooks")], false),
            ("swapped", &[("cranes", "readHook"), ("hooks", "readDevice")], true),
            ("passed on to a new one", &[("ropes", "readDevice"), ("cranes", "readCrane"), first[1]], true),
            ("taken", &[first[1]], true),
        ];
        for (what, after, ends) in steps {
            admin.put("/systems/fleet/openapi", &document(&first)).await;
            admin.patch("/systems/fleet/apis/fleet:readDevice", &json!({ "removed": false })).await;
            next_second().await;
            let token = platform.apply("jwt").await;
            let jwt = platform.credential(&token).await;
            follower.follow(0).await;
            assert!(!follower.knows_of(&jwt), "{what}");
            admin.put("/systems/fleet/openapi", &document(after)).await;
            follower.follow(0).await;
            assert_eq!(follower.knows_of(&jwt), ends, "{what}: {:?}", follower.entries);
        }
        next_second().await;
        admin.put("/systems/fleet/openapi", &document(&first)).await;
        admin.patch("/systems/fleet/apis/fleet:readDevice", &json!({ "removed": false })).await;
        let token = platform.apply("jwt").await;
        let jwt = platform.credential(&token).await;
        admin.patch("/systems/fleet/apis/fleet:readDevice", &json!({ "removed": true })).await;
        follower.follow(0).await;
        assert!(follower.knows_of(&jwt), "removed by hand: {:?}", follower.entries);
    }

    async fn a_jwt_for_all_projects_lists_those_that_a_restricted_system_is_opened_to(server) {
        let platform = Platform::on(server).await;
        let admin = &platform.admin;
        let mut wanted = Platform::wanted("rsa");
        wanted["all_projects"] = json!(true);
        wanted.as_object_mut().unwrap().remove("projects");
        let token = text(&admin.post("/tokens", &wanted).await["id"]);
        let secret = text(&admin.get(&format!("/tokens/{token}/file")).await["secret"]);
        let jwt = async || text(&platform.exchange(&token, &secret).await["access_token"]);
        let all = claims(&jwt().await);
        assert_eq!((&all["all_projects"], &all["projects"]), (&json!(true), &Value::Null));
        admin.put("/projects/harbour/systems/fleet", &json!({})).await;
        admin.patch("/systems/fleet", &json!({ "restricted": true })).await;
        let restricted = jwt().await;
        let some = claims(&restricted);
        assert_eq!((&some["all_projects"], &some["projects"]), (&Value::Null, &json!(["harbour"])));
        assert_eq!(platform.reason(&restricted, "GET", DEVICE).await, "allowed");
        admin.delete("/projects/harbour/systems/fleet").await;
        let mut follower = Follower::of(&platform.gateway);
        follower.follow(0).await;
        let entry = json!(["projects", "harbour"]);
        let is_there = follower.entries.iter().any(|one| json!([one["claim"], one["value"]]) == entry);
        assert!(is_there && follower.knows_of(&restricted), "{:?}", follower.entries);
        assert_eq!(claims(&jwt().await)["projects"], json!([]));
    }

    async fn a_long_poll_answers_at_the_next_revocation(server) {
        let platform = Platform::on(server).await;
        let token = platform.apply("jwt").await;
        let jwt = platform.credential(&token).await;
        let mut follower = Follower::of(&platform.gateway);
        follower.follow(30).await;
        assert!(!follower.knows_of(&jwt), "without `since` nobody waits");
        let mut waiting = follower.clone();
        let waiting = tokio::spawn(async move {
            waiting.follow(30).await;
            (Instant::now(), waiting)
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!waiting.is_finished());
        let deleted = Instant::now();
        platform.admin.delete(&format!("/tokens/{token}")).await;
        let (learnt, waiting) = waiting.await.unwrap();
        assert!(waiting.knows_of(&jwt));
        let took = learnt.duration_since(deleted);
        eprintln!("learnt {} ms after the deletion was asked for", took.as_millis());
        // The limit is far above the usual time and far below the wait, so the change itself ended the wait.
        assert!(took < Duration::from_secs(10), "{took:?}");

        let begun = Instant::now();
        let cursor = waiting.cursor.clone().unwrap();
        let nothing = platform.gateway.get(&format!("{FEED}?wait=1&since={cursor}")).await;
        assert_eq!((&nothing["items"], &nothing["reset"]), (&json!([]), &json!(false)));
        assert_eq!(nothing["cursor"], cursor.as_str());
        assert!(begun.elapsed() >= Duration::from_millis(900));
    }

    async fn an_unknown_cursor_starts_over(server) {
        let platform = Platform::on(server).await;
        let token = platform.apply("rsa").await;
        platform.admin.delete(&format!("/tokens/{token}")).await;
        let cursor = |text: &str| base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, text);
        for unknown in ["0 1", "99999 1796000000000", "1 1"] {
            let news = platform.gateway.get(&format!("{FEED}?wait=30&since={}", cursor(unknown))).await;
            assert_eq!(news["reset"], true, "{unknown}: {news}");
            assert_eq!(news["items"].as_array().map(Vec::len), Some(1), "{news}");
            let next = platform.gateway.get(&format!("{FEED}?since={}", text(&news["cursor"]))).await;
            assert_eq!((&next["reset"], &next["items"]), (&json!(false), &json!([])));
        }
        for wrong in ["since=%20", "since=AA", "since=", "wait=31", "wait=-1", "colour=red"] {
            let answer = platform.gateway.send(Method::GET, &format!("{FEED}?{wrong}")).send().await.unwrap();
            assert_eq!(Problem::of(answer).await.status, 422, "{wrong}");
        }
    }

    async fn a_system_sees_only_revocations_of_its_own_jwts(server) {
        let platform = Platform::on(server).await;
        let admin = &platform.admin;
        admin.post("/systems", &json!({ "key": "other", "name": "Other" })).await;
        let key = admin.post("/systems/other/verifier-keys", &json!({ "name": "gateway" })).await;
        let other = admin.with_bearer(key["key"].as_str().unwrap());
        assert_eq!(other.status(Method::GET, FEED).await, StatusCode::FORBIDDEN);
        assert_eq!(server.nobody().status(Method::GET, FEED).await, StatusCode::UNAUTHORIZED);
        assert_eq!(admin.status(Method::GET, FEED).await, StatusCode::UNAUTHORIZED, "a session is no verifier key");
        let token = platform.apply("jwt").await;
        admin.delete(&format!("/tokens/{token}")).await;
        assert_eq!(other.get("/systems/other/revocations").await["items"], json!([]));
        assert_eq!(platform.gateway.get(FEED).await["items"][0]["value"], token.as_str());
    }
}

#[tokio::test]
async fn a_verifier_at_another_node_hears_of_a_revocation_at_once() {
    let Some(place) = Where::postgres().await else { return };
    let (one, two) = (Server::start(place.clone()).await, Server::start(place).await);
    let platform = Platform::on(&one).await;
    let beyond = two.person("admin", PASSWORD).await;
    let key = beyond.post("/systems/fleet/verifier-keys", &json!({ "name": "beyond" })).await;
    let token = platform.apply("jwt").await;
    let jwt = platform.credential(&token).await;
    let mut follower = Follower::of(&beyond.with_bearer(key["key"].as_str().unwrap()));
    follower.follow(0).await;
    let waiting = tokio::spawn(async move {
        follower.follow(30).await;
        (Instant::now(), follower)
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let deleted = Instant::now();
    platform.admin.delete(&format!("/tokens/{token}")).await;
    let (learnt, follower) = waiting.await.unwrap();
    assert!(follower.knows_of(&jwt));
    let took = learnt.duration_since(deleted);
    eprintln!("learnt on the other node {} ms after the deletion was asked for", took.as_millis());
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert_eq!(platform.reason(&jwt, "GET", DEVICE).await, "unknown_token");
}
