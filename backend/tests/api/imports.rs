//! Documents of kinds that publishers really publish, imported and then called.

use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::server::{Caller, Platform, Server, text, unique};

/// Imports a document into a new system; what the import tells.
async fn import(admin: &Caller, system: &str, document: &'static str) -> Value {
    admin.post("/systems", &json!({ "key": system, "name": system })).await;
    let request = admin.send(Method::PUT, &format!("/systems/{system}/openapi")).body(document);
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success(), "{system}: {}", answer.text().await.unwrap());
    answer.json().await.unwrap()
}

/// The API that a call matches, decided for a token of the whole system.
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

    async fn operations_of_a_path_that_is_there_twice_and_of_encoded_references_match(server) {
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
}
