//! The rotation of the data key: everything is encrypted anew, and nothing is lost.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor as _};

use crate::clocks;
use crate::fleet::add_silent;
use crate::in_both_places;
use crate::process::Process;
use crate::server::{Caller, DEVICE, PASSWORD, Platform, Server, Where, each, text, unique};

/// What a rotation may take, with the ten seconds for which it keeps the old key.
const LONG: Duration = Duration::from_mins(1);

pub(crate) async fn log_in(process: &Process) -> Caller {
    clocks::ready(process).await;
    let admin = Caller::new(&process.url);
    admin.post_session().await;
    admin
}

impl Caller {
    async fn post_session(&self) {
        let login = json!({ "username": "admin", "password": PASSWORD });
        let answer = self.send(Method::POST, "/session").json(&login).send().await.unwrap();
        assert!(answer.status().is_success());
    }
}

/// Waits until there is one data key. Returns its id.
async fn rotated(admin: &Caller) -> String {
    let begun = Instant::now();
    loop {
        let keys = admin.get("/data-keys").await;
        if let [id] = each(&keys, "id").as_slice() {
            assert_eq!(each(&keys, "state"), ["current"]);
            return id.clone();
        }
        assert!(begun.elapsed() < LONG, "{keys}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Everything that is encrypted, in the clear: the secrets and open tokens of tokens.
async fn secrets(admin: &Caller, tokens: &[String]) -> Vec<Value> {
    let mut secrets = Vec::new();
    // Each is a write, for the audit trail.
    for some in tokens.chunks(20) {
        let read = join_all(some.iter().map(async |id| {
            let file = admin.get(&format!("/tokens/{id}/file")).await;
            json!([file["secret"], file["secret_id"], file["open_token"]])
        }));
        secrets.extend(read.await);
    }
    secrets
}

/// The data keys that rows name, and those in what is encrypted.
async fn named(place: &Where) -> Vec<(Option<String>, Option<String>)> {
    let mut connection = place.connect().await;
    let head = if place.database_url.is_some() {
        "convert_from(substring(private_key from 2 for 30), 'UTF8')"
    } else {
        "CAST(substr(private_key, 2, 30) AS TEXT)"
    };
    let statement = format!(
        "SELECT DISTINCT data_key, {head} FROM token_keys UNION SELECT DISTINCT data_key, {head} FROM signing_keys \
         UNION SELECT DISTINCT data_key, {head} FROM audit_keys"
    );
    sqlx::query_as(AssertSqlSafe(statement)).fetch_all(&mut connection).await.unwrap()
}

async fn everything_is_encrypted_anew(place: Where) {
    let server = Server::start(place.clone()).await;
    let platform = Platform::on(&server).await;
    let admin = &platform.admin;
    let mut tokens = Vec::new();
    for kind in ["rsa", "jwt", "rsa", "jwt", "jwt"] {
        tokens.push(platform.apply(kind).await);
    }
    let open_token = platform.credential(&tokens[2]).await;
    let before = secrets(admin, &tokens).await;
    let old = each(&admin.get("/data-keys").await, "id")[0].clone();
    // Rows from before rows named their key.
    let unnamed = format!("UPDATE token_keys SET data_key = NULL WHERE token_id = '{}'", tokens[0]);
    for statement in [unnamed.as_str(), "UPDATE signing_keys SET data_key = NULL"] {
        place.connect().await.execute(AssertSqlSafe(statement.to_owned())).await.unwrap();
    }

    let keys = admin.ask("/data-keys/rotate", &json!({})).await;
    assert_eq!(each(&keys, "state"), ["coming", "current"], "{keys}");
    let again = admin.send(Method::POST, "/data-keys/rotate").send().await.unwrap();
    assert_eq!(again.status(), StatusCode::CONFLICT, "one after the other");
    // Tokens are issued and withdrawn meanwhile.
    while each(&admin.get("/data-keys").await, "id").len() > 1 {
        let id = platform.apply("jwt").await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        admin.delete(&format!("/tokens/{id}")).await;
    }
    let new = rotated(admin).await;
    assert_ne!(new, old);
    assert_eq!(secrets(admin, &tokens).await, before);
    // This server has not yet opened its private key.
    assert_eq!(platform.reason(&open_token, "GET", DEVICE).await, "allowed");
    for (row, blob) in named(&place).await {
        assert_eq!(row.as_ref(), Some(&new));
        assert!(blob.is_none_or(|blob| blob == new));
    }
    let events = admin.get("/audit-events?action=data_key").await;
    let actions = ["data_key.destroyed", "data_key.taken", "data_key.rotated"];
    assert_eq!(each(&events, "action"), actions);
    assert_eq!(events["items"][2]["actor"]["name"], "admin");

    drop(server);
    let server = Server::start(place.clone()).await;
    assert_eq!(secrets(&server.admin().await, &tokens).await, before);
}
in_both_places!(a_rotation_encrypts_everything_anew => everything_is_encrypted_anew);

/// The only number that a statement finds.
async fn number(place: &Where, statement: &str) -> i64 {
    let mut connection = place.connect().await;
    sqlx::query_scalar(AssertSqlSafe(statement.to_owned())).fetch_one(&mut connection).await.unwrap()
}

async fn killed_in_the_middle(place: Where) {
    let mut process = clocks::node(&place, &[]);
    let admin = log_in(&process).await;
    let platform = Platform::by(admin).await;
    let mut tokens = Vec::new();
    for _ in 0..30 {
        tokens.extend(join_all((0..10).map(|_| platform.apply("jwt"))).await);
    }
    tokens.push(platform.apply("rsa").await);
    let before = secrets(&platform.admin, &tokens).await;
    platform.admin.ask("/data-keys/rotate", &json!({})).await;
    // It is killed before the new key is current, while rows are encrypted anew, and after that.
    let done = "SELECT CAST(COALESCE(SUM(rows_done), 0) AS BIGINT) FROM data_keys";
    process.kill();
    assert_eq!(number(&place, done).await, 0);
    for at_least in [1, 300] {
        process = clocks::node(&place, &[]);
        let begun = Instant::now();
        while number(&place, done).await < at_least {
            assert!(begun.elapsed() < LONG);
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        process.kill();
        let keys = "SELECT CAST(COUNT(*) AS BIGINT) FROM data_keys";
        assert_eq!(number(&place, keys).await, 2, "{at_least}");
    }
    process = clocks::node(&place, &[]);
    let admin = log_in(&process).await;
    let new = rotated(&admin).await;
    assert_eq!(secrets(&admin, &tokens).await, before);
    assert!(named(&place).await.iter().all(|(row, _)| row.as_ref() == Some(&new)));
}
in_both_places!(a_rotation_that_is_killed_goes_on => killed_in_the_middle);

/// Issues tokens until the rotation is complete. Returns them with their secrets.
async fn issue(
    admin: Caller,
    kind: &str,
    until: tokio_util::sync::CancellationToken,
) -> Vec<(String, Value)> {
    let mut issued = Vec::new();
    while !until.is_cancelled() {
        let answer = admin.send(Method::POST, "/tokens").json(&Platform::wanted(kind)).send().await.unwrap();
        let status = answer.status();
        let body: Value = answer.json().await.unwrap();
        assert_eq!(status, StatusCode::CREATED, "{body}");
        let id = text(&body["id"]);
        let secret = secrets(&admin, std::slice::from_ref(&id)).await.remove(0);
        issued.push((id, secret));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    issued
}

#[tokio::test]
async fn a_node_that_stood_still_writes_nothing_under_a_destroyed_key() {
    let Some(place) = Where::postgres().await else { return };
    let (one, two) = (Server::start(place.clone()).await, Server::start(place.clone()).await);
    let platform = Platform::on(&one).await;
    let frozen = clocks::node(&place, &[]);
    let beyond = log_in(&frozen).await;
    let old = rotated(&platform.admin).await;

    // Each seals its token with the old key after it has made an RSA key, which takes a while.
    let late = (0..3).map(|_| {
        let (beyond, name) = (beyond.clone(), unique("late"));
        let wanted = json!({
            "kind": "rsa", "name": name, "apis": ["fleet:readDevice"], "projects": ["harbour"], "key_size": 4096,
        });
        tokio::spawn(async move { beyond.send(Method::POST, "/tokens").json(&wanted).send().await.unwrap() })
    });
    let late: Vec<_> = late.collect();
    tokio::time::sleep(Duration::from_millis(400)).await;
    frozen.signal("-STOP");

    let until = tokio_util::sync::CancellationToken::new();
    let load = [(one.admin().await, "rsa"), (one.admin().await, "jwt"), (two.admin().await, "jwt")]
        .map(|(admin, kind)| tokio::spawn(issue(admin, kind, until.clone())));
    platform.admin.ask("/data-keys/rotate", &json!({})).await;
    let begun = Instant::now();
    let new = loop {
        let keys = each(&platform.admin.get("/data-keys").await, "id");
        if keys.len() == 1 {
            break keys[0].clone();
        }
        assert!(begun.elapsed() < LONG);
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert_ne!(new, old);
    until.cancel();
    let mut issued = Vec::new();
    for lane in load {
        issued.extend(lane.await.unwrap());
    }
    assert!(issued.len() > 20, "{}", issued.len());

    frozen.signal("-CONT");
    let mut refused = 0;
    for answer in late {
        let answer = answer.await.unwrap();
        let (status, body) = (answer.status(), answer.json::<Value>().await.unwrap());
        if status == StatusCode::CREATED {
            // It had not sealed anything yet.
            issued.push((text(&body["id"]), secrets(&platform.admin, &[text(&body["id"])]).await.remove(0)));
        } else {
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
            assert!(text(&body["type"]).ends_with("/not-written"), "{body}");
            refused += 1;
        }
    }
    assert!(refused > 0, "nothing was sealed with the old key");
    // The next try is written, at the latest when the node has joined again.
    let begun = Instant::now();
    let again = Platform { admin: beyond.clone(), gateway: platform.gateway.clone() };
    while beyond.send(Method::POST, "/tokens").json(&Platform::wanted("rsa")).send().await.unwrap().status()
        != StatusCode::CREATED
    {
        assert!(begun.elapsed() < Duration::from_secs(15));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let id = again.apply("rsa").await;
    let credential = platform.credential(&id).await;
    assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "allowed");

    // Nothing is lost, and every node opens everything.
    for admin in [&platform.admin, &two.admin().await, &beyond] {
        let (ids, known): (Vec<String>, Vec<Value>) = issued.iter().cloned().unzip();
        assert_eq!(secrets(admin, &ids).await, known);
    }
    assert!(named(&place).await.iter().all(|(row, _)| row.as_ref() == Some(&new)));
}

#[tokio::test]
async fn a_new_key_waits_for_every_live_node_and_an_old_version_for_an_update() {
    let Some(place) = Where::postgres().await else { return };
    let server = Server::start(place.clone()).await;
    let admin = server.admin().await;
    let mut connection = place.connect().await;
    add_silent(&mut connection, &[0]).await;
    let set = |what: &str| AssertSqlSafe(format!("UPDATE nodes SET {what} WHERE name = '0'"));
    connection.execute(set("highest_schema = 28")).await.unwrap();
    let refused = admin.refused(Method::POST, "/data-keys/rotate", &Value::Null).await;
    assert_eq!(refused.kind(), "conflict");

    connection.execute(set("highest_schema = 1000")).await.unwrap();
    // It is live, and holds nothing.
    let alive = "heard_at = CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";
    connection.execute(set(alive)).await.unwrap();
    let keys = admin.ask("/data-keys/rotate", &json!({})).await;
    assert_eq!(keys["items"][0]["missing_on"].as_array().unwrap().len(), 2, "{keys}");
    for _ in 0..12 {
        connection.execute(set(alive)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let keys = admin.get("/data-keys").await;
    assert_eq!(each(&keys, "state"), ["coming", "current"], "{keys}");
    assert_eq!(keys["items"][0]["missing_on"], json!(["0"]), "{keys}");
    let held = format!("data_keys = '{}', {alive}", each(&keys, "id").join(" "));
    connection.execute(set(&held)).await.unwrap();
    let begun = Instant::now();
    while each(&admin.get("/data-keys").await, "state") != ["current", "retiring"] {
        assert!(begun.elapsed() < Duration::from_secs(7));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
