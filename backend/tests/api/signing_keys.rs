//! The keys that sign JWTs, and their rotation.

use std::process::{Command, Stdio};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _};

use crate::on_both_engines;
use crate::server::{DEVICE, PASSWORD, Platform, Server, Where, text};

pub(crate) async fn published(server: &Server) -> Vec<String> {
    let url = format!("{}/.well-known/jwks.json", server.url);
    let keys: Value = server.nobody().http.get(url).send().await.unwrap().json().await.unwrap();
    keys["keys"].as_array().unwrap().iter().map(|key| text(&key["kid"])).collect()
}

fn states(keys: &Value) -> Vec<String> {
    keys["items"].as_array().unwrap().iter().map(|key| text(&key["state"])).collect()
}

/// The `kid` in the header of a JWT.
fn signer(jwt: &str) -> String {
    jsonwebtoken::decode_header(jwt).unwrap().kid.unwrap()
}

/// Changes the keys of a stopped server as if they were created long ago, so that announced keys begin to
/// sign.
async fn age(place: &Where) {
    let statement = "UPDATE signing_keys SET created_at = 1, signs_from = 1";
    if let Some(url) = &place.database_url {
        sqlx::PgConnection::connect(url).await.unwrap().execute(statement).await.unwrap();
    } else {
        let url = format!("sqlite://{}", place.data_dir().join("latchkey.db").display());
        let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
        connection.execute(statement).await.unwrap();
        connection.close().await.unwrap();
    }
}

on_both_engines! {
    async fn a_new_key_is_published_before_it_signs(server) {
        let platform = Platform::on(server).await;
        let token = platform.apply("jwt").await;
        let before = published(server).await;
        let old = platform.credential(&token).await;
        let rotate = || platform.admin.send(Method::POST, "/signing-keys/rotate").send();
        let keys: Value = rotate().await.unwrap().json().await.unwrap();
        assert_eq!(states(&keys), ["announced", "signing"], "{keys}");
        let after = published(server).await;
        assert_eq!((after.len(), &after[0]), (2, &before[0]), "the one that signs is first");
        let new = platform.credential(&token).await;
        assert_eq!((signer(&old), signer(&new)), (before[0].clone(), before[0].clone()));
        for jwt in [&old, &new] {
            assert_eq!(platform.reason(jwt, "GET", DEVICE).await, "allowed");
        }
        assert_eq!(rotate().await.unwrap().status(), StatusCode::CONFLICT, "one after the other");
        let events = platform.admin.get("/audit-events?action=signing_key").await;
        assert_eq!(events["items"][0]["action"], "signing_key.rotated");
        assert_eq!(events["items"][0]["actor"]["name"], "admin");
        assert_eq!(states(&platform.admin.get("/signing-keys").await), ["announced", "signing"]);
    }

    async fn a_leaked_key_is_withdrawn_with_everything_it_signed(server) {
        let platform = Platform::on(server).await;
        let token = platform.apply("jwt").await;
        let before = published(server).await;
        let old = platform.credential(&token).await;
        assert_eq!(platform.reason(&old, "GET", DEVICE).await, "allowed", "remembered from now on");
        let body = json!({ "at_once": true });
        let rotate = platform.admin.send(Method::POST, "/signing-keys/rotate").json(&body).send();
        assert_eq!(states(&rotate.await.unwrap().json().await.unwrap()), ["signing"]);
        assert_eq!(platform.reason(&old, "GET", DEVICE).await, "unknown_token");
        let new = platform.credential(&token).await;
        assert_ne!(signer(&new), before[0]);
        assert_eq!(platform.reason(&new, "GET", DEVICE).await, "allowed");
        assert_eq!(published(server).await, [signer(&new)]);
    }

    async fn only_a_logged_in_system_administrator_rotates(server) {
        let platform = Platform::on(server).await;
        let grace = json!({ "username": "grace", "display_name": "Grace", "password": PASSWORD });
        platform.admin.post("/users", &grace).await;
        let grace = server.person("grace", PASSWORD).await;
        grace.put("/session/password", &json!({ "current_password": PASSWORD, "new_password": "one of my own" })).await;
        for (method, path) in [(Method::POST, "/signing-keys/rotate"), (Method::GET, "/signing-keys")] {
            assert_eq!(server.nobody().status(method.clone(), path).await, StatusCode::UNAUTHORIZED);
            assert_eq!(grace.status(method.clone(), path).await, StatusCode::FORBIDDEN);
            let gateway = platform.gateway.status(method, path).await;
            assert_eq!(gateway, StatusCode::UNAUTHORIZED);
        }
        assert_eq!(published(server).await.len(), 1);
    }

    async fn the_command_rotates_through_the_running_server(server) {
        let run = |password: &str, arguments: &[&str]| {
            let (url, password) = (server.url.clone(), password.to_owned());
            let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
            tokio::task::spawn_blocking(move || {
                Command::new(env!("CARGO_BIN_EXE_latchkey"))
                    .args(["rotate-signing-key", "--server", &url])
                    .args(arguments)
                    .env("LATCHKEY_PASSWORD", password)
                    .stdin(Stdio::null())
                    .output()
                    .unwrap()
            })
        };
        let before = published(server).await;
        let refused = run("not the password", &[]).await.unwrap();
        assert!(!refused.status.success());
        assert_eq!(published(server).await, before);
        let done = run(PASSWORD, &[]).await.unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        assert!(String::from_utf8_lossy(&done.stdout).contains(&before[0]));
        assert_eq!(published(server).await.len(), 2);
        let done = run(PASSWORD, &["--at-once"]).await.unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let after = published(server).await;
        assert!(after.len() == 1 && after != before, "{after:?}");
    }
}

/// Ages the key of a server, starts `nodes` servers, and waits until one of them has rotated the key.
async fn the_clock_rotates(place: Where, nodes: usize) {
    let first = published(&Server::start(place.clone()).await).await;
    age(&place).await;
    let servers = futures_util::future::join_all((0..nodes).map(|_| Server::start(place.clone()))).await;
    for _ in 0..100 {
        if published(&servers[0]).await.len() > 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    // Time for a second node to rotate again, which must not happen.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let admin = servers[0].admin().await;
    let keys = admin.get("/signing-keys").await;
    assert_eq!(states(&keys), ["announced", "signing"], "{keys}");
    for server in &servers {
        let now = published(server).await;
        assert_eq!((now.len(), &now[0]), (2, &first[0]));
    }
    let events = admin.get("/audit-events?action=signing_key.rotated").await;
    assert_eq!(events["items"].as_array().map(Vec::len), Some(1), "{events}");
    assert_eq!(events["items"][0]["actor"]["type"], "system");
}

#[tokio::test]
async fn a_due_key_is_rotated() {
    the_clock_rotates(Where::sqlite(), 1).await;
}

#[tokio::test]
async fn two_nodes_rotate_a_due_key_once() {
    let Some(place) = Where::postgres().await else { return };
    the_clock_rotates(place, 2).await;
}
