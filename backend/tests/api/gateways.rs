//! Gateways at `/auth/{system}`, proxies in front of Latchkey, and verifiers that send batches.

use std::net::SocketAddr;

use latchkey::configuration::proxies::TrustedProxies;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::on_both_engines;
use crate::server::{DEVICE, Platform, Problem, Server, Where, sealed, text};

const FOREIGN: &str = "/projects/quarry/devices/7";

async fn key_for(platform: &Platform, gateway: &str) -> String {
    let body = json!({ "name": gateway, "gateway": gateway });
    let key = platform.admin.post("/systems/fleet/verifier-keys", &body).await;
    assert_eq!(key["gateway"], gateway);
    text(&key["key"])
}

/// A gateway's question about reading the device, in the form of its family.
fn ask(server: &Server, family: &str, key: &str, credential: &str) -> RequestBuilder {
    let http = &server.nobody().http;
    let url = format!("{}/auth/fleet", server.url);
    let request = match family {
        "envoy" => http.get(format!("{url}{DEVICE}")),
        "nginx" | "haproxy" => {
            http.get(url).header("X-Original-Method", "GET").header("X-Original-URI", DEVICE)
        }
        _ => http.get(url).header("X-Forwarded-Method", "GET").header("X-Forwarded-Uri", DEVICE),
    };
    request.header("X-Latchkey-Verifier", key).bearer_auth(credential)
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

/// Sends a request with an unchanged target and returns the status.
async fn status_of_raw(server: &Server, target: &str, headers: &str) -> u16 {
    let address: SocketAddr = server.url.trim_start_matches("http://").parse().unwrap();
    let mut connection = tokio::net::TcpStream::connect(address).await.unwrap();
    let request =
        format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n\r\n");
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer[9..12].parse().unwrap()
}

on_both_engines! {
    async fn only_the_headers_of_the_gateway_family_are_trusted(server) {
        let platform = Platform::on(server).await;
        let credential = platform.credential(&platform.apply("rsa").await).await;
        for family in ["nginx", "caddy", "traefik", "haproxy", "envoy"] {
            let key = key_for(&platform, family).await;
            assert_eq!(status(ask(server, family, &key, &credential)).await, 200, "{family}");
            // Headers of other gateway families, which a caller may send, have no effect.
            let (own, others) = match family {
                "nginx" | "haproxy" => (vec!["X-Original-URI", "X-Original-Method"], vec!["X-Forwarded-Uri", "X-Forwarded-Method"]),
                "envoy" => (vec![], vec!["X-Original-URI", "X-Forwarded-Uri", "X-Envoy-Original-Path", "X-Original-Method"]),
                _ => (vec!["X-Forwarded-Uri", "X-Forwarded-Method"], vec!["X-Original-URI", "X-Original-Method"]),
            };
            for name in others {
                let asked = ask(server, family, &key, &credential).header(name, FOREIGN);
                assert_eq!(status(asked).await, 200, "{family} {name}");
            }
            // A second header with the same name could come from the caller.
            for name in own.into_iter().chain(["X-Latchkey-Verifier"]) {
                let twice = ask(server, family, &key, &credential).header(name, DEVICE);
                let problem = Problem::of(twice.send().await.unwrap()).await;
                assert_eq!((problem.status, problem.kind()), (403, "forbidden"), "{family} {name}");
            }
            if family != "envoy" {
                let silent = server.nobody().http.get(format!("{}/auth/fleet", server.url));
                let silent = silent.header("X-Latchkey-Verifier", &key).bearer_auth(&credential);
                assert_eq!(status(silent).await, 403, "{family} that says nothing");
                let behind = server.nobody().http.get(format!("{}/auth/fleet{DEVICE}", server.url));
                let behind = behind.header("X-Latchkey-Verifier", &key).bearer_auth(&credential);
                assert_eq!(status(behind).await, 403, "{family} with a path behind the system");
            }
        }
        let listed = platform.admin.get("/systems/fleet/verifier-keys").await;
        let named: Vec<_> = listed["items"].as_array().unwrap().iter().map(|key| key["gateway"].as_str()).collect();
        assert_eq!(named, [None, Some("nginx"), Some("caddy"), Some("traefik"), Some("haproxy"), Some("envoy")]);
    }

    async fn only_a_gateway_of_the_system_is_answered(server) {
        let platform = Platform::on(server).await;
        let credential = platform.credential(&platform.apply("rsa").await).await;
        let key = key_for(&platform, "nginx").await;
        platform.admin.post("/systems", &json!({ "key": "depot", "name": "Depot" })).await;
        let other = platform.admin.post("/systems/depot/verifier-keys", &json!({ "name": "g", "gateway": "nginx" })).await;
        let plain = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "g" })).await;
        assert!(plain.get("gateway").is_none());
        for wrong in [text(&other["key"]), text(&plain["key"]), "lkv_x".to_owned(), String::new()] {
            let answer = ask(server, "nginx", &wrong, &credential).send().await.unwrap();
            assert!(answer.headers().get("www-authenticate").is_none(), "no matter of the caller's");
            let problem = Problem::of(answer).await;
            assert_eq!((problem.status, problem.kind()), (403, "forbidden"), "{wrong}");
        }
        let nobody = server.nobody().http.get(format!("{}/auth/fleet", server.url)).bearer_auth(&key);
        assert_eq!(status(nobody.header("X-Original-URI", DEVICE)).await, 403);
        let unknown = json!({ "name": "g", "gateway": "apache" });
        let problem = platform.admin.refused(Method::POST, "/systems/fleet/verifier-keys", &unknown).await;
        assert_eq!((problem.status, problem.fields()), (422, vec!["gateway:wrong_type".to_owned()]));
    }

    async fn a_gateway_learns_who_calls(server) {
        let platform = Platform::on(server).await;
        let mut wanted = Platform::wanted("rsa");
        wanted["name"] = json!("Krähe, 50 % 港口");
        let id = text(&platform.admin.post("/tokens", &wanted).await["id"]);
        let jwt = platform.apply("jwt").await;
        let key = key_for(&platform, "traefik").await;
        let said = async |credential: &str| {
            let answer = ask(server, "traefik", &key, credential).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK);
            assert_eq!(answer.headers()["cache-control"], "no-store");
            let named = ["token", "token-name", "token-kind", "subject", "username", "project", "api"]
                .map(|name| answer.headers()[format!("x-latchkey-{name}")].to_str().unwrap().to_owned());
            assert_eq!(answer.text().await.unwrap(), "");
            named
        };
        let found = said(&platform.credential(&id).await).await;
        let name = "Kr%C3%A4he%2C%2050%20%25%20%E6%B8%AF%E5%8F%A3";
        assert_eq!(found, [&id, name, "rsa", &id, "", "harbour", "fleet:readDevice"]);
        let found = said(&platform.credential(&jwt).await).await;
        assert!(found[3].starts_with("usr_"), "{found:?}");
        assert_eq!((found[0].as_str(), found[2].as_str(), found[4].as_str()), (jwt.as_str(), "jwt", "ada"));
    }

    async fn envoy_asks_with_the_path_as_it_arrived(server) {
        let platform = Platform::on(server).await;
        let credential = platform.credential(&platform.apply("rsa").await).await;
        let headers = format!(
            "X-Latchkey-Verifier: {}\r\nAuthorization: Bearer {credential}",
            key_for(&platform, "envoy").await
        );
        for (path, expected) in [
            ("/projects/harbour/devices/7", 200),
            ("/projects/harbour/devices/7?x=/../y", 200),
            ("/projects/harbour/devices/a%20b", 200),
            ("/projects/harbour/devices/a%2Fb", 403),
            ("/projects/harbour/devices/./7", 403),
            ("/projects/harbour/devices/x/../7", 403),
            ("//projects/harbour/devices/7", 403),
            ("/projects/harbour/devices/7;x", 403),
            ("/projects/harbour/devices/%2e%2e", 403),
            ("/projects/harbour/devices/7/", 403),
            ("", 403),
            ("?/projects/harbour/devices/7", 403),
            ("%2Fprojects/harbour/devices/7", 403),
            ("/../fleet/projects/harbour/devices/7", 403),
        ] {
            assert_eq!(status_of_raw(server, &format!("/auth/fleet{path}"), &headers).await, expected, "{path}");
        }
        let head = server.nobody().http.head(format!("{}/auth/fleet{DEVICE}", server.url));
        let key = key_for(&platform, "envoy").await;
        assert_eq!(status(head.header("X-Latchkey-Verifier", key).bearer_auth(&credential)).await, 200);
    }

    async fn the_last_forwarded_address_counts(server) {
        let platform = Platform::on(server).await;
        let mut wanted = Platform::wanted("rsa");
        wanted["allowed_ips"] = json!(["198.51.100.0/24"]);
        let id = text(&platform.admin.post("/tokens", &wanted).await["id"]);
        let credential = platform.credential(&id).await;
        let key = key_for(&platform, "nginx").await;
        for (list, expected) in [
            (Some("198.51.100.7"), 200),
            (Some("203.0.113.9, 198.51.100.7"), 200),
            (Some("198.51.100.7, 203.0.113.9"), 403),
            (Some("198.51.100.7, nonsense"), 403),
            (None, 403),
        ] {
            let mut asked = ask(server, "nginx", &key, &credential);
            if let Some(list) = list {
                asked = asked.header("X-Forwarded-For", list);
            }
            assert_eq!(status(asked).await, expected, "{list:?}");
        }
    }

    async fn a_batch_is_decided_in_order(server) {
        let platform = Platform::on(server).await;
        let id = platform.apply("rsa").await;
        let file = platform.admin.get(&format!("/tokens/{id}/file")).await;
        let open = text(&file["open_token"]);
        let call = |credential: &str, path: &str| json!({ "credential": credential, "method": "GET", "path": path });
        let once = sealed(&file, &json!({ "htm": "GET", "htu": DEVICE }));
        let mut calls = vec![call(&open, DEVICE), call(&open, FOREIGN), call("x", DEVICE)];
        calls.extend([call(&once, DEVICE), call(&once, DEVICE)]);
        calls.extend((calls.len()..100).map(|_| call(&open, DEVICE)));
        let send = |body: Value| platform.gateway.send(Method::POST, "/verify/batch").json(&body).send();
        let decided: Value = send(json!({ "calls": calls })).await.unwrap().json().await.unwrap();
        let reasons: Vec<_> =
            decided["decisions"].as_array().unwrap().iter().map(|one| one["reason"].as_str()).collect();
        assert_eq!(reasons.len(), 100);
        assert_eq!(reasons[..3], [None, Some("project_not_granted"), Some("malformed")]);
        assert!(reasons[3..5].contains(&None) && reasons[3..5].contains(&Some("replayed")), "{:?}", &reasons[3..5]);
        assert!(reasons[5..].iter().all(Option::is_none));

        let none: Value = send(json!({ "calls": [] })).await.unwrap().json().await.unwrap();
        assert_eq!(none, json!({ "decisions": [] }));
        calls.push(call(&open, DEVICE));
        let problem = Problem::of(send(json!({ "calls": calls })).await.unwrap()).await;
        assert_eq!((problem.status, problem.fields()), (422, vec!["calls:too_many".to_owned()]));
        let wrong = json!({ "calls": [
            call(&open, DEVICE),
            { "credential": open, "method": "", "path": DEVICE, "client_ip": "nowhere" },
        ] });
        let problem = Problem::of(send(wrong).await.unwrap()).await;
        assert_eq!(problem.fields(), ["calls[1].method:invalid_method", "calls[1].client_ip:invalid_address"]);
        let mut foreign = call(&open, DEVICE);
        foreign["system"] = json!("latchkey");
        assert_eq!(Problem::of(send(json!({ "calls": [foreign] })).await.unwrap()).await.status, 403);
        let nobody = server.nobody().refused(Method::POST, "/verify/batch", &json!({ "calls": [] })).await;
        assert_eq!(nobody.status, 401);
    }

    async fn a_caller_s_address_may_have_a_port(server) {
        let platform = Platform::on(server).await;
        let mut wanted = Platform::wanted("rsa");
        wanted["allowed_ips"] = json!(["::ffff:10.0.0.0/104", "2001:db8::/32"]);
        wanted["expires_at"] = json!("9999-12-31T23:59:59Z");
        let id = text(&platform.admin.post("/tokens", &wanted).await["id"]);
        let shown = platform.admin.get(&format!("/tokens/{id}")).await;
        assert_eq!(shown["allowed_ips"], json!(["10.0.0.0/8", "2001:db8::/32"]));
        assert_eq!(shown["expires_at"], "9999-12-31T23:59:59.000Z");
        let open = text(&platform.admin.get(&format!("/tokens/{id}/file")).await["open_token"]);
        for (address, allowed) in [
            ("10.0.0.1", true),
            ("10.0.0.1:443", true),
            ("[2001:db8::1]:443", true),
            ("[2001:db8::1]", true),
            ("192.0.2.1:443", false),
        ] {
            let call = json!({ "credential": open, "method": "GET", "path": DEVICE, "client_ip": address });
            let decided = platform.gateway.ask("/verify", &call).await;
            assert_eq!(decided["allowed"], allowed, "{address} {decided}");
        }
    }

    async fn invalid_token_is_said_of_bearer_credentials_only(server) {
        let call = json!({ "credential": "x", "method": "GET", "path": "/" });
        for (path, body) in [
            ("/verify", call),
            ("/verify/batch", json!({ "calls": [] })),
            ("/tokens", Platform::wanted("rsa")),
        ] {
            for (given, is_wrong) in [(None, false), (Some("Basic Zm9vOmJhcg=="), false), (Some("Bearer x"), true)] {
                let mut request = server.nobody().send(Method::POST, path).body(body.to_string());
                // Media types are case-insensitive (RFC 9110 §8.3.1).
                request = request.header("content-type", "Application/JSON");
                if let Some(given) = given {
                    request = request.header("authorization", given);
                }
                let answer = request.send().await.unwrap();
                assert_eq!(answer.status(), 401, "{path} {given:?}");
                let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
                assert_eq!(challenge.contains("error="), is_wrong, "{path} {given:?} {challenge}");
            }
        }
    }
}

#[tokio::test]
async fn only_trusted_proxies_set_the_client_address() {
    let trusting = Where {
        trusted_proxies: TrustedProxies::from_iter(["127.0.0.0/8".parse().unwrap()]),
        ..Where::sqlite()
    };
    for (place, believed) in [(trusting, true), (Where::sqlite(), false)] {
        let server = Server::start(place).await;
        let platform = Platform::on(&server).await;
        let mut wanted = Platform::wanted("rsa");
        wanted["allowed_ips"] = json!(["198.51.100.0/24"]);
        wanted["apis"] = json!(["latchkey:list_tokens"]);
        let id = text(&platform.admin.post("/tokens", &wanted).await["id"]);
        let file = platform.admin.get(&format!("/tokens/{id}/file")).await;
        let bearer = platform.admin.with_bearer(file["open_token"].as_str().unwrap());
        let list = async |header: (&str, &str)| {
            status(bearer.send(Method::GET, "/tokens").header(header.0, header.1)).await
        };
        let token = async |header: (&str, &str)| {
            let request = server.nobody().http.post(format!("{}/oauth2/token", server.url));
            let request = request.basic_auth(&id, file["secret"].as_str()).header(header.0, header.1);
            status(request.form(&[("grant_type", "client_credentials")])).await
        };
        let near = ("X-Forwarded-For", "203.0.113.9, 198.51.100.7");
        let far = ("X-Forwarded-For", "198.51.100.7, 203.0.113.9");
        assert_eq!(list(near).await, if believed { 200 } else { 403 });
        assert_eq!(token(near).await, if believed { 200 } else { 401 });
        assert_eq!(
            list(("Forwarded", "for=198.51.100.7;proto=https")).await,
            if believed { 200 } else { 403 }
        );
        assert_eq!((list(far).await, token(far).await), (403, 401));

        let body = json!({ "username": "admin", "password": "wrong" });
        let failed = server.nobody().send(Method::POST, "/session").header(near.0, near.1).json(&body);
        assert_eq!(status(failed).await, 401);
        let events = platform.admin.get("/audit-events?action=session.failed").await;
        let expected = if believed { "198.51.100.7" } else { "127.0.0.1" };
        assert_eq!(events["items"][0]["client_ip"], expected, "{events}");
    }
}
