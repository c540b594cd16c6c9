//! Names that look the same count as the same name, also after an upgrade. Similar names cause a warning.

use latchkey::database::Database;
use reqwest::Method;
use serde_json::{Value, json};

use crate::server::{DEVICE, Platform, Server, Where, each, text};
use crate::{in_both_places, on_both_engines};

fn named(name: &str) -> Value {
    let mut wanted = Platform::wanted("rsa");
    wanted["name"] = json!(name);
    wanted
}

on_both_engines! {
    async fn characters_that_cannot_be_seen_make_no_other_name(server) {
        let platform = Platform::on(server).await;
        platform.admin.post("/tokens", &named("alpha only")).await;
        for name in ["alpha\u{200b} only", "alpha only\u{fe0f}", "\u{2060}ALPHA\u{ad} only"] {
            let refused = platform.admin.refused(Method::POST, "/tokens", &named(name)).await;
            assert_eq!((refused.status, refused.fields()), (409, vec!["name:taken".to_owned()]), "{name:?}");
        }
        let refused = platform.admin.refused(Method::POST, "/tokens", &named("\u{200b}\u{2060} \u{3164}")).await;
        assert_eq!(refused.fields(), ["name:required"]);
        let refused = platform.admin.refused(Method::POST, "/tokens", &named("alpha\u{202e}only")).await;
        assert_eq!(refused.fields(), ["name:bidirectional_control"]);
    }
}

/// The warnings of a response: the field and the similar name.
fn warnings(answer: &Value) -> Vec<(String, Option<String>)> {
    let warnings = answer.get("warnings").map(|found| found.as_array().unwrap().clone()).unwrap_or_default();
    let read = |one: &Value| {
        assert_eq!(one["code"], "looks_like", "{one}");
        (text(&one["field"]), one.get("like").map(text))
    };
    warnings.iter().map(read).collect()
}

fn like(field: &str, name: &str) -> Vec<(String, Option<String>)> {
    vec![(field.to_owned(), Some(name.to_owned()))]
}

on_both_engines! {
    async fn names_that_look_alike_are_warned_of(server) {
        let platform = Platform::on(server).await;
        let admin = &platform.admin;
        let first = admin.post("/tokens", &named("PayPal crane")).await;
        assert!(first.get("warnings").is_none(), "{first}");
        // A capital I, Cyrillic letters, and the digit 1.
        for name in ["PayPaI crane", "P\u{430}yPal cr\u{430}ne", "paypa1 crane"] {
            let made = admin.post("/tokens", &named(name)).await;
            assert_eq!(warnings(&made).len(), 1, "{name}: {made}");
            assert!(admin.get(&format!("/tokens/{}", text(&made["id"]))).await.get("warnings").is_none());
            admin.delete(&format!("/tokens/{}", text(&made["id"]))).await;
        }
        let other = admin.post("/tokens", &named("quite another")).await;
        assert!(other.get("warnings").is_none(), "{other}");
        let path = format!("/tokens/{}", text(&other["id"]));
        let renamed = admin.patch(&path, &json!({ "name": "paypa1 crane" })).await;
        assert_eq!(warnings(&renamed), like("name", "PayPal crane"));
        assert_eq!(
            renamed["warnings"][0]["message"],
            "Another token has a name that looks like this one: \u{201c}PayPal crane\u{201d}."
        );
        // A change that keeps the name does not repeat the warning.
        let changed = admin.patch(&path, &json!({ "description": "the same", "name": "paypa1 crane" })).await;
        assert!(changed.get("warnings").is_none(), "{changed}");

        let project = admin.post("/projects", &json!({ "key": "harb0ur", "name": "quarry" })).await;
        assert_eq!(warnings(&project), like("key", "harbour"));
        let project = admin.post("/projects", &json!({ "key": "hal1", "name": "HaIl" })).await;
        assert!(project.get("warnings").is_none(), "{project}");
        let project = admin.post("/projects", &json!({ "key": "hall", "name": "Hall" })).await;
        let found = [like("key", "hal1"), like("name", "HaIl")].concat();
        assert_eq!(warnings(&project), found);
        let project = admin.patch("/projects/hall", &json!({ "name": "qu\u{430}rry" })).await;
        assert_eq!(warnings(&project), like("name", "quarry"));
        assert!(admin.get("/projects/hall").await.get("warnings").is_none());
        let project = admin.patch("/projects/hall", &json!({ "disabled": true })).await;
        assert!(project.get("warnings").is_none(), "{project}");

        let system = admin.post("/systems", &json!({ "key": "f1eet", "name": "\u{3a4}rade" })).await;
        assert_eq!(warnings(&system), like("key", "fleet"));
        let system = admin.patch("/systems/f1eet", &json!({ "name": "F1eet" })).await;
        assert_eq!(warnings(&system), like("name", "Fleet"));
        assert!(admin.get("/systems/f1eet").await.get("warnings").is_none());

        admin.post("/users", &json!({ "username": "e1la", "display_name": "Ella" })).await;
        let user = admin.post("/users", &json!({ "username": "ella", "display_name": "Ella" })).await;
        assert_eq!(warnings(&user), like("username", "e1la"));
    }

    async fn an_api_added_manually_is_compared_with_those_of_its_system(server) {
        let platform = Platform::on(server).await;
        let admin = &platform.admin;
        let api = |operation_id: &str, path: &str, name: &str| {
            json!({ "operation_id": operation_id, "method": "GET", "path": path, "name": name })
        };
        let first = admin.post("/systems/fleet/apis", &api("all", "/hall/{id}", "Hall")).await;
        assert!(first.get("warnings").is_none(), "{first}");
        let alike = admin.post("/systems/fleet/apis", &api("a1l", "/hall", "Hal1")).await;
        assert_eq!(warnings(&alike), [like("operation_id", "all"), like("name", "Hall")].concat());
        let renamed = admin.patch("/systems/fleet/apis/a1l", &json!({ "name": "HaIl" })).await;
        assert_eq!(warnings(&renamed).len(), 2, "{renamed}");
        let kept = admin.patch("/systems/fleet/apis/a1l", &json!({ "tags": ["halls"] })).await;
        assert!(kept.get("warnings").is_none(), "{kept}");
        let shares = admin.post("/systems/fleet/apis", &api("other", "/hall/{name}", "Other")).await;
        assert_eq!(shares["warnings"][0]["code"], "shares_calls", "{shares}");
        assert_eq!(shares["warnings"][0]["like"], "fleet:all");
        assert!(admin.get("/systems/fleet/apis").await["items"][0].get("warnings").is_none());

        let document = json!({ "openapi": "3.1.0", "paths": {
            "/one": { "get": { "operationId": "getl" } }, "/two": { "get": { "operationId": "get1" } }
        } });
        let report = admin.put("/systems/fleet/openapi", &document).await;
        let alike = "No call tells these apart, so a grant of one is a grant of all: GET /hall/{id}, GET /hall/{name}.";
        assert_eq!(report["warnings"], json!([alike, "fleet:get1 looks like fleet:getl."]), "{report}");
    }

    async fn a_warning_names_nothing_that_the_caller_may_not_see(server) {
        let platform = Platform::on(server).await;
        let mut of_quarry = named("night crane 1");
        of_quarry["projects"] = json!(["quarry"]);
        platform.admin.post("/tokens", &of_quarry).await;
        let grace = platform.member(server, "grace", &[("harbour", "admin")]).await;
        let made = grace.post("/tokens", &named("night crane l")).await;
        assert_eq!(warnings(&made), [("name".to_owned(), None)]);
        assert_eq!(
            made["warnings"][0]["message"],
            "Another token has a name that looks like this one."
        );
        let made = grace.post("/tokens", &named("night crane I")).await;
        assert_eq!(warnings(&made), like("name", "night crane l"));
    }

    async fn a_repeated_request_gets_the_same_warnings(server) {
        let platform = Platform::on(server).await;
        platform.admin.post("/tokens", &named("modern")).await;
        let mut answers = Vec::new();
        for _ in 0..2 {
            let request = platform.admin.send(Method::POST, "/tokens").header("Idempotency-Key", "once");
            let answer = request.json(&named("modem")).send().await.unwrap();
            answers.push(answer.json::<Value>().await.unwrap());
        }
        assert_eq!(warnings(&answers[0]), like("name", "modern"));
        assert_eq!(answers[0], answers[1]);
    }
}

async fn after_an_upgrade(place: Where) {
    let (lone, twin);
    {
        let server = Server::start(place.clone()).await;
        let platform = Platform::on(&server).await;
        lone = text(&platform.admin.post("/tokens", &named("harbour lamp")).await["id"]);
        platform.admin.post("/tokens", &named("alpha only")).await;
        twin = text(&platform.admin.post("/tokens", &named("of another name")).await["id"]);
    }
    // Names as an older version with the previous rule stored them.
    let database = Database::open(&place.configuration()).await.unwrap();
    for (id, name) in [(&lone, "harbour\u{200b} lamp\u{fe0f}"), (&twin, "alpha\u{200b} only")] {
        sqlx::query("UPDATE tokens SET name = $1, name_key = $1 WHERE id = $2")
            .bind(name)
            .bind(id.as_str())
            .execute(database.unordered_writer())
            .await
            .unwrap();
    }
    for statement in [
        "UPDATE api_rows SET name = 'read\u{200b}Device', folded = 'of before' WHERE operation_id = 'readDevice'",
        "UPDATE api_rows SET operation_id_looks = '', name_looks = ''",
        "UPDATE projects SET name = 'read\u{200b}Device', folded = '', key_looks = '', name_looks = ''",
        "UPDATE systems SET name = 'read\u{200b}Device', folded = '', key_looks = '', name_looks = ''",
        "UPDATE users SET display_name = 'read\u{200b}Device', folded = '', username_looks = ''",
        "UPDATE tokens SET skeleton = ''",
        "UPDATE name_keys SET rule = 1",
    ] {
        sqlx::query(statement).execute(database.unordered_writer()).await.unwrap();
    }
    database.close().await;
    drop(database);

    let server = Server::start(place).await;
    let admin = server.admin().await;
    let found = admin.get("/tokens?q=harbour%20lamp").await;
    assert_eq!(each(&found, "id"), [lone.as_str()]);
    let refused = admin.refused(Method::POST, "/tokens", &named("Harbour Lamp")).await;
    assert_eq!(refused.fields(), ["name:taken"]);
    let alike = admin.post("/tokens", &named("harbour 1amp")).await;
    assert_eq!(warnings(&alike), like("name", "harbour\u{200b} lamp\u{fe0f}"));
    for (list, count) in [("apis", 1), ("projects", 2), ("systems", 2), ("users", 2)] {
        let found = admin.get(&format!("/{list}?q=readdevice")).await;
        assert_eq!(found["items"].as_array().unwrap().len(), count, "{list}: {found}");
    }
    let project = admin.post("/projects", &json!({ "key": "harb0ur", "name": "re\u{430}dDevice" })).await;
    let found = [like("key", "harbour"), like("name", "read\u{200b}Device")].concat();
    assert_eq!(warnings(&project), found);
    let api =
        json!({ "operation_id": "1istDevices", "method": "GET", "path": "/new", "name": "re\u{430}dDevice" });
    let api = admin.post("/systems/fleet/apis", &api).await;
    assert_eq!(
        warnings(&api),
        [like("operation_id", "listDevices"), like("name", "read\u{200b}Device")].concat()
    );
    let user = admin.post("/users", &json!({ "username": "adrnin", "display_name": "Another" })).await;
    assert_eq!(warnings(&user), like("username", "admin"));

    // The token still works. It must be renamed before any other change.
    let file = admin.get(&format!("/tokens/{twin}/file")).await;
    let key = admin.post("/systems/fleet/verifier-keys", &json!({ "name": "second" })).await;
    let platform = Platform { gateway: admin.with_bearer(&text(&key["key"])), admin };
    assert_eq!(platform.reason(&text(&file["open_token"]), "GET", DEVICE).await, "allowed");
    let path = format!("/tokens/{twin}");
    assert_eq!(each(&platform.admin.get("/tokens?name_taken=true").await, "id"), [twin.as_str()]);
    assert_eq!(each(&platform.admin.get("/tokens?name_taken=true&kind=jwt").await, "id"), [""; 0]);
    assert_eq!(platform.admin.get(&path).await["warnings"][0]["code"], "name_taken");
    let refused = platform.admin.refused(Method::PATCH, &path, &json!({ "description": "new" })).await;
    assert_eq!(refused.fields(), ["name:taken"]);
    platform.admin.patch(&path, &json!({ "status": "disabled" })).await;
    assert_eq!(each(&platform.admin.get("/tokens?name_taken=true").await, "id"), [twin.as_str()]);
    platform.admin.patch(&path, &json!({ "name": "beta only", "description": "new" })).await;
    assert_eq!(each(&platform.admin.get("/tokens?name_taken=true").await, "id"), [""; 0]);
    assert!(platform.admin.get(&path).await.get("warnings").is_none());
}

in_both_places! { an_upgrade_computes_the_keys_anew => after_an_upgrade }
