//! Trying a call: would it be allowed, and why not?

use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::server::{Caller, DEVICE, Platform, reason, text};

/// Tries a call to the system `fleet`.
async fn try_call(caller: &Caller, token: &str, change: Value) -> Value {
    let mut body = json!({ "system": "fleet", "method": "GET", "path": DEVICE });
    for (field, value) in change.as_object().unwrap() {
        body[field] = value.clone();
    }
    caller.ask(&format!("/tokens/{token}/try"), &body).await
}

on_both_engines! {
    async fn a_trial_says_what_the_decision_would_be(server) {
        let platform = Platform::on(server).await;
        let admin = &platform.admin;
        let status = json!({ "operation_id": "readStatus", "method": "GET", "path": "/status", "name": "Status" });
        admin.post("/systems/fleet/apis", &status).await;
        let mut wanted = Platform::wanted("rsa");
        wanted["apis"] = json!(["fleet:readDevice", "fleet:readStatus"]);
        let id = text(&admin.post("/tokens", &wanted).await["id"]);

        let allowed = try_call(admin, &id, json!({})).await;
        assert_eq!(reason(&allowed), "allowed");
        assert_eq!(allowed["api"], "fleet:readDevice");
        assert_eq!(allowed["project"]["key"], "harbour");
        assert_eq!(allowed["subject"]["id"], id.as_str());
        for (change, expected) in [
            (json!({ "method": "HEAD" }), "allowed"),
            (json!({ "method": "PATCH" }), "api_not_granted"),
            (json!({ "method": "DELETE" }), "no_such_api"),
            (json!({ "path": "/projects/harbour//devices" }), "no_such_api"),
            (json!({ "path": "/projects/quarry/devices/7" }), "project_not_granted"),
            (json!({ "path": "/projects/nowhere/devices/7" }), "project_not_granted"),
            (json!({ "path": "/status" }), "project_required"),
            (json!({ "path": "/status", "project": "harbour" }), "allowed"),
            (json!({ "path": "/status", "project": "quarry" }), "project_not_granted"),
            (json!({ "project": "quarry" }), "project_not_granted"),
        ] {
            assert_eq!(reason(&try_call(admin, &id, change.clone()).await), expected, "{change}");
        }
        let path = format!("/tokens/{id}");
        for (change, trial, expected) in [
            (json!({ "allowed_ips": ["192.0.2.0/24"] }), json!({}), "ip_denied"),
            (json!({}), json!({ "client_ip": "192.0.2.7" }), "allowed"),
            (json!({}), json!({ "client_ip": "198.51.100.7" }), "ip_denied"),
            (json!({ "allowed_ips": [], "status": "disabled" }), json!({}), "disabled"),
            (json!({ "status": "active" }), json!({}), "allowed"),
        ] {
            admin.patch(&path, &change).await;
            assert_eq!(reason(&try_call(admin, &id, trial).await), expected, "{change}");
        }
        platform.expire(&id).await;
        assert_eq!(reason(&try_call(admin, &id, json!({})).await), "expired");
    }

    async fn a_trial_consumes_nothing(server) {
        let platform = Platform::on(server).await;
        let id = platform.apply("rsa").await;
        let path = format!("/tokens/{id}");
        platform.admin.patch(&path, &json!({ "one_time_only": true })).await;
        for _ in 0..3 {
            assert_eq!(reason(&try_call(&platform.admin, &id, json!({})).await), "allowed");
            let denied = try_call(&platform.admin, &id, json!({ "method": "PATCH" })).await;
            assert_eq!(reason(&denied), "api_not_granted");
        }
        let usage = platform.admin.get(&format!("{path}/usage")).await;
        let unused = json!({
            "last_used_at": null, "days": [], "months": [], "last_24_hours": { "allowed": 0, "denied": 0 },
            "rate_limits": [], "quotas": [],
        });
        assert_eq!(usage, unused);
        let events = platform.admin.get(&format!("/audit-events?target={id}")).await;
        assert_eq!(events["items"].as_array().unwrap().len(), 2, "applied for and changed, not tried");
    }

    async fn a_jwt_token_is_tried_as_one_of_its_users(server) {
        let platform = Platform::on(server).await;
        platform.admin.post("/users", &json!({ "username": "grace", "display_name": "Grace" })).await;
        let mut wanted = Platform::wanted("jwt");
        wanted["users"] = json!(["ada", "grace"]);
        let id = text(&platform.admin.post("/tokens", &wanted).await["id"]);
        let (path, body) = (format!("/tokens/{id}/try"), json!({ "system": "fleet", "method": "GET", "path": DEVICE }));

        let problem = platform.admin.refused(Method::POST, &path, &body).await;
        assert_eq!((problem.status, problem.fields()), (422, vec!["subject:required".to_owned()]));
        let as_ada = try_call(&platform.admin, &id, json!({ "subject": "ADA" })).await;
        assert_eq!(reason(&as_ada), "allowed");
        assert_eq!(as_ada["subject"]["username"], "ada");
        let as_grace = try_call(&platform.admin, &id, json!({ "subject": "grace" })).await;
        assert_eq!(reason(&as_grace), "user_not_granted", "no member of the project");
        platform.admin.patch("/users/ada", &json!({ "disabled": true })).await;
        let as_ada = try_call(&platform.admin, &id, json!({ "subject": "ada" })).await;
        assert_eq!(reason(&as_ada), "user_not_granted");

        for (token, change, field) in [
            (&id, json!({ "subject": "admin" }), "subject:unknown"),
            (&id, json!({ "subject": "ada", "system": "nothing" }), "system:unknown"),
            (&id, json!({ "subject": "ada", "method": "" }), "method:invalid_method"),
            (&id, json!({ "subject": "ada", "client_ip": "here" }), "client_ip:invalid_address"),
            (&platform.apply("rsa").await, json!({ "subject": "ada" }), "subject:wrong_kind"),
        ] {
            let mut wrong = body.clone();
            for (name, value) in change.as_object().unwrap() {
                wrong[name] = value.clone();
            }
            let problem = platform.admin.refused(Method::POST, &format!("/tokens/{token}/try"), &wrong).await;
            assert_eq!((problem.status, problem.fields()), (422, vec![field.to_owned()]), "{wrong}");
        }
    }

    async fn a_trial_reveals_nothing_that_the_caller_may_not_know(server) {
        let platform = Platform::on(server).await;
        platform.admin.post("/systems", &json!({ "key": "vault", "name": "Vault" })).await;
        platform.admin.patch("/systems/vault", &json!({ "restricted": true })).await;
        platform.admin.post("/users", &json!({ "username": "grace", "display_name": "Grace" })).await;
        platform.admin.put("/projects/quarry/members/grace", &json!({ "role": "member" })).await;
        let mut wanted = Platform::wanted("jwt");
        let single = text(&platform.admin.post("/tokens", &wanted).await["id"]);
        wanted = Platform::wanted("jwt");
        wanted["users"] = json!(["grace", "lin"]);
        let lin = platform.member(server, "lin", &[("harbour", "member")]).await;
        let shared = text(&platform.admin.post("/tokens", &wanted).await["id"]);

        let body = json!({ "system": "fleet", "method": "GET", "path": DEVICE });
        let foreign = lin.refused(Method::POST, &format!("/tokens/{single}/try"), &body).await;
        assert_eq!(foreign.status, 404, "a token of somebody else");
        let mine = try_call(&lin, &shared, json!({})).await;
        assert_eq!((reason(&mine), &mine["subject"]["username"]), ("allowed".to_owned(), &json!("lin")));
        for (field, value) in [("subject", "grace"), ("system", "vault")] {
            let mut beyond = body.clone();
            beyond[field] = json!(value);
            let problem = lin.refused(Method::POST, &format!("/tokens/{shared}/try"), &beyond).await;
            assert_eq!(problem.fields(), [format!("{field}:unknown")]);
        }
        let there = try_call(&lin, &shared, json!({ "path": "/projects/quarry/devices/7" })).await;
        let nowhere = try_call(&lin, &shared, json!({ "path": "/projects/nowhere/devices/7" })).await;
        assert_eq!(there, nowhere, "whether the project exists is not theirs to know");
        assert_eq!(reason(&there), "project_not_granted");
        let seen = try_call(&platform.admin, &shared, json!({ "path": "/projects/quarry/devices/7", "subject": "lin" }));
        assert_eq!(reason(&seen.await), "user_not_granted");
    }
}
