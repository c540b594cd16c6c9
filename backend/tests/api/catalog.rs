//! The systems, APIs and projects that decisions have in memory: every change holds at the next decision, and
//! only what it changed is read again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use latchkey::database::Database;
use latchkey::systems::catalog::{Catalog, Operations};
use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::Connection as _;

use crate::on_both_engines;
use crate::server::{DEVICE, Platform, Server, Where, text};

/// How long the other node may take to hear of a change. The machine may be busy.
const HEARD: Duration = Duration::from_secs(2);

/// Creates a token for the whole system `fleet` and the project `harbour`. Returns its id and its open token.
async fn for_the_whole_system(platform: &Platform) -> (String, String) {
    let mut wanted = Platform::wanted("rsa");
    wanted["apis"] = json!([]);
    wanted["systems"] = json!(["fleet"]);
    let id = text(&platform.admin.post("/tokens", &wanted).await["id"]);
    let credential = platform.credential(&id).await;
    (id, credential)
}

on_both_engines! {
    async fn a_change_of_the_apis_of_a_system_holds_at_the_next_decision(server) {
        let platform = Platform::on(server).await;
        let (_, credential) = for_the_whole_system(&platform).await;
        let admin = &platform.admin;
        let reason = async |path: &str| platform.reason(&credential, "GET", path).await;

        assert_eq!(reason("/reports").await, "no_such_api");
        let body = json!({ "operation_id": "listReports", "method": "GET", "path": "/reports", "name": "Reports" });
        admin.post("/systems/fleet/apis", &body).await;
        assert_eq!(reason("/reports").await, "project_required");
        admin.patch("/systems/fleet/apis/listReports", &json!({ "scope": "global" })).await;
        assert_eq!(reason("/reports").await, "allowed");
        admin.delete("/systems/fleet/apis/listReports").await;
        assert_eq!(reason("/reports").await, "no_such_api");

        admin.patch("/systems/fleet", &json!({ "base_path": "/api/v9" })).await;
        assert_eq!(reason(DEVICE).await, "no_such_api");
        assert_eq!(reason(&format!("/api/v9{DEVICE}")).await, "allowed");
        let document = json!({
            "openapi": "3.0.3",
            "servers": [{ "url": "/moved" }],
            "paths": { "/projects/{project}/devices/{device}": { "get": { "operationId": "readDevice" } } },
        });
        admin.put("/systems/fleet/openapi", &document).await;
        assert_eq!(reason(&format!("/api/v9{DEVICE}")).await, "no_such_api");
        assert_eq!(reason(&format!("/moved{DEVICE}")).await, "allowed");
        assert_eq!(reason("/moved/projects/harbour/devices").await, "no_such_api", "an API that was removed");
    }

    async fn introspection_leaves_out_what_no_call_may_use(server) {
        let platform = Platform::on(server).await;
        let admin = &platform.admin;
        let mut wanted = Platform::wanted("rsa");
        wanted["apis"] = json!(["fleet:listDevices", "fleet:readDevice"]);
        wanted["projects"] = json!(["harbour", "quarry"]);
        let limited = platform.credential(&text(&admin.post("/tokens", &wanted).await["id"])).await;
        let everywhere = json!({ "kind": "rsa", "name": "everywhere", "apis": ["fleet:readDevice"], "all_projects": true });
        let everywhere = platform.credential(&text(&admin.post("/tokens", &everywhere).await["id"])).await;
        let projects = async |credential: &str| platform.introspect(credential).await["projects"].clone();
        assert_eq!(projects(&limited).await, json!(["harbour", "quarry"]));
        assert_eq!(projects(&everywhere).await, json!(null));

        admin.patch("/projects/quarry", &json!({ "disabled": true })).await;
        assert_eq!(projects(&limited).await, json!(["harbour"]));
        admin.patch("/projects/quarry", &json!({ "disabled": false })).await;
        admin.patch("/systems/fleet", &json!({ "restricted": true })).await;
        assert_eq!((projects(&limited).await, projects(&everywhere).await), (json!([]), json!([])));
        admin.status(Method::PUT, "/projects/quarry/systems/fleet").await;
        assert_eq!((projects(&limited).await, projects(&everywhere).await), (json!(["quarry"]), json!(["quarry"])));

        let document = json!({
            "openapi": "3.0.3",
            "paths": { "/projects/{project}/devices/{device}": { "get": { "operationId": "readDevice" } } },
        });
        admin.put("/systems/fleet/openapi", &document).await;
        assert_eq!(platform.introspect(&limited).await["scope"], "fleet:readDevice");
    }

    async fn a_change_of_the_projects_of_a_system_holds_at_the_next_decision(server) {
        let platform = Platform::on(server).await;
        let (id, credential) = for_the_whole_system(&platform).await;
        let admin = &platform.admin;
        let reason = async || platform.reason(&credential, "GET", DEVICE).await;
        assert_eq!(reason().await, "allowed");
        admin.patch("/systems/fleet", &json!({ "restricted": true })).await;
        assert_eq!(reason().await, "project_not_granted");
        for _ in 0..2 {
            assert_eq!(admin.status(Method::PUT, "/projects/harbour/systems/fleet").await, StatusCode::NO_CONTENT);
            assert_eq!(reason().await, "allowed");
            admin.delete("/projects/harbour/systems/fleet").await;
            assert_eq!(reason().await, "project_not_granted");
        }
        admin.patch("/systems/fleet", &json!({ "restricted": false })).await;
        assert_eq!(reason().await, "allowed");
        admin.patch("/projects/harbour", &json!({ "disabled": true })).await;
        assert_eq!(reason().await, "project_not_granted");
        admin.patch("/projects/harbour", &json!({ "disabled": false, "name": "The harbour" })).await;
        let decision = platform.decide(&credential, "GET", DEVICE).await;
        assert_eq!((&decision["allowed"], &decision["project"]["name"]), (&json!(true), &json!("The harbour")));

        // A denial for two different projects names none of them.
        let call = json!({ "credential": credential, "method": "GET", "path": DEVICE, "project": "quarry" });
        let decision = platform.gateway.ask("/verify", &call).await;
        assert_eq!((&decision["reason"], &decision["project"]), (&json!("project_not_granted"), &json!(null)));

        // A project that a call named before it was there.
        let later = "/projects/later/devices/7";
        assert_eq!(platform.reason(&credential, "GET", later).await, "project_not_granted");
        let project = admin.post("/projects", &json!({ "key": "later", "name": "Later" })).await;
        assert_eq!(platform.reason(&credential, "GET", later).await, "project_not_granted");
        let tokens = format!("/tokens/{id}");
        admin.patch(&tokens, &json!({ "projects": ["harbour", "later"] })).await;
        assert_eq!(platform.reason(&credential, "GET", later).await, "allowed");
        let by_id = format!("/projects/{}/devices/7", text(&project["id"]));
        assert_eq!(platform.reason(&credential, "GET", &by_id).await, "allowed");
        admin.patch(&tokens, &json!({ "projects": ["harbour"] })).await;
        admin.delete("/projects/later").await;
        let again = admin.post("/projects", &json!({ "key": "later", "name": "Another" })).await;
        assert_ne!(again["id"], project["id"]);
        admin.patch(&tokens, &json!({ "projects": ["later"] })).await;
        assert_eq!(platform.reason(&credential, "GET", later).await, "allowed");
        assert_eq!(platform.reason(&credential, "GET", &by_id).await, "project_not_granted");
    }
}

/// Waits until a change has arrived.
async fn until(longest: Duration, has_arrived: impl AsyncFn() -> bool) {
    let start = Instant::now();
    while !has_arrived().await {
        assert!(start.elapsed() < longest, "the change does not arrive");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A connection to the database, past the server.
async fn connect(place: &Where) -> sqlx::PgConnection {
    sqlx::PgConnection::connect(place.database_url.as_deref().unwrap()).await.unwrap()
}

/// The catalog of a second node that only reads.
struct Reader {
    catalog: Catalog,
}

impl Reader {
    async fn of(place: &Where) -> Self {
        // A node of its own needs a data directory of its own.
        let own = Where { database_url: place.database_url.clone(), ..Where::sqlite() };
        Self { catalog: Catalog::new(Database::open(&own.configuration()).await.unwrap()) }
    }

    async fn operations(&self, system: &str) -> Arc<Operations> {
        loop {
            let snapshot = self.catalog.load().await.unwrap();
            let system = snapshot.system_named(system).unwrap();
            if let Some(operations) = self.catalog.operations(system).await.unwrap() {
                return operations;
            }
        }
    }
}

#[tokio::test]
async fn only_what_changed_is_read_again() {
    let Some(place) = Where::postgres().await else { return };
    let server = Server::start(place.clone()).await;
    let platform = Platform::on(&server).await;
    platform.admin.post("/systems", &json!({ "key": "other", "name": "Other" })).await;
    let reader = Reader::of(&place).await;
    let (fleet, builtin) = (reader.operations("fleet").await, reader.operations("latchkey").await);
    assert!(fleet.id("fleet:readDevice").is_some());

    // Settings, openings, verifier keys and other systems leave the operations as they are.
    let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "one more" })).await;
    assert!(key["key"].is_string());
    platform.admin.patch("/systems/fleet", &json!({ "name": "The fleet", "restricted": true })).await;
    platform.admin.send(Method::PUT, "/projects/harbour/systems/fleet").send().await.unwrap();
    platform.admin.patch("/systems/other", &json!({ "base_path": "/v2", "disabled": true })).await;
    let is_disabled = async || reader.catalog.load().await.unwrap().system_named("other").unwrap().disabled;
    until(HEARD, is_disabled).await;
    assert!(Arc::ptr_eq(&fleet, &reader.operations("fleet").await));
    assert!(Arc::ptr_eq(&builtin, &reader.operations("latchkey").await));

    // A write that does not come from this program changes the version, too.
    let mut connection = connect(&place).await;
    let removed = sqlx::query("UPDATE apis SET key = 'fleet:renamed' WHERE key = 'fleet:readDevice'")
        .execute(&mut connection)
        .await
        .unwrap();
    assert_eq!(removed.rows_affected(), 1);
    platform.admin.patch("/systems/other", &json!({ "disabled": false })).await;
    until(HEARD, async || !is_disabled().await).await;
    let renamed = reader.operations("fleet").await;
    assert!(!Arc::ptr_eq(&fleet, &renamed) && renamed.id("fleet:renamed").is_some());
    assert!(Arc::ptr_eq(&builtin, &reader.operations("latchkey").await));
}

#[tokio::test]
async fn a_project_that_an_earlier_version_disables_is_denied_within_a_second() {
    let Some(place) = Where::postgres().await else { return };
    let server = Server::start(place.clone()).await;
    let platform = Platform::on(&server).await;
    let (_, credential) = for_the_whole_system(&platform).await;
    assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "allowed");
    let mut earlier = connect(&place).await;
    sqlx::query("UPDATE projects SET disabled = 1 WHERE key = 'harbour'")
        .execute(&mut earlier)
        .await
        .unwrap();
    // A node of an earlier version keeps projects in its catalog.
    sqlx::query("SELECT pg_notify('latchkey_changes', 'catalog revocations')")
        .execute(&mut earlier)
        .await
        .unwrap();
    let is_denied = async || platform.reason(&credential, "GET", DEVICE).await == "project_not_granted";
    until(Duration::from_secs(1), is_denied).await;
}
