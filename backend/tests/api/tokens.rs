//! Tokens of both kinds, from the application to the deletion.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::server::{DEVICE, Platform, Problem, text, unique};

on_both_engines! {
    async fn an_rsa_token_passes_where_it_is_granted_until_it_is_deleted(server) {
        let platform = Platform::on(server).await;
        let id = platform.apply("rsa").await;
        let open = platform.credential(&id).await;
        // The first call verifies the credential, the second uses the cache.
        for _ in 0..2 {
            let decision = platform.decide(&open, "GET", DEVICE).await;
            assert_eq!(decision["allowed"], true, "{decision}");
            assert_eq!(decision["api"], "fleet:readDevice");
            assert_eq!(decision["project"]["key"], "harbour");
        }
        for (method, path, reason) in [
            ("PATCH", DEVICE, "api_not_granted"),
            ("GET", "/projects/quarry/devices/7", "project_not_granted"),
            ("GET", "/projects/HARBOUR/devices/7", "project_not_granted"),
            ("GET", "/Projects/harbour/devices/7", "no_such_api"),
            ("GET", "/projects/harbour/devices/7/", "no_such_api"),
            ("GET", "/projects/harbour//devices/7", "no_such_api"),
            ("GET", "/projects/harbour/./devices/7", "no_such_api"),
            ("GET", "/projects/harbour/%2e%2e/devices/7", "no_such_api"),
            ("GET", "/projects/harbour%2Fdevices/7", "no_such_api"),
            ("DELETE", DEVICE, "no_such_api"),
        ] {
            assert_eq!(platform.reason(&open, method, path).await, reason, "{method} {path}");
        }
        assert_eq!(platform.introspect(&open).await["active"], true);

        let file = platform.admin.get(&format!("/tokens/{id}/file")).await;
        let granted = platform.exchange(&id, file["secret"].as_str().unwrap()).await;
        let jwt = text(&granted["access_token"]);
        assert_eq!(platform.reason(&jwt, "GET", DEVICE).await, "allowed");

        platform.admin.delete(&format!("/tokens/{id}")).await;
        for credential in [&open, &jwt] {
            assert_eq!(platform.reason(credential, "GET", DEVICE).await, "unknown_token");
            assert_eq!(platform.introspect(credential).await, json!({ "active": false }));
        }
    }

    async fn a_jwt_token_passes_as_its_user_until_it_is_deleted(server) {
        let platform = Platform::on(server).await;
        let id = platform.apply("jwt").await;
        let jwt = platform.credential(&id).await;
        let decision = platform.decide(&jwt, "GET", DEVICE).await;
        assert_eq!(decision["allowed"], true, "{decision}");
        assert_eq!(decision["subject"]["username"], "ada");
        assert_eq!(platform.reason(&jwt, "GET", "/projects/quarry/devices/7").await, "user_not_granted");

        platform.admin.patch("/users/ada", &json!({ "disabled": true })).await;
        assert_eq!(platform.reason(&jwt, "GET", DEVICE).await, "user_not_granted");
        platform.admin.patch("/users/ada", &json!({ "disabled": false })).await;
        assert_eq!(platform.reason(&jwt, "GET", DEVICE).await, "allowed");
        platform.admin.delete("/projects/harbour/members/ada").await;
        assert_eq!(platform.reason(&jwt, "GET", DEVICE).await, "user_not_granted");
        platform.admin.put("/projects/harbour/members/ada", &json!({ "role": "member" })).await;

        let secret = platform.admin.get(&format!("/tokens/{id}/secret")).await;
        platform.admin.delete(&format!("/tokens/{id}")).await;
        assert_eq!(platform.reason(&jwt, "GET", DEVICE).await, "unknown_token");
        let refused = platform.exchange(&id, secret["secret_id"].as_str().unwrap()).await;
        assert_eq!(refused["error"], "invalid_client");
    }

    async fn the_answer_to_an_application_is_the_token_as_it_is_kept(server) {
        let platform = Platform::on(server).await;
        let everything = json!({
            "kind": "rsa", "name": "Crane control", "description": "For the night shift",
            "apis": ["fleet:renameDevice", "fleet:listDevices", "fleet:renameDevice"],
            "systems": ["fleet"], "projects": ["quarry", "harbour"],
            "expires_at": "2099-01-31T12:00:00Z", "allowed_ips": ["192.0.2.0/24", "2001:db8::1"],
            "rate_limit": { "requests": 10, "seconds": 1 },
            "quota": { "requests": 10, "period": "day", "time_zone": "Europe/Berlin" },
            "one_time_only": true, "key_size": 3072,
        });
        let apis = ["latchkey:create_token", "latchkey:get_token", "fleet:readDevice"];
        let all = json!({ "kind": "rsa", "name": "All", "apis": apis, "all_projects": true });
        let two = json!({ "kind": "jwt", "name": "Two", "apis": ["fleet:readDevice"], "users": ["ADA", "admin", "ada"] });
        let grace = platform.member(server, "grace", &[("harbour", "admin")]).await;
        let issuer = text(&platform.admin.post("/tokens", &all).await["id"]);
        let issuer = platform.admin.with_bearer(&platform.credential(&issuer).await);
        for (caller, wanted) in [
            (&platform.admin, everything),
            (&platform.admin, two),
            (&grace, Platform::wanted("jwt")),
            (&issuer, Platform::wanted("rsa")),
        ] {
            let answer = caller.post("/tokens", &wanted).await;
            let kept = caller.get(&format!("/tokens/{}", text(&answer["id"]))).await;
            assert_eq!(answer, kept);
        }
    }

    async fn a_change_holds_at_the_next_decision(server) {
        let platform = Platform::on(server).await;
        let id = platform.apply("rsa").await;
        let (open, path) = (platform.credential(&id).await, format!("/tokens/{id}"));
        for (change, reason) in [
            (json!({ "status": "disabled" }), "disabled"),
            (json!({ "status": "active" }), "allowed"),
            (json!({ "apis": ["fleet:renameDevice"] }), "api_not_granted"),
            (json!({ "apis": [], "systems": ["fleet"] }), "allowed"),
            (json!({ "projects": ["quarry"] }), "project_not_granted"),
            (json!({ "projects": ["quarry", "harbour"] }), "allowed"),
            (json!({ "allowed_ips": ["192.0.2.0/24"] }), "ip_denied"),
            (json!({ "allowed_ips": [] }), "allowed"),
            (json!({ "one_time_only": true }), "proof_mismatch"),
        ] {
            platform.admin.patch(&path, &change).await;
            assert_eq!(platform.reason(&open, "GET", DEVICE).await, reason, "{change}");
        }
        platform.admin.patch(&path, &json!({ "one_time_only": false })).await;
        platform.admin.patch("/systems/fleet", &json!({ "restricted": true })).await;
        assert_eq!(platform.reason(&open, "GET", DEVICE).await, "project_not_granted");
        platform.admin.put("/projects/harbour/systems/fleet", &json!({})).await;
        assert_eq!(platform.reason(&open, "GET", DEVICE).await, "allowed");
        platform.admin.patch("/projects/harbour", &json!({ "disabled": true })).await;
        assert_eq!(platform.reason(&open, "GET", DEVICE).await, "project_not_granted");
    }

    async fn a_rotated_token_has_a_new_credential_and_an_overlap(server) {
        let platform = Platform::on(server).await;
        let id = platform.apply("rsa").await;
        let old = platform.credential(&id).await;
        let rotate = format!("/tokens/{id}/rotate");
        let rotated = platform.admin.send(Method::POST, &rotate).json(&json!({ "overlap_seconds": 3600 }));
        assert_eq!(rotated.send().await.unwrap().status(), StatusCode::OK);
        let new = platform.credential(&id).await;
        assert_ne!(old, new);
        assert_eq!(platform.reason(&old, "GET", DEVICE).await, "allowed");
        assert_eq!(platform.reason(&new, "GET", DEVICE).await, "allowed");
        let rotated = platform.admin.send(Method::POST, &rotate).json(&json!({ "overlap_seconds": 0 }));
        assert_eq!(rotated.send().await.unwrap().status(), StatusCode::OK);
        for before in [&old, &new] {
            assert_eq!(platform.reason(before, "GET", DEVICE).await, "unknown_token", "no overlap is left");
        }
    }

    async fn a_name_is_unique_regardless_of_case(server) {
        let platform = Platform::on(server).await;
        let mut wanted = Platform::wanted("rsa");
        wanted["name"] = json!("Straße  Harbour");
        let id = text(&platform.admin.post("/tokens", &wanted).await["id"]);
        wanted["name"] = json!("STRASSE harbour ");
        let problem = platform.admin.refused(Method::POST, "/tokens", &wanted).await;
        assert_eq!((problem.status, problem.kind()), (409, "taken"));
        assert_eq!(problem.fields(), ["name:taken"]);
        platform.admin.delete(&format!("/tokens/{id}")).await;
        platform.admin.post("/tokens", &wanted).await;

        let name = unique("race");
        let bodies = [name.to_uppercase(), name.clone(), name].map(|name| {
            let mut wanted = Platform::wanted("jwt");
            wanted["name"] = json!(name);
            wanted
        });
        let [one, two, three] = &bodies;
        let send = |body: &Value| platform.admin.send(Method::POST, "/tokens").json(body).send();
        let (one, two, three) = tokio::join!(send(one), send(two), send(three));
        let mut statuses = [one, two, three].map(|answer| answer.unwrap().status().as_u16());
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409]);
    }

    async fn a_repeated_application_makes_one_token(server) {
        let platform = Platform::on(server).await;
        let wanted = Platform::wanted("rsa");
        let send = |body: &Value| {
            platform.admin.send(Method::POST, "/tokens").header("Idempotency-Key", "job 17").json(body).send()
        };
        let (one, two) = tokio::join!(send(&wanted), send(&wanted));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!((one.status(), two.status()), (StatusCode::CREATED, StatusCode::CREATED));
        assert_eq!(one.headers()["location"], two.headers()["location"]);
        let (one, two): (Value, Value) = (one.json().await.unwrap(), two.json().await.unwrap());
        assert_eq!(one, two);
        let again: Value = send(&wanted).await.unwrap().json().await.unwrap();
        assert_eq!(again["id"], one["id"]);
        let other = Problem::of(send(&Platform::wanted("rsa")).await.unwrap()).await;
        assert_eq!(other.kind(), "idempotency-key-reused");
    }

    async fn a_change_of_another_version_is_refused(server) {
        let platform = Platform::on(server).await;
        let path = format!("/tokens/{}", platform.apply("rsa").await);
        let tag = platform.admin.send(Method::GET, &path).send().await.unwrap().headers()["etag"].clone();
        let change = |description: &str| {
            let body = json!({ "description": description });
            platform.admin.send(Method::PATCH, &path).header("If-Match", tag.clone()).json(&body).send()
        };
        assert_eq!(change("one").await.unwrap().status(), StatusCode::OK);
        let problem = Problem::of(change("two").await.unwrap()).await;
        assert_eq!((problem.status, problem.kind()), (412, "precondition-failed"));
        assert_eq!(platform.admin.get(&path).await["description"], "one");
    }

    async fn the_list_is_searched_by_name(server) {
        let platform = Platform::on(server).await;
        for name in ["Harbour robot", "Harbour crane", "100% quarry", "港口机器人"] {
            let mut wanted = Platform::wanted("rsa");
            wanted["name"] = json!(name);
            platform.admin.post("/tokens", &wanted).await;
        }
        platform.apply("jwt").await;
        let names = async |query: &str| -> Vec<String> {
            let page = platform.admin.get(&format!("/tokens?{query}")).await;
            page["items"].as_array().unwrap().iter().map(|item| text(&item["name"])).collect()
        };
        assert_eq!(names("kind=rsa").await.len(), 4);
        assert_eq!(names("kind=rsa&q=HARBOUR").await, ["Harbour crane", "Harbour robot"]);
        assert_eq!(names("q=harbuor%20robot").await.first().unwrap(), "Harbour robot", "a typo");
        assert_eq!(names("q=0%25").await, ["100% quarry"]);
        assert_eq!(names("q=_").await, Vec::<String>::new());
        assert_eq!(names("q=%E6%9C%BA%E5%99%A8").await, ["港口机器人"]);
        assert_eq!(names("project=quarry").await, Vec::<String>::new());

        let first = platform.admin.get("/tokens?limit=3&total=true").await;
        assert_eq!((first["items"].as_array().unwrap().len(), &first["total"]), (3, &json!(5)));
        let rest = platform.admin.get(&format!("/tokens?limit=3&cursor={}", text(&first["next_cursor"]))).await;
        assert_eq!(rest["items"].as_array().unwrap().len(), 2);
        assert!(rest["next_cursor"].is_null());
    }

    async fn every_action_is_in_the_audit_trail(server) {
        let platform = Platform::on(server).await;
        let id = platform.apply("jwt").await;
        platform.admin.get(&format!("/tokens/{id}/secret")).await;
        platform.admin.delete(&format!("/tokens/{id}")).await;
        let events = platform.admin.get(&format!("/audit-events?target={id}")).await;
        let actions: Vec<String> =
            events["items"].as_array().unwrap().iter().map(|event| text(&event["action"])).collect();
        assert_eq!(actions, ["token.deleted", "token.secret_copied", "token.created"]);
        assert!(!events.to_string().contains("lkj_"));
        let of_tokens = platform.admin.get("/audit-events?action=token&actor=admin&limit=2").await;
        assert_eq!(of_tokens["items"].as_array().unwrap().len(), 2);
        let after = platform.admin.get("/audit-events?since=2100-01-01T00:00:00Z").await;
        assert_eq!(after["items"], json!([]));
    }
}
