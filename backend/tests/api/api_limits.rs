//! Limits of tokens for single APIs.

use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::quotas::{daily, early, written};
use crate::rates::{header, hourly, limited, passed, passed_at_all, passed_of_burst, settle, three};
use crate::server::{Caller, DEVICE, Platform, reason, sealed, text};

const READ: &str = "fleet:readDevice";

/// A token that may read and rename devices, with these limits for single APIs, and changes of the
/// application.
async fn with_limits(admin: &Caller, api_limits: &Value, changes: &Value) -> String {
    let mut all = json!({ "apis": [READ, "fleet:renameDevice"], "api_limits": api_limits });
    all.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    limited(admin, &Value::Null, &all).await
}

/// A limit for reading devices.
fn reading(limit: &Value) -> Value {
    json!([{ "api": READ, "rate_limit": limit }])
}

/// How many of so many calls pass that rename a device.
async fn renamed(gateway: &Caller, credential: &str, count: usize) -> usize {
    let call = json!({ "credential": credential, "method": "PATCH", "path": DEVICE });
    let answer = gateway.ask("/verify/batch", &json!({ "calls": vec![call; count] })).await;
    answer["decisions"].as_array().unwrap().iter().filter(|one| one["allowed"] == true).count()
}

/// The warnings about a token: field and code.
fn warned(token: &Value) -> Vec<String> {
    let warnings = token["warnings"].as_array().into_iter().flatten();
    warnings.map(|one| format!("{} {}", text(&one["field"]), text(&one["code"]))).collect()
}

on_both_engines! {
    async fn a_limit_of_an_api_is_set_shown_changed_and_lifted(server) {
        early().await;
        let platform = Platform::on(settle(server).await).await;
        let (admin, gateway) = (&platform.admin, &platform.gateway);
        let limits = json!([{ "api": READ, "rate_limit": { "requests": 5, "seconds": 3_600 }, "quota": { "requests": 3, "period": "day" } }]);
        let id = with_limits(admin, &limits, &json!({})).await;
        let path = format!("/tokens/{id}");
        let shown = json!([{ "api": READ, "rate_limit": { "requests": 5, "seconds": 3_600, "burst": 5 }, "quota": daily(3) }]);
        assert_eq!(admin.get(&path).await["api_limits"], shown);
        let credential = platform.credential(&id).await;
        assert_eq!(passed(gateway, &credential, 9).await, 3);
        assert_eq!(renamed(gateway, &credential, 50).await, 50, "calls of other APIs are free");
        let usage = admin.get(&format!("{path}/usage")).await;
        assert_eq!((&usage["rate_limits"][0]["api"], &usage["rate_limits"][0]["rate_limit"]["burst"]), (&json!(READ), &json!(5)));
        assert_eq!((&usage["quotas"][0]["api"], &usage["quotas"][0]["left"]), (&json!(READ), &json!(0)));
        // Absent fields stay, and what was spent stays spent.
        admin.patch(&path, &json!({ "description": "The same limits" })).await;
        assert_eq!(passed(gateway, &credential, 9).await, 0);
        let more = json!([{ "api": READ, "quota": daily(7) }, { "api": "fleet:renameDevice", "rate_limit": hourly(2) }]);
        let changed = admin.patch(&path, &json!({ "api_limits": more })).await;
        assert_eq!(changed["api_limits"].as_array().unwrap().len(), 2);
        assert_eq!((passed(gateway, &credential, 9).await, renamed(gateway, &credential, 9).await), (4, 2));
        let trail = admin.get(&format!("/audit-events?target={id}")).await;
        assert!(trail["items"].as_array().unwrap().iter().any(|event| event["detail"]["api_limits"] == true), "{trail}");
        // The limits of an API end with its grant.
        let left = admin.patch(&path, &json!({ "apis": ["fleet:renameDevice"] })).await;
        assert_eq!(left["api_limits"].as_array().unwrap().len(), 1);
        admin.patch(&path, &json!({ "apis": [READ, "fleet:renameDevice"] })).await;
        assert_eq!((passed(gateway, &credential, 50).await, renamed(gateway, &credential, 9).await), (50, 0));
        assert_eq!(admin.patch(&path, &json!({ "api_limits": [] })).await["api_limits"], json!([]));
        assert_eq!(renamed(gateway, &credential, 50).await, 50);
        // They may be for an API of a system that is granted whole, and end with the API.
        let whole = json!({ "apis": [], "systems": ["fleet"], "api_limits": [{ "api": "fleet:listDevices", "rate_limit": hourly(1) }, { "api": READ, "rate_limit": hourly(2) }] });
        admin.patch(&path, &whole).await;
        assert_eq!(passed(gateway, &credential, 9).await, 2);
        admin.delete("/systems/fleet/apis/listDevices").await;
        assert_eq!(admin.get(&path).await["api_limits"], json!([{ "api": READ, "rate_limit": hourly(2), "quota": null }]));
    }

    async fn bad_limits_of_apis_name_the_field_at_fault(server) {
        let platform = Platform::on(settle(server).await).await;
        let admin = &platform.admin;
        let path = format!("/tokens/{}", platform.apply("rsa").await);
        let fine = hourly(1);
        for (limits, fields) in [
            (json!([{ "api": READ }]), vec!["api_limits[0].rate_limit:required"]),
            (json!([{ "api": "fleet:nothing", "rate_limit": fine }]), vec!["api_limits[0].api:unknown"]),
            (json!([{ "api": "fleet:\u{0}", "rate_limit": fine }]), vec!["api_limits[0].api:unknown"]),
            (json!([{ "api": READ, "rate_limit": fine }, { "api": "fleet:listDevices", "rate_limit": fine }]), vec!["api_limits[1].api:not_granted"]),
            (json!([{ "api": READ, "rate_limit": fine }, { "api": READ, "quota": daily(1) }]), vec!["api_limits[1].api:contradiction"]),
            (json!([{ "api": READ, "rate_limit": { "requests": 0, "seconds": 1 }, "quota": { "requests": 1, "period": "day", "time_zone": "Mars" } }]), vec![
                "api_limits[0].rate_limit.requests:out_of_range", "api_limits[0].quota.time_zone:invalid_time_zone",
            ]),
            (json!(vec![json!({ "api": READ, "rate_limit": fine }); 101]), vec!["api_limits:too_many"]),
        ] {
            let mut wanted = Platform::wanted("rsa");
            wanted["api_limits"] = limits.clone();
            assert_eq!(admin.refused(Method::POST, "/tokens", &wanted).await.fields(), fields);
            assert_eq!(admin.refused(Method::PATCH, &path, &json!({ "api_limits": limits })).await.fields(), fields);
        }
        for limits in [json!([{ "rate_limit": fine }]), json!([{ "api": READ, "rate": fine }]), json!({ "api": READ })] {
            let body = json!({ "api_limits": limits });
            let status = admin.refused(Method::PATCH, &path, &body).await.status;
            assert!([400, 422].contains(&status), "{status} {body}");
        }
        assert_eq!(admin.get(&path).await["api_limits"], json!([]));
    }

    async fn a_call_spends_the_limits_of_the_token_and_of_the_api_or_none(server) {
        early().await;
        let platform = Platform::on(settle(server).await).await;
        let (admin, gateway) = (&platform.admin, &platform.gateway);
        let id = with_limits(admin, &reading(&hourly(2)), &json!({ "rate_limit": hourly(5) })).await;
        let credential = platform.credential(&id).await;
        assert_eq!(passed(gateway, &credential, 9).await, 2);
        let exceeded = platform.decide(&credential, "GET", DEVICE).await["exceeded"].clone();
        assert_eq!((&exceeded["api"], &exceeded["rate_limit"]), (&json!(READ), &hourly(2)));
        assert_eq!(renamed(gateway, &credential, 9).await, 3, "what the API denies spends nothing of the token");
        let exceeded = platform.decide(&credential, "PATCH", DEVICE).await["exceeded"].clone();
        assert_eq!((&exceeded["api"], &exceeded["rate_limit"]), (&Value::Null, &hourly(5)));
        let id = with_limits(admin, &reading(&hourly(5)), &json!({ "rate_limit": hourly(2) })).await;
        let credential = platform.credential(&id).await;
        assert_eq!(passed(gateway, &credential, 9).await, 2);
        admin.patch(&format!("/tokens/{id}"), &json!({ "rate_limit": null })).await;
        assert_eq!(passed(gateway, &credential, 9).await, 3, "what the token denies spends nothing of the API");
        // The same with quotas.
        let limits = json!([{ "api": READ, "quota": daily(2) }]);
        let id = with_limits(admin, &limits, &json!({ "quota": daily(3), "rate_limit": hourly(9) })).await;
        let credential = platform.credential(&id).await;
        assert_eq!(passed(gateway, &credential, 9).await, 2);
        assert_eq!(renamed(gateway, &credential, 9).await, 1);
        admin.patch(&format!("/tokens/{id}"), &json!({ "quota": null })).await;
        assert_eq!(renamed(gateway, &credential, 9).await, 6);

        // A call that is denied otherwise spends nothing, and a copy does not either.
        let id = with_limits(admin, &reading(&hourly(3)), &json!({})).await;
        let file = admin.get(&format!("/tokens/{id}/file")).await;
        let request = || sealed(&file, &json!({ "htm": "GET", "htu": DEVICE }));
        let used = request();
        assert_eq!(platform.reason(&used, "GET", DEVICE).await, "allowed");
        for _ in 0..5 {
            assert_eq!(platform.reason(&used, "GET", DEVICE).await, "replayed");
            assert_eq!(platform.reason(&request(), "PATCH", DEVICE).await, "proof_mismatch");
        }
        for expected in ["allowed", "allowed", "rate_limited"] {
            assert_eq!(platform.reason(&request(), "GET", DEVICE).await, expected);
        }
    }

    async fn a_call_over_the_limit_of_an_api_is_denied_at_every_door(server) {
        early().await;
        let platform = Platform::on(settle(server).await).await;
        let (admin, http) = (&platform.admin, &server.nobody().http);
        let key = admin.post("/systems/fleet/verifier-keys", &json!({ "name": "g", "gateway": "nginx" })).await;
        let ask = |credential: &str| {
            let request = http.get(format!("{}/auth/fleet", server.url)).header("X-Latchkey-Verifier", text(&key["key"]));
            request.header("X-Original-Method", "GET").header("X-Original-URI", DEVICE).bearer_auth(credential).send()
        };
        for (limits, policy) in [
            (reading(&hourly(1)), r#""api-rate";q=1;w=3600"#),
            (json!([{ "api": READ, "quota": daily(1) }]), r#""api-quota";q=1;w=86400"#),
        ] {
            let credential = platform.credential(&with_limits(admin, &limits, &json!({ "rate_limit": hourly(9) })).await).await;
            assert_eq!(ask(&credential).await.unwrap().status(), 200);
            let answer = ask(&credential).await.unwrap();
            assert_eq!((answer.status().as_u16(), header(&answer, "ratelimit-policy").as_str()), (429, policy));
            let name = policy.split(';').next().unwrap();
            assert_eq!(header(&answer, "ratelimit"), format!("{name};r=0;t={}", header(&answer, "retry-after")));
        }

        // Latchkey's own API.
        let own = json!({ "apis": ["latchkey:list_tokens", "latchkey:list_projects"] });
        let limits = json!([{ "api": "latchkey:list_tokens", "rate_limit": hourly(1) }]);
        let caller = admin.with_bearer(&platform.credential(&with_limits(admin, &limits, &own).await).await);
        caller.get("/tokens").await;
        assert_eq!(caller.refused(Method::GET, "/tokens", &json!({})).await.kind(), "too-many-requests");
        caller.get("/projects").await;

        // Introspection and trial spend nothing. A trial tells the limits that this call spends.
        let limits = json!([{ "api": READ, "quota": daily(1) }]);
        let id = with_limits(admin, &limits, &json!({ "quota": daily(9) })).await;
        let credential = platform.credential(&id).await;
        let trial = async |method: &str| {
            let trial = json!({ "system": "fleet", "method": method, "path": DEVICE });
            let decision = admin.ask(&format!("/tokens/{id}/try"), &trial).await;
            let quotas = decision["quotas"].as_array().unwrap().iter();
            let left = quotas.map(|one| (one["api"].clone(), one["left"].as_i64().unwrap())).collect::<Vec<_>>();
            (reason(&decision), left, decision["exceeded"]["api"].clone())
        };
        for _ in 0..3 {
            assert_eq!(platform.introspect(&credential).await["active"], true);
            assert_eq!(trial("GET").await, ("allowed".to_owned(), vec![(Value::Null, 9), (json!(READ), 1)], Value::Null));
        }
        assert_eq!(passed(&platform.gateway, &credential, 3).await, 1);
        assert_eq!(trial("GET").await, ("rate_limited".to_owned(), vec![(Value::Null, 8), (json!(READ), 0)], json!(READ)));
        assert_eq!(trial("PATCH").await, ("allowed".to_owned(), vec![(Value::Null, 8)], Value::Null));
    }

    async fn a_token_spends_the_limits_for_apis_of_the_tokens_that_issued_it(server) {
        let platform = Platform::on(settle(server).await).await;
        let (admin, gateway) = (&platform.admin, &platform.gateway);
        let apis = [READ, "fleet:renameDevice", "latchkey:create_token", "latchkey:change_token"];
        let parent = with_limits(admin, &reading(&hourly(4)), &json!({ "apis": apis })).await;
        let issuer = admin.with_bearer(&platform.credential(&parent).await);
        let child = with_limits(&issuer, &json!([]), &json!({})).await;
        let sibling = with_limits(&issuer, &reading(&hourly(2)), &json!({})).await;
        // A token may add limits, and lower them.
        let path = format!("/tokens/{sibling}");
        for (path, change) in [
            (&format!("/tokens/{parent}"), json!({ "api_limits": [] })),
            (&path, json!({ "api_limits": reading(&hourly(3)) })),
            (&path, json!({ "api_limits": [] })),
            // Without the grant, the limit would be lifted for the tokens that it issued.
            (&path, json!({ "apis": ["fleet:renameDevice"] })),
        ] {
            let problem = issuer.refused(Method::PATCH, path, &change).await;
            assert_eq!((problem.status, problem.kind()), (403, "forbidden"), "{change}");
        }
        let lower = json!([{ "api": READ, "rate_limit": hourly(1) }, { "api": "fleet:renameDevice", "quota": daily(5) }]);
        issuer.patch(&path, &json!({ "api_limits": lower })).await;
        let (child, sibling) = (platform.credential(&child).await, platform.credential(&sibling).await);
        assert_eq!(passed(gateway, &sibling, 9).await, 1, "its own limit");
        assert_eq!(passed(gateway, &child, 9).await, 3, "the rest of its issuer's");
        assert_eq!(renamed(gateway, &child, 20).await, 20);
        // A change holds for them, too. The limit outlives the token.
        admin.patch(&format!("/tokens/{parent}"), &json!({ "api_limits": reading(&hourly(6)) })).await;
        assert_eq!(passed(gateway, &child, 4).await, 4);
        admin.delete(&format!("/tokens/{parent}")).await;
        assert_eq!(passed(gateway, &child, 9).await, 2);
    }

    async fn defaults_and_ceilings_may_be_for_single_apis(server) {
        early().await;
        let platform = Platform::on(settle(server).await).await;
        let (admin, gateway) = (&platform.admin, &platform.gateway);
        let plain = with_limits(admin, &json!([]), &json!({})).await;
        let own = with_limits(admin, &reading(&hourly(9)), &json!({})).await;
        let (plain_credential, own_credential) = (platform.credential(&plain).await, platform.credential(&own).await);
        assert_eq!(passed(gateway, &plain_credential, 20).await, 20);
        // They hold at once, also for tokens in memory.
        let rules = json!({ "default": { "api_limits": reading(&hourly(4)) }, "ceiling": { "api_limits": reading(&hourly(6)) } });
        let set = admin.put("/limits", &rules).await;
        let shown = |limit: Value| json!([{ "api": READ, "rate_limit": limit, "quota": null }]);
        assert_eq!((&set["default"]["api_limits"], &set["ceiling"]["api_limits"]), (&shown(hourly(4)), &shown(hourly(6))));
        assert_eq!(admin.get("/limits").await, set);
        assert_eq!((passed(gateway, &plain_credential, 20).await, passed(gateway, &own_credential, 20).await), (4, 6));
        assert_eq!(renamed(gateway, &plain_credential, 20).await, 20);
        assert_eq!(admin.get(&format!("/tokens/{own}")).await["api_limits"], shown(hourly(9)));
        // Whoever is not granted the API has no such limit.
        let other = platform.credential(&limited(admin, &Value::Null, &json!({ "apis": ["fleet:renameDevice"] })).await).await;
        assert_eq!(renamed(gateway, &other, 20).await, 20);
        // Those of a project: its default goes before, and the lowest ceiling holds.
        let rules = json!({ "default": { "api_limits": reading(&hourly(5)) }, "ceiling": { "api_limits": [{ "api": READ, "quota": daily(7) }] } });
        admin.put("/projects/harbour/limits", &rules).await;
        assert_eq!(passed(gateway, &plain_credential, 20).await, 5);
        let elsewhere = with_limits(admin, &json!([]), &json!({ "projects": ["quarry"] })).await;
        let usage = admin.get(&format!("/tokens/{elsewhere}/usage")).await;
        assert_eq!((&usage["rate_limits"][0]["rate_limit"], &usage["quotas"]), (&hourly(4), &json!([])));
        // Whoever asks for more is warned.
        let change = json!({ "api_limits": [{ "api": READ, "rate_limit": hourly(7), "quota": daily(70) }] });
        let changed = admin.patch(&format!("/tokens/{own}"), &change).await;
        assert_eq!(warned(&changed), ["api_limits above_ceiling", "api_limits above_ceiling"]);
        assert!(text(&changed["warnings"][1]["message"]).starts_with("fleet:readDevice: A ceiling is lower."), "{changed}");
        // The token is granted the API with its system.
        let whole = with_limits(admin, &json!([]), &json!({ "apis": [], "systems": ["fleet"] })).await;
        assert_eq!(passed(gateway, &platform.credential(&whole).await, 20).await, 5);
        // They go with the API, and without them everything is as before.
        assert_eq!(admin.put("/limits", &json!({})).await["default"]["api_limits"], json!([]));
        admin.put("/projects/harbour/limits", &json!({ "default": { "api_limits": [{ "api": "fleet:listDevices", "quota": daily(1) }] } })).await;
        assert_eq!(passed(gateway, &plain_credential, 20).await, 20);
        admin.delete("/systems/fleet/apis/listDevices").await;
        assert_eq!(admin.get("/projects/harbour/limits").await["default"]["api_limits"], json!([]));

        let wrong = json!({
            "default": { "api_limits": [{ "api": "fleet:nothing", "quota": daily(1) }] },
            "ceiling": { "api_limits": [{ "api": READ, "quota": daily(1) }, { "api": READ, "rate_limit": hourly(1) }] },
        });
        assert_eq!(
            admin.refused(Method::PUT, "/limits", &wrong).await.fields(),
            ["default.api_limits[0].api:unknown", "ceiling.api_limits[1].api:contradiction"]
        );
        let wrong = json!({ "ceiling": { "api_limits": [{ "api": READ, "rate_limit": { "requests": 0, "seconds": 1 } }] } });
        assert_eq!(
            admin.refused(Method::PUT, "/projects/harbour/limits", &wrong).await.fields(),
            ["ceiling.api_limits[0].rate_limit.requests:out_of_range"]
        );
    }

    async fn who_may_not_see_a_system_does_not_see_the_limits_for_its_apis(server) {
        let platform = Platform::on(settle(server).await).await;
        let admin = &platform.admin;
        let rules = json!({ "ceiling": { "api_limits": reading(&hourly(4)) } });
        admin.put("/limits", &rules).await;
        let manager = platform.member(server, "manager", &[("harbour", "admin")]).await;
        let seen = async || manager.get("/limits").await["ceiling"]["api_limits"].as_array().unwrap().len();
        assert_eq!(seen().await, 1);
        assert_eq!(manager.refused(Method::PUT, "/limits", &rules).await.status, 403);
        admin.patch("/systems/fleet", &json!({ "restricted": true })).await;
        assert_eq!(seen().await, 0);
        admin.put("/projects/harbour/systems/fleet", &json!({})).await;
        assert_eq!(seen().await, 1);
    }

    async fn a_token_replaces_no_default_for_an_api_with_a_higher_limit(server) {
        let platform = Platform::on(settle(server).await).await;
        let admin = &platform.admin;
        let grants = json!({ "apis": ["latchkey:change_token", "latchkey:get_token"] });
        let id = with_limits(admin, &json!([]), &grants).await;
        let itself = admin.with_bearer(&platform.credential(&id).await);
        let of = |limit: Value| json!([{ "api": "latchkey:get_token", "rate_limit": limit }]);
        admin.put("/limits", &json!({ "default": { "api_limits": of(hourly(9)) } })).await;
        let path = format!("/tokens/{id}");
        assert_eq!(itself.refused(Method::PATCH, &path, &json!({ "api_limits": of(hourly(10)) })).await.status, 403);
        itself.patch(&path, &json!({ "api_limits": of(hourly(8)) })).await;
        assert_eq!(itself.refused(Method::PATCH, &path, &json!({ "api_limits": [] })).await.status, 403);
    }
}

#[tokio::test]
async fn three_nodes_share_the_limits_for_an_api() {
    early().await;
    let Some((servers, platform, gateways)) = three().await else { return };
    let limits = json!([{ "api": READ, "rate_limit": { "requests": 60, "seconds": 60, "burst": 60 } }]);
    let credential = platform.credential(&with_limits(&platform.admin, &limits, &json!({})).await).await;
    let all = passed_of_burst(&gateways, &credential).await;
    assert!((40..=64).contains(&all), "{all}");

    // Beside a quota of the token, which has a count of its own.
    let limits = json!([{ "api": READ, "quota": daily(100) }]);
    let id = with_limits(&platform.admin, &limits, &json!({ "quota": daily(1_000) })).await;
    let credential = platform.credential(&id).await;
    let mut all = 0;
    for gateway in &gateways {
        all += passed(gateway, &credential, 25).await;
        all += renamed(gateway, &credential, 10).await;
    }
    assert_eq!(all, 105);
    written().await;
    let usage = servers[2].admin().await.get(&format!("/tokens/{id}/usage")).await;
    let left: Vec<&Value> = usage["quotas"].as_array().unwrap().iter().map(|one| &one["left"]).collect();
    assert_eq!(left, [&json!(895), &json!(25)]);
    let mut more = 0;
    for _ in 0..3 {
        more += passed_at_all(&gateways, &credential, 10).await;
        written().await;
    }
    eprintln!("{more} passed of 25 that were left");
    assert!((25..=45).contains(&more), "{more}");
}
