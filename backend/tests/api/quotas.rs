//! Quotas of tokens.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::process::Process;
use crate::proxy::{Link, proxy};
use crate::rates::{calls, header, limited, passed, passed_at_all, settle, three};
use crate::server::{Caller, DEVICE, PASSWORD, Platform, Server, Where, reason, sealed, text};
use crate::{in_both_places, on_both_engines};

/// So many calls a day in UTC.
pub(crate) fn daily(requests: u32) -> Value {
    json!({ "requests": requests, "period": "day", "time_zone": "UTC" })
}

/// A token with this quota.
async fn with_quota(admin: &Caller, quota: &Value) -> String {
    limited(admin, &Value::Null, &json!({ "quota": quota })).await
}

/// How many calls are left of the first quota of a token.
async fn left(admin: &Caller, id: &str) -> i64 {
    admin.get(&format!("/tokens/{id}/usage")).await["quotas"][0]["left"].as_i64().unwrap()
}

/// Waits until what was spent is in the database, and known to all nodes that spend.
pub(crate) async fn written() {
    tokio::time::sleep(Duration::from_millis(1_500)).await;
}

/// Waits until the day lasts long enough for a test.
pub(crate) async fn early() {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let rest = 86_400 - since_epoch.as_secs() % 86_400;
    if rest < 60 {
        tokio::time::sleep(Duration::from_secs(rest + 1)).await;
    }
}

on_both_engines! {
    async fn a_quota_is_set_shown_changed_and_lifted(server) {
        early().await;
        let platform = Platform::on(settle(server).await).await;
        let admin = &platform.admin;
        let id = with_quota(admin, &json!({ "requests": 5, "period": "day" })).await;
        let path = format!("/tokens/{id}");
        assert_eq!(admin.get(&path).await["quota"], daily(5));
        let credential = platform.credential(&id).await;
        assert_eq!(passed(&platform.gateway, &credential, 3).await, 3);
        assert_eq!(left(admin, &id).await, 2);
        assert_eq!(passed(&platform.gateway, &credential, 9).await, 2);
        let usage = admin.get(&format!("{path}/usage")).await;
        assert_eq!((&usage["quotas"][0]["token"], &usage["quotas"][0]["quota"]), (&json!(id), &daily(5)));
        assert!(text(&usage["quotas"][0]["resets_at"]).ends_with("T00:00:00.000Z"), "{usage}");
        // What was spent stays spent, as long as the days are the same.
        admin.patch(&path, &json!({ "description": "The same quota" })).await;
        assert_eq!(passed(&platform.gateway, &credential, 9).await, 0);
        admin.patch(&path, &json!({ "quota": daily(8) })).await;
        assert_eq!(passed(&platform.gateway, &credential, 9).await, 3);
        // A month begins a new count.
        let monthly = json!({ "requests": 2, "period": "month", "time_zone": "asia/shanghai" });
        let changed = admin.patch(&path, &json!({ "quota": monthly })).await;
        assert_eq!(changed["quota"]["time_zone"], "Asia/Shanghai");
        assert_eq!(passed(&platform.gateway, &credential, 9).await, 2);
        assert_eq!(admin.patch(&path, &json!({ "quota": null })).await["quota"], Value::Null);
        assert_eq!(passed(&platform.gateway, &credential, 90).await, 90);
        assert_eq!(admin.get(&format!("{path}/usage")).await["quotas"], json!([]));
        let trail = admin.get(&format!("/audit-events?target={id}")).await;
        assert!(trail["items"].as_array().unwrap().iter().any(|event| event["detail"]["quota"] == true), "{trail}");

        for (quota, fields) in [
            (json!({ "requests": 0, "period": "day" }), vec!["quota.requests:out_of_range"]),
            (json!({ "requests": 1_000_000_001, "period": "month", "time_zone": "Mars/Olympus" }), vec![
                "quota.requests:out_of_range", "quota.time_zone:invalid_time_zone",
            ]),
            (json!({ "requests": 1, "period": "day", "time_zone": "" }), vec!["quota.time_zone:invalid_time_zone"]),
        ] {
            let mut wanted = Platform::wanted("rsa");
            wanted["quota"] = quota.clone();
            assert_eq!(admin.refused(Method::POST, "/tokens", &wanted).await.fields(), fields);
            assert_eq!(admin.refused(Method::PATCH, &path, &json!({ "quota": quota })).await.fields(), fields);
        }
        let body = json!({ "quota": { "requests": 1, "period": "week" } });
        assert!([400, 422].contains(&admin.refused(Method::PATCH, &path, &body).await.status));
    }

    async fn a_call_over_the_quota_is_denied_at_every_door(server) {
        early().await;
        let platform = Platform::on(settle(server).await).await;
        let (admin, http) = (&platform.admin, &server.nobody().http);
        let credential = platform.credential(&with_quota(admin, &daily(2)).await).await;
        let mut reasons = calls(&platform.gateway, &credential, 4).await;
        reasons.sort_unstable();
        assert_eq!(reasons, ["allowed", "allowed", "rate_limited", "rate_limited"]);
        let exceeded = platform.decide(&credential, "GET", DEVICE).await["exceeded"].clone();
        assert_eq!((&exceeded["quota"], &exceeded["rate_limit"]), (&daily(2), &Value::Null));
        assert!((1..=86_400).contains(&exceeded["retry_after"].as_u64().unwrap()));

        let key = admin.post("/systems/fleet/verifier-keys", &json!({ "name": "g", "gateway": "nginx" })).await;
        let ask = |credential: &str| {
            let request = http.get(format!("{}/auth/fleet", server.url)).header("X-Latchkey-Verifier", text(&key["key"]));
            request.header("X-Original-Method", "GET").header("X-Original-URI", DEVICE).bearer_auth(credential).send()
        };
        let monthly = json!({ "requests": 1, "period": "month", "time_zone": "Europe/Berlin" });
        for (quota, policy) in [(daily(1), r#""quota";q=1;w=86400"#), (monthly, r#""quota";q=1"#)] {
            let credential = platform.credential(&with_quota(admin, &quota).await).await;
            assert_eq!(ask(&credential).await.unwrap().status(), 200);
            let answer = ask(&credential).await.unwrap();
            assert_eq!((answer.status().as_u16(), header(&answer, "ratelimit-policy").as_str()), (429, policy));
            assert_eq!(header(&answer, "ratelimit"), format!(r#""quota";r=0;t={}"#, header(&answer, "retry-after")));
        }

        // A rate limit and a quota hold both. Whoever is over both must wait for the quota.
        let limit = json!({ "requests": 1, "seconds": 3_600, "burst": 3 });
        let both = limited(admin, &limit, &json!({ "quota": daily(2) })).await;
        let credential = platform.credential(&both).await;
        assert_eq!(passed(&platform.gateway, &credential, 9).await, 2);
        admin.patch(&format!("/tokens/{both}"), &json!({ "quota": daily(9) })).await;
        assert_eq!(passed(&platform.gateway, &credential, 9).await, 1);
        assert_eq!(left(admin, &both).await, 6, "a call over the rate limit spends nothing of the quota");
        let exceeded = platform.decide(&credential, "GET", DEVICE).await["exceeded"].clone();
        assert_eq!((&exceeded["quota"], &exceeded["rate_limit"]), (&Value::Null, &limit));

        // Latchkey's own API.
        let grants = json!({ "apis": ["latchkey:list_tokens"], "quota": daily(1) });
        let caller = admin.with_bearer(&platform.credential(&limited(admin, &Value::Null, &grants).await).await);
        caller.get("/tokens").await;
        assert_eq!(caller.refused(Method::GET, "/tokens", &json!({})).await.kind(), "too-many-requests");

        // Introspection, exchange and trial spend nothing. A trial tells that the call would be denied.
        let id = with_quota(admin, &daily(1)).await;
        let credential = platform.credential(&id).await;
        let trial = json!({ "system": "fleet", "method": "GET", "path": DEVICE });
        for _ in 0..3 {
            assert_eq!(platform.introspect(&credential).await["active"], true);
            let decision = admin.ask(&format!("/tokens/{id}/try"), &trial).await;
            assert_eq!((reason(&decision), &decision["quotas"][0]["left"]), ("allowed".to_owned(), &json!(1)));
        }
        assert_eq!(passed(&platform.gateway, &credential, 3).await, 1);
        assert_eq!(platform.introspect(&credential).await["active"], true);
        let decision = admin.ask(&format!("/tokens/{id}/try"), &trial).await;
        assert_eq!((reason(&decision), &decision["exceeded"]["quota"]), ("rate_limited".to_owned(), &daily(1)));
    }

    async fn a_call_that_is_denied_otherwise_spends_nothing_of_the_quota(server) {
        early().await;
        let platform = Platform::on(settle(server).await).await;
        let id = with_quota(&platform.admin, &daily(3)).await;
        let file = platform.admin.get(&format!("/tokens/{id}/file")).await;
        let request = || sealed(&file, &json!({ "htm": "GET", "htu": DEVICE }));
        let used = request();
        assert_eq!(platform.reason(&used, "GET", DEVICE).await, "allowed");
        for _ in 0..5 {
            assert_eq!(platform.reason(&used, "GET", DEVICE).await, "replayed");
            assert_eq!(platform.reason(&request(), "PATCH", DEVICE).await, "proof_mismatch");
        }
        written().await;
        assert_eq!(left(&platform.admin, &id).await, 2);
        for expected in ["allowed", "allowed", "rate_limited", "rate_limited"] {
            assert_eq!(platform.reason(&request(), "GET", DEVICE).await, expected);
        }
    }

    async fn a_token_spends_the_quotas_of_the_tokens_that_issued_it(server) {
        early().await;
        let platform = Platform::on(settle(server).await).await;
        let admin = &platform.admin;
        let grants = json!({
            "apis": ["fleet:readDevice", "latchkey:create_token", "latchkey:change_token"], "quota": daily(12),
        });
        let parent = limited(admin, &Value::Null, &grants).await;
        let issuer = admin.with_bearer(&platform.credential(&parent).await);
        // Each call to Latchkey's own API is a call, too.
        let child = text(&issuer.post("/tokens", &Platform::wanted("rsa")).await["id"]);
        let sibling = with_quota(&issuer, &daily(2)).await;
        let elsewhere = json!({ "requests": 1, "period": "day", "time_zone": "Asia/Tokyo" });
        for (id, quota) in [(&parent, Value::Null), (&sibling, daily(3)), (&sibling, elsewhere)] {
            let change = json!({ "quota": quota });
            let problem = issuer.refused(Method::PATCH, &format!("/tokens/{id}"), &change).await;
            assert_eq!((problem.status, problem.kind()), (403, "forbidden"), "{change}");
        }
        let (child, sibling_credential) = (platform.credential(&child).await, platform.credential(&sibling).await);
        assert_eq!(passed(&platform.gateway, &child, 5).await, 5, "five of twelve were spent before");
        assert_eq!(passed(&platform.gateway, &sibling_credential, 9).await, 2, "its own");
        assert_eq!(admin.get(&format!("/tokens/{sibling}/usage")).await["quotas"].as_array().unwrap().len(), 2);
        // The quota outlives the token: else it would delete itself.
        admin.delete(&format!("/tokens/{parent}")).await;
        assert_eq!(passed(&platform.gateway, &child, 9).await, 0);
    }
}

/// Kills the server with SIGKILL. What was spent longer ago than the interval stays spent.
async fn stays_spent(place: Where) {
    early().await;
    let (id, credential, key) = {
        let server = Server::start(place.clone()).await;
        let platform = Platform::on(&server).await;
        let id = with_quota(&platform.admin, &daily(10)).await;
        let credential = platform.credential(&id).await;
        (id, credential, platform.gateway)
    };
    for spent in [4, 3] {
        let mut process = Process::start(&place, &[]);
        tokio::time::sleep(Duration::from_millis(1_600)).await;
        assert_eq!(passed(&key.at(&process.url), &credential, spent).await, spent);
        written().await;
        process.kill();
    }
    // An orderly stop writes the rest.
    let process = Process::start(&place, &[]);
    tokio::time::sleep(Duration::from_millis(1_600)).await;
    assert_eq!(passed(&key.at(&process.url), &credential, 1).await, 1);
    process.signal("-TERM");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let server = Server::start(place).await;
    settle(&server).await;
    let admin = Caller::new(&server.url);
    let login = json!({ "username": "admin", "password": PASSWORD });
    assert!(admin.send(Method::POST, "/session").json(&login).send().await.unwrap().status().is_success());
    assert_eq!(left(&admin, &id).await, 2);
    assert_eq!(passed(&key.at(&server.url), &credential, 9).await, 2);
}

in_both_places! { a_killed_server_knows_what_was_spent => stays_spent }

#[tokio::test]
async fn three_nodes_share_a_quota() {
    early().await;
    let Some((servers, platform, gateways)) = three().await else { return };
    let id = with_quota(&platform.admin, &daily(300)).await;
    let credential = platform.credential(&id).await;
    // Every node has all of the quota, wherever the load is.
    let mut all = 0;
    for gateway in &gateways {
        all += passed(gateway, &credential, 80).await;
    }
    assert_eq!(all, 240);
    written().await;
    // Calls beyond it pass for an interval at most: until the nodes know of one another.
    for _ in 0..4 {
        all += passed_at_all(&gateways, &credential, 10).await;
        written().await;
    }
    eprintln!("{all} passed of 300");
    assert!((300..=320).contains(&all), "{all}");
    assert_eq!(left(&platform.admin, &id).await, 0);
    // A node on which nothing was spent knows what is left, too.
    let id = with_quota(&platform.admin, &daily(9)).await;
    assert_eq!(left(&servers[2].admin().await, &id).await, 9);
    assert_eq!(passed(&gateways[0], &platform.credential(&id).await, 4).await, 4);
    written().await;
    assert_eq!(left(&servers[2].admin().await, &id).await, 5);
}

#[tokio::test]
async fn a_node_without_the_database_allows_its_part_of_the_quota() {
    early().await;
    let Some(place) = Where::postgres().await else { return };
    let one = Server::start(place.clone()).await;
    let platform = Platform::on(&one).await;
    let (behind, link) = proxy(&place).await;
    let two = Server::start(behind).await;
    settle(&two).await;
    let credential = platform.credential(&with_quota(&platform.admin, &daily(60)).await).await;
    let cut_off = platform.gateway.at(&two.url);
    assert_eq!(passed(&cut_off, &credential, 10).await, 10);
    written().await;
    // The node knows all that this call needs.
    let mut all = passed(&cut_off, &credential, 1).await;
    link.send(Link::Silent).unwrap();
    // The doors close after five seconds.
    tokio::time::sleep(Duration::from_millis(1_700)).await;
    all += passed(&cut_off, &credential, 40).await;
    eprintln!("{all} passed of 50 that were left");
    assert!((1..=25).contains(&all), "{all}");
    link.send(Link::Open).unwrap();
}
