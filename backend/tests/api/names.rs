//! Names that look the same are the same name, also after an upgrade.

use latchkey::database::Database;
use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::server::{DEVICE, Platform, Server, Where, each, text};

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

async fn after_an_upgrade(place: Where) {
    let (lone, twin);
    {
        let server = Server::start(place.clone()).await;
        let platform = Platform::on(&server).await;
        lone = text(&platform.admin.post("/tokens", &named("harbour lamp")).await["id"]);
        platform.admin.post("/tokens", &named("alpha only")).await;
        twin = text(&platform.admin.post("/tokens", &named("of another name")).await["id"]);
    }
    // As the rule before left them.
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
        "UPDATE apis SET name = 'read\u{200b}Device', name_key = 'of before' WHERE operation_id = 'readDevice'",
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
    let apis = admin.get("/apis?q=readdevice").await;
    assert_eq!(apis["items"].as_array().unwrap().len(), 1);

    // It goes on working, and is renamed before anything else of it is changed.
    let file = admin.get(&format!("/tokens/{twin}/file")).await;
    let key = admin.post("/systems/fleet/verifier-keys", &json!({ "name": "second" })).await;
    let platform = Platform { gateway: admin.with_bearer(&text(&key["key"])), admin };
    assert_eq!(platform.reason(&text(&file["open_token"]), "GET", DEVICE).await, "allowed");
    let path = format!("/tokens/{twin}");
    let refused = platform.admin.refused(Method::PATCH, &path, &json!({ "description": "new" })).await;
    assert_eq!(refused.fields(), ["name:taken"]);
    platform.admin.patch(&path, &json!({ "status": "disabled" })).await;
    platform.admin.patch(&path, &json!({ "name": "beta only", "description": "new" })).await;
}

#[tokio::test]
async fn an_upgrade_computes_the_keys_anew_on_sqlite() {
    after_an_upgrade(Where::sqlite()).await;
}

#[tokio::test]
async fn an_upgrade_computes_the_keys_anew_on_postgres() {
    if let Some(place) = Where::postgres().await {
        after_an_upgrade(place).await;
    }
}
