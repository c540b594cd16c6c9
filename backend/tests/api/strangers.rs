//! Who may not make a call is told so, whatever the body is.

use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::server::{Platform, Problem};

on_both_engines! {
    async fn the_one_who_asks_is_looked_at_before_the_body(server) {
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
                    // Everybody who is logged in may change their own password.
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
}
