//! Imports OpenAPI documents like those that publishers provide, and makes calls to their operations.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::server::{Caller, Platform, Server, sealed, text, unique};

/// Imports a document into a new system and returns the report.
async fn import(admin: &Caller, system: &str, document: &'static str) -> Value {
    admin.post("/systems", &json!({ "key": system, "name": system })).await;
    let request = admin.send(Method::PUT, &format!("/systems/{system}/openapi")).body(document);
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success(), "{system}: {}", answer.text().await.unwrap());
    answer.json().await.unwrap()
}

/// The API that each call matches, decided for a token that is granted the whole system.
async fn matched(server: &Server, system: &str, calls: &[(&str, &str)]) -> Vec<Value> {
    let platform = Platform { admin: server.admin().await, gateway: server.nobody() };
    let wanted = json!({
        "kind": "rsa", "name": unique("all"), "systems": [system], "projects": ["harbour"],
    });
    let id = text(&platform.admin.post("/tokens", &wanted).await["id"]);
    let credential = platform.credential(&id).await;
    let key = platform.admin.post(&format!("/systems/{system}/verifier-keys"), &json!({ "name": "x" })).await;
    let gateway = platform.admin.with_bearer(&text(&key["key"]));
    let mut found = Vec::new();
    for (method, path) in calls {
        let call = json!({ "credential": credential, "method": method, "path": path, "project": "harbour" });
        found.push(gateway.ask("/verify", &call).await["api"].clone());
    }
    found
}

on_both_engines! {
    async fn operations_of_swagger_2_and_openapi_3_2_match(server) {
        let admin = server.admin().await;
        admin.post("/projects", &json!({ "key": "harbour", "name": "harbour" })).await;
        let report = import(&admin, "pumps", include_str!("../openapi/swagger-2.yaml")).await;
        assert_eq!(report["base_path"], "/pump-api/v2");
        let path = "/pump-api/v2/projects/harbour/pumps";
        let found = matched(server, "pumps", &[("GET", path), ("POST", path)]).await;
        assert_eq!(found, ["pumps:listPumps", "pumps:addPump"]);

        import(&admin, "files", include_str!("../openapi/openapi-3.2.yaml")).await;
        let calls = [("QUERY", "/search"), ("COPY", "/files/7"), ("GET", "/files/7"), ("copy", "/files/7")];
        let found = matched(server, "files", &calls).await;
        assert_eq!(found, [json!("files:searchFiles"), json!("files:copyFile"), json!("files:readFile"), Value::Null]);
    }

    async fn operations_of_repeated_paths_and_encoded_references_match(server) {
        let admin = server.admin().await;
        admin.post("/projects", &json!({ "key": "harbour", "name": "harbour" })).await;
        let report = import(&admin, "things", include_str!("../openapi/duplicate-path.json")).await;
        assert_eq!(report["warnings"].as_array().map(Vec::len), Some(1), "{report}");
        let found = matched(server, "things", &[("GET", "/things"), ("POST", "/things")]).await;
        assert_eq!(found, ["things:listThings", "things:addThing"]);

        import(&admin, "vessels", include_str!("../openapi/encoded-references.json")).await;
        let calls = [("GET", "/boats/7"), ("GET", "/vessels/7"), ("GET", "/vessels/7/log")];
        let found = matched(server, "vessels", &calls).await;
        assert_eq!(found, ["vessels:readBoat", "vessels:readVessel", "vessels:readLog"]);
    }

    async fn a_query_distinguishes_operations_at_every_door_that_has_it(server) {
        let admin = server.admin().await;
        admin.post("/projects", &json!({ "key": "harbour", "name": "harbour" })).await;
        let report = import(&admin, "answers", include_str!("../openapi/query-templates.yaml")).await;
        assert_eq!(report["warnings"], json!([]));
        let calls = [
            ("POST", "/v1/answers"),
            ("POST", "/v1/answers?beta=false"),
            ("POST", "/v1/answers?x=1&b%65ta=true"),
            ("POST", "/v1/answers?beta=true&beta=true"),
            ("POST", "/v1/answers?Beta=true"),
            ("POST", "/v1/?Action=GetUser&Version=3"),
            ("POST", "/v1/?Action=ListUsers"),
            ("POST", "/v1/"),
        ];
        let found = matched(server, "answers", &calls).await;
        let key = |id: &str| json!(format!("answers:{id}"));
        let wanted = [
            key("createAnswer"), key("createAnswer"), key("createBetaAnswer"), Value::Null, Value::Null,
            key("getUser"), key("listUsers"), Value::Null,
        ];
        assert_eq!(found, wanted);

        // A token with a grant for one operation cannot call another operation.
        let platform = Platform { admin, gateway: server.nobody() };
        let wanted = json!({
            "kind": "rsa", "name": unique("plain"), "apis": ["answers:createAnswer"], "projects": ["harbour"],
        });
        let id = text(&platform.admin.post("/tokens", &wanted).await["id"]);
        let file = platform.admin.get(&format!("/tokens/{id}/file")).await;
        let body = json!({ "name": "nginx", "gateway": "nginx" });
        let verifier = platform.admin.post("/systems/answers/verifier-keys", &body).await;
        let ask = async |credential: &str, uri: &str| {
            let request = server.nobody().http.get(format!("{}/auth/answers", server.url));
            let request = request.header("X-Latchkey-Verifier", verifier["key"].as_str().unwrap());
            let request = request.header("X-Original-Method", "POST").header("X-Original-URI", uri);
            let request = request.header("X-Project", "harbour").bearer_auth(credential);
            request.send().await.unwrap().status().as_u16()
        };
        let open = text(&file["open_token"]);
        assert_eq!(ask(&open, "/v1/answers").await, 200);
        assert_eq!(ask(&open, "/v1/answers?beta=false&more=1").await, 200);
        assert_eq!(ask(&open, "/v1/answers?beta=true").await, 403);
        assert_eq!(ask(&open, "/v1/answers?beta=true&beta=false").await, 403);
        assert_eq!(ask(&open, "/v1/answers?x;beta=true").await, 403);
        // A sealed request contains only the path. The grants still depend on the query.
        let claims = json!({ "htm": "POST", "htu": "/v1/answers" });
        assert_eq!(ask(&sealed(&file, &claims), "/v1/answers?beta=false").await, 200);
        assert_eq!(ask(&sealed(&file, &claims), "/v1/answers?beta=true").await, 403);
        let asked = json!({ "method": "POST", "path": "/v1/answers?beta=true", "project": "harbour", "system": "answers" });
        let trial = platform.admin.ask(&format!("/tokens/{id}/try"), &asked).await;
        assert_eq!(trial["reason"], "api_not_granted", "{trial}");
    }

    async fn operations_that_no_call_can_distinguish_are_granted_together(server) {
        let admin = server.admin().await;
        for key in ["harbour", "quarry"] {
            admin.post("/projects", &json!({ "key": key, "name": key })).await;
        }
        for (system, document) in [
            ("boxes", include_str!("../openapi/fragment-variants.yaml")),
            ("contacts", include_str!("../openapi/same-shape.yaml")),
        ] {
            let report = import(&admin, system, document).await;
            let warnings = report["warnings"].as_array().unwrap();
            assert_eq!(warnings.len(), 1, "{report}");
            assert!(warnings[0].as_str().unwrap().starts_with("No call tells these apart"), "{report}");
            assert_eq!(report["added"].as_array().map(Vec::len), Some(2), "{report}");
        }
        let platform = Platform { admin, gateway: server.nobody() };
        let decide = async |apis: &[&str], call: &Value| {
            let wanted = json!({ "kind": "rsa", "name": unique("one"), "apis": apis, "projects": ["harbour"] });
            let id = text(&platform.admin.post("/tokens", &wanted).await["id"]);
            platform.admin.ask(&format!("/tokens/{id}/try"), call).await
        };
        let call = |system: &str, method: &str, path: &str, project: Option<&str>| {
            json!({ "system": system, "method": method, "path": path, "project": project })
        };
        // The decision names the API that is granted.
        for id in ["contacts:readContact", "contacts:readContactByNumber"] {
            let decision = decide(&[id], &call("contacts", "GET", "/contacts/7", Some("harbour"))).await;
            assert_eq!((&decision["allowed"], &decision["api"]), (&json!(true), &json!(id)), "{decision}");
        }
        for id in ["boxes:changeBox", "boxes:addLinkToBox"] {
            let decision = decide(&[id], &call("boxes", "PUT", "/boxes/7", Some("harbour"))).await;
            assert_eq!((&decision["allowed"], &decision["api"]), (&json!(true), &json!(id)), "{decision}");
        }
        let decision = decide(&["boxes:changeBox"], &call("contacts", "GET", "/contacts/7", Some("harbour"))).await;
        assert_eq!(decision["reason"], "api_not_granted");

        // The stricter scope counts: one of the two APIs requires a project.
        platform.admin.patch("/systems/contacts/apis/readContact", &json!({ "scope": "global" })).await;
        let decision = decide(&["contacts:readContact"], &call("contacts", "GET", "/contacts/7", None)).await;
        assert_eq!(decision["reason"], "project_required", "{decision}");

        // If any of the APIs has a project in its path, that project is checked, whichever API is granted.
        let twins = "
openapi: 3.0.3
paths:
  /cranes/{project}: {get: {operationId: listCranes}}
  /cranes/{id}: {get: {operationId: readCrane}}
";
        import(&platform.admin, "cranes", twins).await;
        for (path, allowed) in [("/cranes/harbour", true), ("/cranes/quarry", false)] {
            let decision = decide(&["cranes:readCrane"], &call("cranes", "GET", path, Some("harbour"))).await;
            assert_eq!(decision["allowed"], allowed, "{decision}");
        }
    }

    async fn an_operation_moved_by_servers_keeps_its_grants(server) {
        let admin = server.admin().await;
        admin.post("/projects", &json!({ "key": "harbour", "name": "harbour" })).await;
        let document = include_str!("../openapi/path-servers.yaml");
        let report = import(&admin, "reports", document).await;
        assert_eq!((&report["warnings"], &report["base_path"]), (&json!([]), &json!("/v1")));
        let calls = [("GET", "/v1/reports"), ("GET", "/files-v2/files/7"), ("GET", "/v1/files/7"), ("GET", "/files/7")];
        let found = matched(server, "reports", &calls).await;
        assert_eq!(found, [json!("reports:listReports"), json!("reports:readReportFile"), Value::Null, Value::Null]);
        let before = admin.get("/systems/reports/apis").await;
        assert_eq!(before["items"][1]["base_path"], "/files-v2");

        let wanted = json!({
            "kind": "rsa", "name": unique("files"), "apis": ["reports:readReportFile"], "projects": ["harbour"],
        });
        let id = text(&admin.post("/tokens", &wanted).await["id"]);
        let asks = async |path: &str| {
            let call = json!({ "system": "reports", "method": "GET", "path": path, "project": "harbour" });
            admin.ask(&format!("/tokens/{id}/try"), &call).await["allowed"] == true
        };
        assert!(asks("/files-v2/files/7").await);
        // Imports the document with another server, and then without a server for the path.
        for (from, to, path) in [("files-v2", "files-v3", "/files-v3/files/7"), ("    servers: [{url: https://reports.example/files-v2}]\n", "", "/v1/files/7")] {
            let moved = document.replace(from, to);
            let answer = admin.send(Method::PUT, "/systems/reports/openapi").body(moved).send().await.unwrap();
            let report: Value = answer.json().await.unwrap();
            assert_eq!(report["changed"].as_array().map(Vec::len), Some(1), "{report}");
            assert_eq!((&report["added"], &report["removed"]), (&json!([]), &json!([])), "{report}");
            assert!(asks(path).await, "{path}");
            assert!(!asks("/files-v2/files/7").await);
            let after = admin.get("/systems/reports/apis").await;
            assert_eq!(after["items"][1]["id"], before["items"][1]["id"]);
        }
    }

    async fn an_import_notices_changes_made_since_its_comparison(server) {
        let admin = server.admin().await;
        let document = |count: usize| {
            let paths: serde_json::Map<String, Value> = (0..count)
                .map(|n| (format!("/things/{n}"), json!({ "get": { "operationId": format!("thing{n}") } })))
                .collect();
            json!({ "openapi": "3.0.3", "paths": paths })
        };
        admin.post("/systems", &json!({ "key": "things", "name": "Things" })).await;
        let imports = futures_util::future::join_all((1..6).map(|n| {
            let (admin, document) = (&admin, document(n * 40));
            async move {
                let answer = admin.send(Method::PUT, "/systems/things/openapi").json(&document).send().await;
                answer.unwrap().status().as_u16()
            }
        }));
        let statuses = imports.await;
        assert!(statuses.iter().all(|status| matches!(status, 200 | 409)), "{statuses:?}");
        assert!(statuses.contains(&200), "{statuses:?}");
        // Every document contains these 40 operations. This import therefore adds none and removes all
        // others.
        let report = admin.put("/systems/things/openapi", &document(40)).await;
        assert_eq!((&report["added"], report["unchanged"].as_u64()), (&json!([]), Some(40)), "{report}");
        assert_eq!(admin.get("/systems/things").await["api_count"], 40);
    }

    async fn a_large_import_is_seen_whole_or_not_at_all(server) {
        let admin = server.admin().await;
        admin.post("/systems", &json!({ "key": "things", "name": "Things" })).await;
        // Every second operation changes its path from one document to the next, and keeps its key.
        let document = |round: usize| {
            let path = |n: usize| if n.is_multiple_of(2) { format!("/things/{n}") } else { format!("/round{round}/things/{n}") };
            let operation = |n: usize| json!({ "get": { "operationId": format!("thing{n}") } });
            let paths: serde_json::Map<String, Value> = (0..2_400).map(|n| (path(n), operation(n))).collect();
            json!({ "openapi": "3.0.3", "paths": paths })
        };
        let path_of = async |admin: &Caller| admin.get("/apis?system=things&q=thing2399").await["items"][0]["path"].clone();
        let by_hand = json!({ "operation_id": "thing2399", "method": "GET", "path": "/hand", "name": "By hand" });
        for round in 0..2 {
            let document = document(round);
            let import = async {
                loop {
                    let answer = admin.send(Method::PUT, "/systems/things/openapi").json(&document).send().await.unwrap();
                    if answer.status() == StatusCode::OK {
                        break answer.json::<Value>().await.unwrap();
                    }
                    // The API that was added by hand came between, too often.
                    assert_eq!(answer.status(), StatusCode::CONFLICT);
                }
            };
            let watch = async {
                let mut seen = std::collections::BTreeSet::new();
                for turn in 0.. {
                    let count = admin.get("/systems/things").await["api_count"].as_u64().unwrap();
                    seen.insert(count);
                    if count == 2_400 && path_of(&admin).await == format!("/round{round}/things/2399") {
                        break;
                    }
                    if turn % 3 == 0 && turn < 12 {
                        let path = "/systems/things/apis";
                        let answer = admin.send(Method::POST, path).json(&by_hand).send().await.unwrap();
                        let status = answer.status();
                        let is_expected = matches!(status, StatusCode::CREATED | StatusCode::CONFLICT);
                        assert!(is_expected, "{status}: {}", answer.text().await.unwrap());
                        if status == StatusCode::CREATED {
                            admin.delete("/systems/things/apis/thing2399").await;
                        }
                    }
                }
                seen
            };
            let (report, seen) = tokio::join!(import, watch);
            assert_eq!(report["added"].as_array().unwrap().len(), if round == 0 { 2_400 } else { 1_200 });
            assert!(seen.iter().all(|count| matches!(count, 0 | 1 | 2_400 | 2_401)), "{seen:?}");
        }
        // Two at the same time: one waits for the other.
        let both = [3, 4].map(document);
        let answers = futures_util::future::join_all(
            both.iter().map(|document| admin.send(Method::PUT, "/systems/things/openapi").json(document).send()),
        );
        let statuses: Vec<u16> = answers.await.into_iter().map(|answer| answer.unwrap().status().as_u16()).collect();
        assert!(statuses.iter().all(|status| matches!(status, 200 | 409)), "{statuses:?}");
        assert!(statuses.contains(&200), "{statuses:?}");
        assert_eq!(admin.get("/systems/things").await["api_count"], 2_400);
    }

    async fn an_api_that_is_deleted_right_after_a_large_import_matches_no_call(server) {
        let admin = server.admin().await;
        admin.post("/projects", &json!({ "key": "harbour", "name": "Harbour" })).await;
        admin.post("/systems", &json!({ "key": "things", "name": "Things" })).await;
        let document = |count: usize| {
            let paths: serde_json::Map<String, Value> = (0..count)
                .map(|n| (format!("/things/{n}"), json!({ "get": { "operationId": format!("thing{n}") } })))
                .collect();
            json!({ "openapi": "3.0.3", "paths": paths })
        };
        admin.put("/systems/things/openapi", &document(5_000)).await;
        // The rows of the import are still being cleared. This is the last one.
        admin.delete("/systems/things/apis/thing999").await;
        let changed = admin.patch("/systems/things/apis/thing998", &json!({ "scope": "global" })).await;
        assert_eq!(changed["scope"], "global");
        let found = matched(server, "things", &[("GET", "/things/998"), ("GET", "/things/999")]).await;
        assert_eq!(found, [json!("things:thing998"), Value::Null]);
        let counts = async || {
            let system = admin.get("/systems/things").await;
            (system["api_count"].clone(), system["global_api_count"].clone())
        };
        assert_eq!(counts().await, (json!(4_999), json!(1)));
        // Another import adds one, removes one that is granted and one that is not, and the global one.
        let wanted = json!({
            "kind": "rsa", "name": unique("one"), "apis": ["things:thing997"], "projects": ["harbour"],
        });
        admin.post("/tokens", &wanted).await;
        let mut fewer = document(1_000);
        for path in ["/things/996", "/things/997", "/things/998"] {
            fewer["paths"].as_object_mut().unwrap().remove(path);
        }
        admin.put("/systems/things/openapi", &fewer).await;
        assert_eq!(counts().await, (json!(997), json!(0)));
        assert_eq!(admin.get("/systems?q=things").await["items"][0]["api_count"], 997);
    }

    async fn a_grant_made_during_an_import_is_kept(server) {
        let admin = server.admin().await;
        admin.post("/systems", &json!({ "key": "things", "name": "Things" })).await;
        admin.post("/projects", &json!({ "key": "harbour", "name": "Harbour" })).await;
        let document = |count: usize| {
            let paths: serde_json::Map<String, Value> = (0..count)
                .map(|n| (format!("/things/{n}"), json!({ "get": { "operationId": format!("thing{n}") } })))
                .collect();
            json!({ "openapi": "3.0.3", "paths": paths })
        };
        for _ in 0..8 {
            admin.put("/systems/things/openapi", &document(2)).await;
            let wanted = json!({
                "kind": "rsa", "name": unique("race"), "apis": ["things:thing1"], "projects": ["harbour"],
            });
            let fewer = document(1);
            let import = admin.send(Method::PUT, "/systems/things/openapi").json(&fewer).send();
            let grant = admin.send(Method::POST, "/tokens").json(&wanted).send();
            let (import, grant) = tokio::join!(import, grant);
            let (import, grant) = (import.unwrap(), grant.unwrap());
            assert!(matches!(import.status().as_u16(), 200 | 409), "{}", import.status());
            assert!(matches!(grant.status().as_u16(), 201 | 422), "{}", grant.status());
            if grant.status() == StatusCode::CREATED {
                // The API stays, removed, because a token is granted it.
                let apis = admin.get("/systems/things/apis").await;
                let api = apis["items"].as_array().unwrap().iter().find(|api| api["operation_id"] == "thing1");
                let api = api.unwrap();
                assert_eq!(api["removed"], import.status() == StatusCode::OK, "{api}");
                let token: Value = grant.json().await.unwrap();
                admin.delete(&format!("/tokens/{}", text(&token["id"]))).await;
            }
        }
    }

    async fn an_api_that_left_its_document_goes_after_its_last_grant(server) {
        let platform = Platform::on(server).await;
        let id = platform.apply("rsa").await;
        let document = json!({ "openapi": "3.0.3", "paths": {
            "/projects/{project}/cranes": { "get": { "operationId": "listCranes", "responses": {} } },
        } });
        let import = async || platform.admin.put("/systems/fleet/openapi", &document).await;
        let removed = async || {
            let apis = platform.admin.get("/systems/fleet/apis").await;
            let apis = apis["items"].as_array().unwrap().clone();
            apis.iter().filter(|api| api["removed"] == true).map(|api| text(&api["key"])).collect::<Vec<_>>()
        };
        assert_eq!(import().await["removed"].as_array().unwrap().len(), 3);
        for _ in 0..2 {
            assert_eq!(removed().await, ["fleet:readDevice"], "a token is granted it");
            assert_eq!(import().await["removed"], json!([]));
        }
        platform.admin.delete(&format!("/tokens/{id}")).await;
        assert_eq!(import().await["removed"], json!([]), "it was reported before");
        assert!(removed().await.is_empty());
    }
}
