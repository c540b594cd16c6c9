//! A caller without permission is told so, whatever the request body is.

use std::time::Duration;

use base64::Engine as _;
use reqwest::{Method, header};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::on_both_engines;
use crate::server::{Platform, Problem, text};

on_both_engines! {
    async fn the_caller_is_checked_before_the_body(server) {
        let platform = Platform::on(server).await;
        let token = platform.apply("rsa").await;
        let device = platform.admin.get("/systems/fleet/apis").await["items"][0]["id"].clone();
        let plain = platform.member(server, "lin", &[]).await;
        let dead = platform.member(server, "gone", &[]).await;
        platform.admin.delete("/users/gone").await;
        let nobody = server.nobody();
        let document = nobody.http.get(format!("{}/api/openapi.json", server.url)).send().await.unwrap();
        let document: Value = document.json().await.unwrap();

        let large = " ".repeat(1 << 20);
        let json_type = "application/json";
        let bodies = [(json_type, "{}"), (json_type, "{\"a"), ("text/plain", "x"), (json_type, &*large)];
        let mut operations = 0;
        for (path, methods) in document["paths"].as_object().unwrap() {
            let Some(path) = path.strip_prefix("/api/v1") else { continue };
            let path = path
                .replace("{system}", "fleet")
                .replace("{project}", "harbour")
                .replace("{user}", "ada")
                .replace("{token}", &token)
                .replace("{api}", device.as_str().unwrap());
            for (method, operation) in methods.as_object().unwrap() {
                let is_guarded = operation["security"].as_array().is_some_and(|all| !all.is_empty());
                if !is_guarded || operation["requestBody"].is_null() {
                    continue;
                }
                operations += 1;
                let method: Method = method.to_ascii_uppercase().parse().unwrap();
                for (who, caller) in [("nobody", &nobody), ("dead", &dead), ("plain", &plain)] {
                    // Every logged-in user may change their own password.
                    if who == "plain" && path == "/session/password" {
                        continue;
                    }
                    let mut answers = Vec::new();
                    for (content_type, body) in bodies {
                        let request = caller.send(method.clone(), &path);
                        let request = request.header(header::CONTENT_TYPE, content_type).body(body.to_owned());
                        let problem = Problem::of(request.send().await.unwrap()).await;
                        answers.push((problem.status, problem.kind().to_owned()));
                    }
                    let (status, _) = answers[0];
                    let wanted: &[u16] = if who == "plain" { &[401, 403, 404] } else { &[401] };
                    assert!(wanted.contains(&status), "{method} {path} by {who}: {answers:?}");
                    assert!(answers.iter().all(|one| *one == answers[0]), "{method} {path} by {who}: {answers:?}");
                }
            }
        }
        assert!(operations > 15, "{operations}");

        for path in ["/tokens?limit=x", "/users?colour=red", "/audit-events?since=x"] {
            assert_eq!(nobody.refused(Method::GET, path, &json!({})).await.status, 401, "{path}");
        }
    }

    async fn a_token_that_may_not_rotate_is_refused_before_the_body(server) {
        let platform = Platform::on(server).await;
        let mut wanted = Platform::wanted("rsa");
        wanted["apis"] = json!(["latchkey:rotate_token", "fleet:readDevice"]);
        let robot = text(&platform.admin.post("/tokens", &wanted).await["id"]);
        let robot = platform.admin.with_bearer(&platform.credential(&robot).await);
        let token = platform.apply("rsa").await;
        for (content_type, body) in [("application/json", "{}"), ("application/json", "{\"a"), ("text/plain", "x")] {
            let request = robot.send(Method::POST, &format!("/tokens/{token}/rotate"));
            let request = request.header(header::CONTENT_TYPE, content_type).body(body);
            let problem = Problem::of(request.send().await.unwrap()).await;
            assert_eq!((problem.status, problem.kind()), (403, "forbidden"), "{body}");
        }
    }

    async fn an_unauthenticated_client_is_refused_before_the_body(server) {
        let platform = Platform::on(server).await;
        let form_type = "application/x-www-form-urlencoded";
        let large = " ".repeat(1 << 20);
        let bodies = [
            (form_type, "grant_type=client_credentials&token=x"),
            (form_type, "a=1&a=2"),
            ("application/json", "{\"a"),
            (form_type, &*large),
        ];
        let id = platform.apply("jwt").await;
        let secret = text(&platform.admin.get(&format!("/tokens/{id}/secret")).await["secret_id"]);
        let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "library" })).await;
        let key = text(&key["key"]);
        let http = server.nobody().http;
        for (path, good) in [
            ("token", (&*id, &*secret)),
            ("revoke", (&*id, &*secret)),
            ("introspect", ("fleet", &*key)),
        ] {
            for (content_type, body) in bodies {
                let send = async |name: &str, secret: &str| {
                    let request = http.post(format!("{}/oauth2/{path}", server.url)).basic_auth(name, Some(secret));
                    let request = request.header(header::CONTENT_TYPE, content_type).body(body.to_owned());
                    request.send().await.unwrap().status().as_u16()
                };
                assert_eq!(send(good.0, "wrong").await, 401, "{path} {body:.20}");
                assert_eq!(send("nobody", good.1).await, 401, "{path} {body:.20}");
                let wanted = if body.starts_with("grant_type") { 200 } else { 400 };
                assert_eq!(send(good.0, good.1).await, wanted, "{path} {body:.20}");
            }
        }
    }

    async fn a_client_disabled_while_its_body_arrives_gets_nothing(server) {
        let platform = Platform::on(server).await;
        let id = platform.apply("jwt").await;
        let secret = text(&platform.admin.get(&format!("/tokens/{id}/secret")).await["secret_id"]);
        let body = "grant_type=client_credentials";
        let basic = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
        let head = format!(
            "POST /oauth2/token HTTP/1.1\r\nHost: latchkey\r\nAuthorization: Basic {basic}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        for (switches_off, status) in [(false, "HTTP/1.1 200"), (true, "HTTP/1.1 401")] {
            let mut stream = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).await.unwrap();
            stream.write_all(head.as_bytes()).await.unwrap();
            tokio::time::sleep(Duration::from_millis(300)).await;
            if switches_off {
                platform.admin.patch(&format!("/tokens/{id}"), &json!({ "status": "disabled" })).await;
            }
            stream.write_all(body.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with(status), "{answer}");
        }
    }
}
