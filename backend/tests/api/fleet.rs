//! Who is in the fleet.

use std::time::{Duration, Instant};

use latchkey_shared::time::parse_millis;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor as _};

use crate::clocks::{self, faketime};
use crate::server::{Caller, Platform, Server, Where, each, text};
use crate::signing_keys::published;
use crate::{in_both_places, on_both_engines};

/// After this time without news of a node, the others no longer wait for it.
const LIVE: Duration = Duration::from_secs(8);
pub(crate) const SIX_MINUTES: i64 = 360_000;

pub(crate) async fn nodes(admin: &Caller) -> Vec<Value> {
    admin.get("/nodes").await["items"].as_array().unwrap().clone()
}

pub(crate) fn find<'n>(nodes: &'n [Value], id: &str) -> &'n Value {
    nodes.iter().find(|node| node["id"] == id).unwrap_or_else(|| panic!("{id} is not in {nodes:?}"))
}

/// The id of the node that answers.
pub(crate) async fn own(admin: &Caller) -> String {
    let nodes = nodes(admin).await;
    text(&nodes.iter().find(|node| node["answers"] == true).unwrap()["id"])
}

pub(crate) fn millis(node: &Value, field: &str) -> i64 {
    parse_millis(node[field].as_str().unwrap()).unwrap()
}

/// Waits until the list of nodes is as it should be.
pub(crate) async fn until(admin: &Caller, what: &str, is_so: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let begun = Instant::now();
    loop {
        let nodes = nodes(admin).await;
        if is_so(&nodes) {
            return nodes;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}: {nodes:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

on_both_engines! {
    async fn a_node_tells_of_itself(server) {
        let admin = server.admin().await;
        let found = nodes(&admin).await;
        assert_eq!(found.len(), 1, "{found:?}");
        let node = &found[0];
        assert_eq!((&node["state"], &node["answers"]), (&json!("live"), &json!(true)));
        assert_eq!(node["version"], env!("CARGO_PKG_VERSION"));
        let highest = ["sqlite", "postgres"].map(last_migration);
        let [lowest, own] = ["lowest", "highest"].map(|end| node["schemas"][end].as_i64().unwrap());
        assert!(highest.contains(&own) && (1..=own).contains(&lowest), "{node}");
        assert_eq!(node["signing_keys"], json!(published(server).await));
        assert_eq!(node["data_keys"].as_array().unwrap().len(), 1);
        assert!(!node["name"].as_str().unwrap().is_empty());
        assert!(node["clock_offset_ms"].as_i64().unwrap().abs() < 1_000, "{node}");
        // On SQLite a node tells nobody that nothing has changed.
        admin.ask("/signing-keys/rotate", &json!({})).await;
        let is_news = |nodes: &[Value]| millis(&nodes[0], "heard_at") > millis(node, "heard_at");
        let later = &until(&admin, "it tells again", is_news).await[0];
        for field in ["id", "started_at", "joined_at"] {
            assert_eq!(later[field], node[field], "{field}");
        }
        // Only PostgreSQL has other nodes whose news can be late.
        assert!(later["feed_lag_ms"].as_u64().is_none_or(|lag| lag < 2_000), "{later}");
    }

    async fn only_system_administrators_see_the_nodes(server) {
        let platform = Platform::on(server).await;
        let lin = platform.member(server, "lin", &[("harbour", "admin")]).await;
        assert_eq!(lin.refused(Method::GET, "/nodes", &Value::Null).await.kind(), "forbidden");
        for stranger in [&server.nobody(), &platform.gateway] {
            let refused = stranger.refused(Method::GET, "/nodes", &Value::Null).await;
            assert_eq!(refused.kind(), "unauthenticated");
        }
        // A token that was granted the operation may watch the nodes.
        let token = json!({ "kind": "jwt", "name": "watch", "apis": ["latchkey:list_nodes"], "users": ["admin"] });
        let token = text(&platform.admin.post("/tokens", &token).await["id"]);
        let watch = server.nobody().with_bearer(&platform.credential(&token).await);
        assert_eq!(nodes(&watch).await.len(), 1);
    }

    async fn all_nodes_hold_a_new_key_at_once_if_there_is_one_node(server) {
        let admin = server.admin().await;
        let keys: Value = admin.ask("/signing-keys/rotate", &json!({})).await;
        assert_eq!(waits(&keys), SIX_MINUTES);
        let all = each(&keys, "id");
        let holds_all = |nodes: &[Value]| all.iter().all(|key| holds(&nodes[0], key));
        until(&admin, "it holds the new key", holds_all).await;
        assert_eq!(waits(&admin.get("/signing-keys").await), SIX_MINUTES);
    }
}

/// The number of the last migration.
fn last_migration(engine: &str) -> i64 {
    let folder = format!(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/{}"), engine);
    let names =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    names.map(|name| name[..4].parse().unwrap()).max().unwrap()
}

pub(crate) fn holds(node: &Value, key: &str) -> bool {
    node["signing_keys"].as_array().unwrap().iter().any(|held| held == key)
}

/// For how long the latest key waits until it signs.
pub(crate) fn waits(keys: &Value) -> i64 {
    let latest = &keys["items"][0];
    assert_eq!(latest["state"], "announced", "{keys}");
    assert_eq!(keys["items"][1]["signs_until"], latest["signs_from"], "{keys}");
    millis(latest, "signs_from") - millis(latest, "created_at")
}

in_both_places!(a_node_that_stops_leaves_the_list => stops_and_starts);

async fn stops_and_starts(place: Where) {
    let server = Server::start(place.clone()).await;
    let first = own(&server.admin().await).await;
    drop(server);
    let mut connection = place.connect().await;
    let left: Option<String> =
        sqlx::query_scalar("SELECT id FROM nodes").fetch_optional(&mut connection).await.unwrap();
    assert_eq!(left, None);
    let server = Server::start(place.clone()).await;
    let admin = server.admin().await;
    assert_ne!(own(&admin).await, first, "each start has an id of its own");
    assert_eq!(nodes(&admin).await.len(), 1);
}

/// Adds nodes that have been silent for some minutes, each with its number as its name.
pub(crate) async fn add_silent(connection: &mut sqlx::AnyConnection, minutes: &[i64]) {
    for minutes in minutes {
        let heard = latchkey::database::now() - minutes * 60_000;
        let id = latchkey_shared::ids::NodeId::new();
        let statement = format!(
            "INSERT INTO nodes (id, name, version, lowest_schema, highest_schema, signing_keys, data_keys, \
             clock_offset, started_at, joined_at, heard_at) \
             VALUES ('{id}', '{minutes}', '0.0.1', 19, 19, '', '', 0, {heard}, {heard}, {heard})"
        );
        connection.execute(AssertSqlSafe(statement)).await.unwrap();
    }
}

#[tokio::test]
async fn a_node_that_was_killed_is_silent_and_forgotten_after_an_hour() {
    let Some(place) = Where::postgres().await else { return };
    drop(Server::start(place.clone()).await);
    add_silent(&mut place.connect().await, &[59, 61]).await;
    let server = Server::start(place.clone()).await;
    let admin = server.admin().await;
    let is_cleared = |nodes: &[Value]| nodes.iter().all(|node| node["name"] != "61");
    let left = until(&admin, "the old one is forgotten", is_cleared).await;
    let silent = left.iter().find(|node| node["name"] == "59").unwrap();
    assert_eq!((&silent["state"], &silent["version"]), (&json!("silent"), &json!("0.0.1")));

    let mut process = clocks::node(&place, &[("LATCHKEY_NODE_NAME", "brick two".to_owned())]);
    let is_there =
        |nodes: &[Value]| nodes.iter().any(|node| node["name"] == "brick two" && node["state"] == "live");
    until(&admin, "it has joined", is_there).await;
    process.kill();
    let killed = Instant::now();
    until(&admin, "it is silent", |nodes| {
        nodes.iter().any(|node| node["name"] == "brick two" && node["state"] == "silent")
    })
    .await;
    eprintln!("silent after {:?}", killed.elapsed());
    assert!(killed.elapsed() < LIVE + Duration::from_secs(1));
}

#[tokio::test]
async fn a_node_on_sqlite_does_not_write_every_two_seconds_that_it_is_there() {
    let server = Server::start(Where::sqlite()).await;
    let admin = server.admin().await;
    let heard_at = millis(&nodes(&admin).await[0], "heard_at");
    tokio::time::sleep(Duration::from_secs(5)).await;
    let node = &nodes(&admin).await[0];
    assert_eq!((millis(node, "heard_at"), &node["state"]), (heard_at, &json!("live")));
}

#[tokio::test]
async fn one_node_at_a_time_is_in_the_list_on_sqlite() {
    let place = Where::sqlite();
    drop(Server::start(place.clone()).await);
    add_silent(&mut place.connect().await, &[0, 5]).await;
    let server = Server::start(place).await;
    assert_eq!(nodes(&server.admin().await).await.len(), 1);
}

#[tokio::test]
async fn the_time_of_the_database_says_when_a_node_was_heard() {
    let (Some(place), Some(mut variables)) = (Where::postgres().await, faketime()) else { return };
    let right = Server::start(place.clone()).await;
    let admin = right.admin().await;
    variables.push(("FAKETIME", "+172800s".to_owned()));
    variables.push(("LATCHKEY_NODE_NAME", "ahead".to_owned()));
    let _ahead = clocks::node(&place, &variables);
    let is_there = |nodes: &[Value]| nodes.iter().any(|node| node["name"] == "ahead" && holds_any(node));
    let found = until(&admin, "it has joined", is_there).await;
    let ahead = found.iter().find(|node| node["name"] == "ahead").unwrap();
    assert_eq!(ahead["state"], "live");
    let offset = ahead["clock_offset_ms"].as_i64().unwrap();
    assert!((172_700_000..172_900_000).contains(&offset), "{ahead}");
    for field in ["started_at", "joined_at", "heard_at"] {
        let difference = latchkey::database::now() - millis(ahead, field);
        assert!((-2_000..20_000).contains(&difference), "{field}: {ahead}");
    }
}

fn holds_any(node: &Value) -> bool {
    !node["signing_keys"].as_array().unwrap().is_empty()
}
