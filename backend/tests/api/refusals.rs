//! Invalid input gets a precise problem, and nothing is written.

use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::server::{DEVICE, Platform, Problem};

on_both_engines! {
    async fn every_fault_of_an_application_is_reported_at_once(server) {
        let platform = Platform::on(server).await;
        let wrong = json!({
            "kind": "rsa",
            "name": "x".repeat(300),
            "apis": ["fleet:readDevice", "fleet:nothing"],
            "projects": ["harbour", "nowhere"],
            "users": ["ada"],
            "allowed_ips": ["300.0.0.1"],
            "expires_at": "yesterday",
            "key_size": 1024,
        });
        let problem = platform.admin.refused(Method::POST, "/tokens", &wrong).await;
        assert_eq!((problem.status, problem.kind()), (422, "validation"));
        let fields: Vec<String> =
            problem.fields().iter().map(|field| field.split(':').next().unwrap().to_owned()).collect();
        for field in ["name", "users", "allowed_ips[0]", "expires_at", "key_size"] {
            assert!(fields.iter().any(|one| one == field || one.starts_with(field.trim_end_matches("[0]"))), "{field}: {fields:?}");
        }
        assert_eq!(platform.admin.get("/tokens").await["items"], json!([]));
    }

    async fn each_wrong_field_is_named(server) {
        let platform = Platform::on(server).await;
        let with = |field: &str, value: Value| {
            let mut wanted = Platform::wanted("rsa");
            wanted[field] = value;
            wanted
        };
        for (body, field) in [
            (with("name", json!("")), "name"),
            (with("name", json!("a\u{0}b")), "name"),
            (with("name", json!(7)), "name"),
            (with("kind", json!("saml")), "kind"),
            (with("apis", json!([])), "apis"),
            (with("apis", json!(["fleet:nothing"])), "apis"),
            (with("projects", json!([])), "projects"),
            (with("projects", json!(["nowhere"])), "projects"),
            (with("systems", json!(["latchkey"])), "systems"),
            (with("expires_at", json!("2001-01-01T00:00:00Z")), "expires_at"),
            (with("nme", json!("typo")), "nme"),
        ] {
            let problem = platform.admin.refused(Method::POST, "/tokens", &body).await;
            let fields = problem.fields();
            assert!([403, 422].contains(&problem.status), "{body}: {problem:?}");
            assert!(
                problem.status == 403 || fields.iter().any(|one| one.starts_with(field)),
                "{body}: {fields:?}"
            );
        }
        assert_eq!(platform.admin.get("/tokens").await["items"], json!([]));
        let problem = platform.admin.refused(Method::POST, "/systems", &json!({ "key": "depot" })).await;
        assert_eq!(problem.fields(), ["name:required"], "what is missing is named as well");
    }

    async fn an_array_is_not_accepted_as_an_object(server) {
        let platform = Platform::on(server).await;
        let before = platform.admin.get("/users/ada").await;
        for body in [json!([]), json!([null, null]), json!(["Another", true])] {
            let problem = platform.admin.refused(Method::PATCH, "/users/ada", &body).await;
            assert_eq!((problem.status, problem.fields()), (422, vec![":wrong_type".to_owned()]), "{body}");
        }
        assert_eq!(platform.admin.get("/users/ada").await, before);
        let within = json!({ "calls": [["", "GET", "/"]] });
        let problem = platform.gateway.refused(Method::POST, "/verify/batch", &within).await;
        assert_eq!((problem.status, problem.fields()), (422, vec!["calls[0]:wrong_type".to_owned()]));
    }

    async fn an_unreadable_body_is_reported(server) {
        let admin = server.admin().await;
        let send = |method: Method, path: &str, content_type: &str, body: &[u8]| {
            admin.send(method, path).header(header::CONTENT_TYPE, content_type).body(body.to_vec()).send()
        };
        let json_type = "application/json";
        let large = vec![b' '; 8 << 20];
        for (method, path, content_type, body, status) in [
            (Method::POST, "/tokens", json_type, b"{".as_slice(), 400),
            (Method::POST, "/tokens", json_type, b"\xff\xfe", 400),
            (Method::POST, "/tokens", json_type, b"[]", 422),
            (Method::POST, "/tokens", "text/plain", b"{}", 415),
            (Method::POST, "/tokens", json_type, &large, 413),
            (Method::PUT, "/systems/latchkey/openapi", json_type, b"{}", 422),
            (Method::GET, "/nothing", json_type, b"", 404),
            (Method::GET, "/tokens/tok_nothing", json_type, b"", 404),
            (Method::GET, "/tokens?limit=0", json_type, b"", 422),
            (Method::GET, "/tokens?limit=x", json_type, b"", 422),
            (Method::GET, "/tokens?colour=red", json_type, b"", 422),
            (Method::GET, "/tokens?cursor=%00", json_type, b"", 422),
        ] {
            let problem = Problem::of(send(method.clone(), path, content_type, body).await.unwrap()).await;
            assert_eq!(problem.status, status, "{method} {path}: {problem:?}");
        }
        let answer = send(Method::PUT, "/tokens", json_type, b"{}").await.unwrap();
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
        let allow = answer.headers()[header::ALLOW].to_str().unwrap().to_owned();
        assert!(allow.contains("GET") && allow.contains("POST"), "{allow}");
        Problem::of(answer).await;
    }

    async fn a_malformed_credential_is_denied(server) {
        let platform = Platform::on(server).await;
        let jwt = platform.credential(&platform.apply("jwt").await).await;
        let open = platform.credential(&platform.apply("rsa").await).await;
        let mut parts: Vec<&str> = jwt.split('.').collect();
        parts[2] = "";
        let unsigned = parts.join(".");
        let cut = &open[..open.len() - 4];
        for credential in ["", "x", "lkr_", "lkr_a.b.c.d.e", "lkj_abc", "a.b.c", unsigned.as_str(), cut] {
            let reason = platform.reason(credential, "GET", DEVICE).await;
            assert!(["malformed", "unknown_token", "bad_proof"].contains(&reason.as_str()), "{credential}: {reason}");
        }
    }

    async fn a_key_is_unique(server) {
        let platform = Platform::on(server).await;
        for (path, body) in [
            ("/projects", json!({ "key": "harbour", "name": "Another" })),
            ("/systems", json!({ "key": "fleet", "name": "Another" })),
            ("/users", json!({ "username": "ada", "display_name": "Another" })),
        ] {
            let problem = platform.admin.refused(Method::POST, path, &body).await;
            assert_eq!((problem.status, problem.kind()), (409, "taken"), "{path}");
        }
        platform.apply("rsa").await;
        for path in ["/projects/harbour", "/systems/fleet"] {
            let problem = platform.admin.refused(Method::DELETE, path, &json!({})).await;
            assert_eq!((problem.status, problem.kind()), (409, "in-use"), "{path}");
        }
    }
}
