//! The OAuth endpoints follow RFC 6749 §5.2, 7009, 7517, 7662, 8414 and 8707 exactly.

use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::server::{DEVICE, Platform, Server, text, unique};

/// A JWT token with its credentials.
struct Client {
    id: String,
    secret: String,
}

impl Client {
    async fn of(platform: &Platform) -> Self {
        let id = platform.apply("jwt").await;
        let secret = text(&platform.admin.get(&format!("/tokens/{id}/secret")).await["secret_id"]);
        Self { id, secret }
    }
}

fn at(server: &Server, path: &str) -> RequestBuilder {
    server.nobody().http.request(Method::POST, format!("{}{path}", server.url))
}

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

/// Checks that a response is an error as in RFC 6749 §5.2. Returns its status and its code.
async fn error(answer: Response) -> (u16, String) {
    let status = answer.status();
    assert!(status.is_client_error(), "{status}");
    let headers = answer.headers().clone();
    assert_eq!(headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(headers[header::PRAGMA], "no-cache");
    assert_eq!(status == StatusCode::UNAUTHORIZED, headers.contains_key(header::WWW_AUTHENTICATE));
    let body: Value = answer.json().await.unwrap();
    for name in ["error", "error_description"] {
        let allowed = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
        assert!(text(&body[name]).chars().all(allowed), "{body}");
    }
    (status.as_u16(), text(&body["error"]))
}

on_both_engines! {
    async fn every_wrong_token_request_gets_the_error_of_rfc_6749(server) {
        let platform = Platform::on(server).await;
        let client = Client::of(&platform).await;
        let (id, secret) = (client.id.as_str(), client.secret.as_str());
        let basic = || at(server, "/oauth2/token").basic_auth(id, Some(secret));
        let mut one_time = Platform::wanted("rsa");
        one_time["one_time_only"] = json!(true);
        let one_time = text(&platform.admin.post("/tokens", &one_time).await["id"]);
        let file = platform.admin.get(&format!("/tokens/{one_time}/file")).await;
        let wrong = format!("lkj_{}", "A".repeat(secret.len() - 4));
        let cases: Vec<(&str, RequestBuilder, u16, &str)> = vec![
            ("no grant type", basic().form(&[("scope", "x")]), 400, "invalid_request"),
            ("an empty one is none", basic().form(&[("grant_type", "")]), 400, "invalid_request"),
            ("another grant", basic().form(&[("grant_type", "password")]), 400, "unsupported_grant_type"),
            ("a parameter twice", basic().form(&[GRANT, GRANT]), 400, "invalid_request"),
            ("no form", basic().json(&json!({ "grant_type": "client_credentials" })), 400, "invalid_request"),
            ("two mechanisms", basic().form(&[GRANT, ("client_id", id), ("client_secret", secret)]), 400, "invalid_request"),
            ("two clients", basic().form(&[GRANT, ("client_id", &one_time)]), 400, "invalid_request"),
            ("nobody", at(server, "/oauth2/token").form(&[GRANT]), 401, "invalid_client"),
            ("no secret", at(server, "/oauth2/token").form(&[GRANT, ("client_id", id)]), 401, "invalid_client"),
            ("a wrong secret", at(server, "/oauth2/token").basic_auth(id, Some(&wrong)).form(&[GRANT]), 401, "invalid_client"),
            ("an unknown client", at(server, "/oauth2/token").basic_auth("tok_x", Some(secret)).form(&[GRANT]), 401, "invalid_client"),
            ("another scheme", at(server, "/oauth2/token").bearer_auth(secret).form(&[GRANT]), 401, "invalid_client"),
            ("no base64", at(server, "/oauth2/token").header("authorization", "Basic !").form(&[GRANT]), 401, "invalid_client"),
            (
                "a grant that is not for it",
                at(server, "/oauth2/token").basic_auth(&one_time, file["secret"].as_str()).form(&[GRANT]),
                400,
                "unauthorized_client",
            ),
            ("an unknown scope", basic().form(&[GRANT, ("scope", "fleet:nothing")]), 400, "invalid_scope"),
            ("a scope beyond", basic().form(&[GRANT, ("scope", "fleet:readDevice fleet:renameDevice")]), 400, "invalid_scope"),
            ("all of a system", basic().form(&[GRANT, ("scope", "fleet:*")]), 400, "invalid_scope"),
            ("no scope at all", basic().form(&[GRANT, ("scope", " ")]), 400, "invalid_scope"),
            ("an unknown resource", basic().form(&[GRANT, ("resource", "https://other.example")]), 400, "invalid_target"),
            ("a resource that is none", basic().form(&[GRANT, ("resource", "fleet")]), 400, "invalid_target"),
            (
                "two resources",
                basic().form(&[GRANT, ("resource", "https://fleet.example"), ("resource", "https://other.example")]),
                400,
                "invalid_target",
            ),
            ("another user", basic().form(&[GRANT, ("subject", "admin")]), 400, "invalid_request"),
            ("quotes", basic().form(&[GRANT, ("scope", "\"\\\u{7f}é")]), 400, "invalid_scope"),
        ];
        for (what, request, status, code) in cases {
            let answer = request.send().await.unwrap();
            let challenge = answer.headers().get(header::WWW_AUTHENTICATE).cloned();
            assert_eq!(error(answer).await, (status, code.to_owned()), "{what}");
            if status == 401 {
                assert!(challenge.unwrap().to_str().unwrap().starts_with("Basic "), "{what}");
            }
        }
        let in_uri = at(server, &format!("/oauth2/token?client_id={id}&client_secret={secret}")).form(&[GRANT]);
        assert_eq!(error(in_uri.send().await.unwrap()).await, (400, "invalid_request".to_owned()), "in the URI");
    }

    async fn a_client_authenticates_in_the_ways_that_the_metadata_names(server) {
        let platform = Platform::on(server).await;
        let client = Client::of(&platform).await;
        let (id, secret) = (client.id.as_str(), client.secret.as_str());
        let encoded = |text: &str| percent_encoding::percent_encode(text.as_bytes(), percent_encoding::NON_ALPHANUMERIC).to_string();
        for request in [
            at(server, "/oauth2/token").basic_auth(id, Some(secret)).form(&[GRANT]),
            at(server, "/oauth2/token").basic_auth(encoded(id), Some(encoded(secret))).form(&[GRANT]),
            at(server, "/oauth2/token").basic_auth(id, Some(secret)).form(&[GRANT, ("client_id", id), ("unknown", "x")]),
            at(server, "/oauth2/token").form(&[GRANT, ("client_id", id), ("client_secret", secret)]),
        ] {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK);
            assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
            let granted: Value = answer.json().await.unwrap();
            assert_eq!((&granted["token_type"], &granted["scope"]), (&json!("Bearer"), &json!("fleet:readDevice")));
        }
    }

    async fn the_media_type_of_a_form_is_case_insensitive(server) {
        let platform = Platform::on(server).await;
        let client = Client::of(&platform).await;
        let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "library" })).await;
        let key = text(&key["key"]);
        for (path, id, secret, body) in [
            ("token", &*client.id, &*client.secret, "grant_type=client_credentials"),
            ("introspect", "fleet", &*key, "token=x"),
            ("revoke", &*client.id, &*client.secret, "token=x"),
        ] {
            for content_type in ["Application/X-WWW-Form-Urlencoded", "APPLICATION/x-www-form-urlencoded; Charset=UTF-8"] {
                let request = at(server, &format!("/oauth2/{path}")).basic_auth(id, Some(secret));
                let request = request.header(header::CONTENT_TYPE, content_type).body(body);
                let answer = request.send().await.unwrap();
                assert_eq!(answer.status(), StatusCode::OK, "{path} {content_type}");
            }
        }
    }

    async fn scope_and_resource_narrow(server) {
        let platform = Platform::on(server).await;
        platform.admin.post("/systems", &json!({ "key": "other", "name": "Other", "audience": "https://other.example" })).await;
        let mut wanted = Platform::wanted("jwt");
        wanted["apis"] = json!(["fleet:readDevice", "fleet:listDevices"]);
        wanted["systems"] = json!(["other"]);
        let id = text(&platform.admin.post("/tokens", &wanted).await["id"]);
        let secret = text(&platform.admin.get(&format!("/tokens/{id}/secret")).await["secret_id"]);
        let ask = async |more: &[(&str, &str)]| {
            let form: Vec<(&str, &str)> = std::iter::once(GRANT).chain(more.iter().copied()).collect();
            let request = at(server, "/oauth2/token").basic_auth(&id, Some(&secret)).form(&form);
            request.send().await.unwrap().json::<Value>().await.unwrap()
        };
        assert_eq!(ask(&[]).await["error"], "invalid_target", "two systems, and none is named");
        let fleet = ("resource", "https://fleet.example");
        assert_eq!(ask(&[fleet]).await["scope"], "fleet:listDevices fleet:readDevice");
        assert_eq!(ask(&[fleet, fleet]).await["scope"], "fleet:listDevices fleet:readDevice");
        let narrowed = ask(&[fleet, ("scope", "fleet:listDevices")]).await;
        assert_eq!(narrowed["scope"], "fleet:listDevices");
        let jwt = text(&narrowed["access_token"]);
        assert_eq!(platform.reason(&jwt, "GET", DEVICE).await, "api_not_granted");
        assert_eq!(platform.reason(&jwt, "GET", "/projects/harbour/devices").await, "allowed");
        let other = ask(&[("resource", "https://other.example")]).await;
        assert_eq!(other["scope"], "other:*");
        assert_eq!(platform.reason(other["access_token"].as_str().unwrap(), "GET", DEVICE).await, "proof_mismatch");
        let mixed = ask(&[fleet, ("scope", "other:*")]).await;
        assert_eq!(mixed["error"], "invalid_scope", "of another system than the resource");
    }

    async fn introspection_requires_authentication(server) {
        let platform = Platform::on(server).await;
        let jwt = platform.credential(&platform.apply("jwt").await).await;
        let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "library" })).await;
        let key = text(&key["key"]);
        platform.admin.post("/systems", &json!({ "key": "other", "name": "Other" })).await;
        let endpoint = || at(server, "/oauth2/introspect");
        let token = ("token", jwt.as_str());
        for request in [
            endpoint().bearer_auth(&key).form(&[token]),
            endpoint().basic_auth("fleet", Some(&key)).form(&[token, ("token_type_hint", "access_token")]),
            endpoint().form(&[token, ("client_id", "fleet"), ("client_secret", &key)]),
        ] {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK);
            let found: Value = answer.json().await.unwrap();
            assert_eq!((&found["active"], &found["username"]), (&json!(true), &json!("ada")), "{found}");
        }
        let client = Client::of(&platform).await;
        for (request, status, code, scheme) in [
            (endpoint().form(&[token]), 401, "invalid_client", "Basic"),
            (endpoint().bearer_auth("lkv_x").form(&[token]), 401, "invalid_token", "Bearer"),
            (endpoint().bearer_auth(&jwt).form(&[token]), 401, "invalid_token", "Bearer"),
            (endpoint().basic_auth("other", Some(&key)).form(&[token]), 401, "invalid_client", "Basic"),
            (endpoint().basic_auth(&client.id, Some(&client.secret)).form(&[token]), 401, "invalid_client", "Basic"),
        ] {
            let answer = request.send().await.unwrap();
            let challenge = answer.headers()[header::WWW_AUTHENTICATE].to_str().unwrap().to_owned();
            assert!(challenge.starts_with(scheme), "{challenge}");
            assert_eq!(error(answer).await, (status, code.to_owned()));
        }
        let nothing = endpoint().bearer_auth(&key).form(&[("token_type_hint", "access_token")]);
        assert_eq!(error(nothing.send().await.unwrap()).await, (400, "invalid_request".to_owned()));
    }

    async fn a_client_revokes_only_its_own_tokens(server) {
        let platform = Platform::on(server).await;
        let client = Client::of(&platform).await;
        let jwt = text(&platform.exchange(&client.id, &client.secret).await["access_token"]);
        let other = Client::of(&platform).await;
        let endpoint = |who: &Client| at(server, "/oauth2/revoke").basic_auth(&who.id, Some(&who.secret));
        let refused = endpoint(&other).form(&[("token", jwt.as_str())]).send().await.unwrap();
        assert_eq!(error(refused).await, (400, "unauthorized_client".to_owned()));
        let nobody = at(server, "/oauth2/revoke").form(&[("token", jwt.as_str())]).send().await.unwrap();
        assert_eq!(error(nobody).await, (401, "invalid_client".to_owned()));
        let nothing = endpoint(&client).form(&[("token", "")]).send().await.unwrap();
        assert_eq!(error(nothing).await, (400, "invalid_request".to_owned()));
        assert_eq!(platform.reason(&jwt, "GET", DEVICE).await, "allowed");
        for _ in 0..2 {
            let form = [("token", jwt.as_str()), ("token_type_hint", "nonsense")];
            let revoked = endpoint(&client).form(&form).send().await.unwrap();
            assert_eq!(revoked.status(), StatusCode::OK, "also when it is revoked already");
        }
        assert_eq!(platform.reason(&jwt, "GET", DEVICE).await, "unknown_token");
        assert_eq!(platform.introspect(&jwt).await, json!({ "active": false }));
        let unknown = endpoint(&client).form(&[("token", unique("nothing").as_str())]).send().await.unwrap();
        assert_eq!(unknown.status(), StatusCode::OK);
    }

    async fn the_metadata_is_true(server) {
        let platform = Platform::on(server).await;
        let get = |url: String| server.nobody().http.get(url).send();
        let answer = get(format!("{}/.well-known/oauth-authorization-server", server.url)).await.unwrap();
        let metadata: Value = answer.json().await.unwrap();
        let issuer = text(&metadata["issuer"]);
        let methods = json!(["client_secret_basic", "client_secret_post", "private_key_jwt"]);
        let algorithms = json!(["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]);
        for endpoint in ["token", "revocation"] {
            assert_eq!(metadata[format!("{endpoint}_endpoint_auth_methods_supported")], methods);
            assert_eq!(metadata[format!("{endpoint}_endpoint_auth_signing_alg_values_supported")], algorithms);
        }
        assert_eq!(metadata["grant_types_supported"], json!(["client_credentials"]));
        let scopes = metadata["scopes_supported"].as_array().unwrap();
        assert!(scopes.contains(&json!("latchkey:create_token")));
        assert!(!metadata.to_string().contains("fleet"), "strangers need not know");
        for name in ["token_endpoint", "introspection_endpoint", "revocation_endpoint"] {
            let path = text(&metadata[name]).strip_prefix(&issuer).unwrap().to_owned();
            let answer = at(server, &path).form(&[("x", "y")]).send().await.unwrap();
            assert!([400, 401].contains(&answer.status().as_u16()), "{name}: {}", answer.status());
        }
        for name in ["jwks_uri", "service_documentation"] {
            let path = text(&metadata[name]).strip_prefix(&issuer).unwrap().to_owned();
            assert_eq!(get(format!("{}{path}", server.url)).await.unwrap().status(), StatusCode::OK, "{name}");
        }
        drop(platform);
    }

    async fn the_jwks_may_be_cached(server) {
        let url = format!("{}/.well-known/jwks.json", server.url);
        let http = server.nobody().http;
        let answer = http.get(&url).send().await.unwrap();
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "public, max-age=300");
        let etag = answer.headers()[header::ETAG].clone();
        let keys: Value = answer.json().await.unwrap();
        assert_eq!(keys["keys"][0]["alg"], "RS256");
        assert!(keys["keys"][0].get("d").is_none());
        let known = format!("W/{}", etag.to_str().unwrap());
        for tag in [known.as_str(), etag.to_str().unwrap(), "*", &format!("\"x\", {known}")] {
            let again = http.get(&url).header(header::IF_NONE_MATCH, tag).send().await.unwrap();
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{tag}");
            assert_eq!(again.headers()[header::ETAG], etag);
        }
        let changed = http.get(&url).header(header::IF_NONE_MATCH, "\"x\"").send().await.unwrap();
        assert_eq!(changed.status(), StatusCode::OK);
    }
}
