//! Defaults and ceilings for the limits of tokens.

use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::rates::{limited, passed, settle};
use crate::server::{Caller, DEVICE, Platform, reason, text};

/// So many calls at once, and one more in an hour.
fn burst(burst: u32) -> Value {
    json!({ "requests": 1, "seconds": 3_600, "burst": burst })
}

fn daily(requests: u32) -> Value {
    json!({ "requests": requests, "period": "day", "time_zone": "UTC" })
}

/// The bursts of the rate limits that hold for a token, its own first.
async fn holds(admin: &Caller, id: &str) -> Value {
    admin.get(&format!("/tokens/{id}/usage")).await["rate_limits"][0]["rate_limit"]["burst"].clone()
}

on_both_engines! {
    async fn a_default_holds_for_tokens_without_a_limit_and_a_ceiling_for_all(server) {
        let platform = Platform::on(settle(server).await).await;
        let (admin, gateway) = (&platform.admin, &platform.gateway);
        let none = json!({ "rate_limit": null, "quota": null, "api_limits": [] });
        let empty = json!({ "default": none, "ceiling": none });
        assert_eq!(admin.get("/limits").await, empty);
        let plain = platform.apply("rsa").await;
        let own = limited(admin, &burst(9), &json!({})).await;
        let (plain_credential, own_credential) = (platform.credential(&plain).await, platform.credential(&own).await);
        assert_eq!(passed(gateway, &plain_credential, 30).await, 30);
        assert_eq!(passed(gateway, &own_credential, 2).await, 2);

        // They hold at once, also for tokens in memory.
        let set = admin.put("/limits", &json!({ "default": { "rate_limit": burst(4) }, "ceiling": { "rate_limit": burst(6) } })).await;
        assert_eq!((&set["default"]["rate_limit"], &set["ceiling"]["rate_limit"]), (&burst(4), &burst(6)));
        assert_eq!(admin.get("/limits").await, set);
        assert_eq!(passed(gateway, &plain_credential, 30).await, 4);
        assert_eq!(passed(gateway, &own_credential, 30).await, 6);
        assert_eq!((holds(admin, &plain).await, holds(admin, &own).await), (json!(4), json!(6)));
        // The limits of the token itself stay.
        assert_eq!(admin.get(&format!("/tokens/{own}")).await["rate_limit"], burst(9));

        // Those of a project: its default goes before that of the installation, and the lowest ceiling holds.
        let rules = json!({ "default": { "rate_limit": burst(5) }, "ceiling": { "rate_limit": burst(3), "quota": daily(2) } });
        admin.put("/projects/harbour/limits", &rules).await;
        assert_eq!((holds(admin, &plain).await, holds(admin, &own).await), (json!(3), json!(3)));
        assert_eq!(passed(gateway, &own_credential, 30).await, 2);
        let denied = platform.decide(&own_credential, "GET", DEVICE).await;
        assert_eq!((reason(&denied), &denied["exceeded"]["quota"]), ("rate_limited".to_owned(), &daily(2)));
        admin.put("/projects/harbour/limits", &json!({ "ceiling": { "rate_limit": burst(20) } })).await;
        assert_eq!((holds(admin, &plain).await, holds(admin, &own).await), (json!(4), json!(6)));

        let trail = admin.get("/audit-events?limit=10").await;
        let actions: Vec<String> = trail["items"].as_array().unwrap().iter().map(|event| text(&event["action"])).collect();
        assert!(actions.contains(&"project.limits_set".to_owned()) && actions.contains(&"installation.limits_set".to_owned()), "{actions:?}");

        // Without rules, everything is as before.
        assert_eq!(admin.put("/limits", &json!({})).await, empty);
        admin.put("/projects/harbour/limits", &json!({})).await;
        assert_eq!(passed(gateway, &plain_credential, 30).await, 30);
        assert_eq!(holds(admin, &own).await, json!(9));
    }

    async fn a_token_that_asks_for_more_than_its_ceiling_is_warned(server) {
        let platform = Platform::on(settle(server).await).await;
        let admin = &platform.admin;
        admin.put("/limits", &json!({ "ceiling": { "rate_limit": burst(3), "quota": daily(10) } })).await;
        let mut wanted = Platform::wanted("rsa");
        wanted["rate_limit"] = burst(5);
        wanted["quota"] = daily(20);
        let codes = |token: &Value| -> Vec<String> {
            let warnings = token["warnings"].as_array().into_iter().flatten();
            warnings.map(|one| format!("{} {}", text(&one["field"]), text(&one["code"]))).collect()
        };
        let token = admin.post("/tokens", &wanted).await;
        assert_eq!(codes(&token), ["rate_limit above_ceiling", "quota above_ceiling"]);
        assert!(text(&token["warnings"][1]["message"]).contains("10 calls a day (UTC)"), "{token}");
        let path = format!("/tokens/{}", text(&token["id"]));
        assert_eq!(codes(&admin.patch(&path, &json!({ "quota": daily(9) })).await), ["rate_limit above_ceiling"]);
        assert!(codes(&admin.patch(&path, &json!({ "rate_limit": burst(2) })).await).is_empty());
    }

    async fn a_token_multiplies_no_default_by_issuing(server) {
        let platform = Platform::on(settle(server).await).await;
        let admin = &platform.admin;
        let grants = json!({ "apis": ["fleet:readDevice", "latchkey:create_token"] });
        let parent = limited(admin, &Value::Null, &grants).await;
        let issuer = admin.with_bearer(&platform.credential(&parent).await);
        let child = text(&issuer.post("/tokens", &Platform::wanted("rsa")).await["id"]);
        let credential = platform.credential(&child).await;
        admin.put("/projects/harbour/limits", &json!({ "default": { "rate_limit": burst(4) } })).await;
        let usage = admin.get(&format!("/tokens/{child}/usage")).await;
        assert_eq!(usage["rate_limits"].as_array().unwrap().len(), 2);
        let parent_credential = platform.credential(&parent).await;
        assert_eq!(passed(&platform.gateway, &parent_credential, 3).await, 3);
        assert_eq!(passed(&platform.gateway, &credential, 9).await, 1);
    }

    async fn a_token_replaces_no_default_with_a_higher_limit_of_its_own(server) {
        let platform = Platform::on(settle(server).await).await;
        let admin = &platform.admin;
        let grants = json!({ "apis": ["latchkey:change_token"] });
        let id = limited(admin, &Value::Null, &grants).await;
        let itself = admin.with_bearer(&platform.credential(&id).await);
        admin.put("/limits", &json!({ "default": { "rate_limit": burst(9), "quota": daily(20) } })).await;
        let path = format!("/tokens/{id}");
        for change in [json!({ "rate_limit": burst(10) }), json!({ "quota": { "requests": 20, "period": "month" } })] {
            assert_eq!(itself.refused(Method::PATCH, &path, &change).await.status, 403);
        }
        itself.patch(&path, &json!({ "description": "Without limits of its own" })).await;
        itself.patch(&path, &json!({ "rate_limit": burst(9), "quota": daily(19) })).await;
        assert_eq!(itself.refused(Method::PATCH, &path, &json!({ "quota": null })).await.status, 403);
    }

    async fn administrators_of_a_project_see_the_limits_and_do_not_set_them(server) {
        let platform = Platform::on(settle(server).await).await;
        let admin = &platform.admin;
        let rules = json!({ "ceiling": { "quota": { "requests": 7, "period": "month" } } });
        admin.put("/projects/harbour/limits", &rules).await;
        let manager = platform.member(server, "manager", &[("harbour", "admin")]).await;
        for path in ["/limits", "/projects/harbour/limits"] {
            manager.get(path).await;
            assert_eq!(manager.refused(Method::PUT, path, &rules).await.status, 403);
        }
        assert_eq!(manager.get("/projects/harbour/limits").await["ceiling"]["quota"]["time_zone"], "UTC");
        let wrong = json!({
            "default": { "rate_limit": { "requests": 0, "seconds": 1 } },
            "ceiling": { "quota": { "requests": 0, "period": "day", "time_zone": "Nowhere" } },
        });
        assert_eq!(
            admin.refused(Method::PUT, "/limits", &wrong).await.fields(),
            ["default.rate_limit.requests:out_of_range", "ceiling.quota.requests:out_of_range", "ceiling.quota.time_zone:invalid_time_zone"]
        );
        assert_eq!(admin.refused(Method::PUT, "/projects/nowhere/limits", &rules).await.status, 404);
    }
}
