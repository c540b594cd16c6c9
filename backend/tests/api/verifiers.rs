//! Verifiers that prove themselves with a certificate, at a listener of their own.

use std::fs;
use std::sync::Arc;

use reqwest::{Client, Identity, Method, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::authority::{Authority, Files};
use crate::in_both_places;
use crate::reach::Reach;
use crate::server::{DEVICE, Platform, Server, Where, text};

in_both_places! { a_certificate_takes_the_place_of_a_verifier_key => certificate_is_the_key }

/// A client with a certificate for these names.
fn client(files: &Files, authority: &Authority, names: &str) -> Client {
    let folder = TempDir::new().unwrap();
    authority.issue(folder.path(), names, 30);
    let pem = ["fullchain.pem", "privkey.pem"].map(|name| fs::read(folder.path().join(name)).unwrap());
    let identity = Identity::from_pem(&pem.concat()).unwrap();
    Client::builder().tls_certs_only([files.trusted()]).identity(identity).build().unwrap()
}

async fn certificate_is_the_key(place: Where) {
    let files = Arc::new(Files::new(30));
    let server = Server::start(Where { reach: Reach::https(Arc::clone(&files)), ..place }).await;
    let platform = Platform::on(&server).await;
    let at = server.verifiers.as_deref().unwrap();
    let admin = &platform.admin;
    let keys = "/systems/fleet/verifier-keys";
    let key = json!({ "name": "service", "certificate": "Verifier.Internal" });
    let made = admin.post(keys, &key).await;
    assert!(made["key"].is_null(), "{made}");
    let uri = "spiffe://latchkey.example/gateway";
    admin.post(keys, &json!({ "name": "nginx", "gateway": "nginx", "certificate": uri })).await;
    let listed = admin.get(keys).await;
    let certificates: Vec<&Value> =
        listed["items"].as_array().unwrap().iter().map(|key| &key["certificate"]).collect();
    assert_eq!(certificates, [&Value::Null, &json!("verifier.internal"), &json!(uri)]);
    assert_eq!(listed["items"][1]["hint"], "");

    let credential = platform.credential(&platform.apply("rsa").await).await;
    let call = json!({ "credential": credential, "method": "GET", "path": DEVICE });
    let verify = |client: &Client, base: &str| client.post(format!("{base}/api/v1/verify")).json(&call);
    let service = client(&files, &files.authority, "DNS:verifier.internal,DNS:other.internal");
    let decided: Value = verify(&service, at).send().await.unwrap().json().await.unwrap();
    assert_eq!(decided["allowed"], true, "{decided}");
    let batch = service.post(format!("{at}/api/v1/verify/batch")).json(&json!({ "calls": [call] }));
    let batch: Value = batch.send().await.unwrap().json().await.unwrap();
    assert_eq!(batch["decisions"][0]["allowed"], true, "{batch}");
    let feed = |system: &str| service.get(format!("{at}/api/v1/systems/{system}/revocations")).send();
    assert_eq!(feed("fleet").await.unwrap().status(), 200);
    assert_eq!(feed("latchkey").await.unwrap().status(), 403);
    let introspect = service.post(format!("{at}/oauth2/introspect")).form(&[("token", &credential)]);
    let found: Value = introspect.send().await.unwrap().json().await.unwrap();
    assert_eq!(found["active"], true, "{found}");

    // The certificate of a gateway is for the door of gateways.
    let gateway = client(&files, &files.authority, &format!("URI:{uri}"));
    let ask = |client: &Client| {
        let ask = client.get(format!("{at}/auth/fleet")).bearer_auth(&credential);
        ask.header("X-Original-Method", "GET").header("X-Original-URI", DEVICE).send()
    };
    assert_eq!(ask(&gateway).await.unwrap().status(), 200);
    assert_eq!(ask(&service).await.unwrap().status(), 403);

    // Nobody else is a verifier.
    let status = async |answer: Result<Response, reqwest::Error>| answer.map(|answer| answer.status());
    let unknown = client(&files, &files.authority, "DNS:stranger.internal");
    let two = client(&files, &files.authority, &format!("DNS:verifier.internal,URI:{uri}"));
    let nameless = client(&files, &files.authority, "IP:127.0.0.1");
    for client in [&unknown, &two, &nameless] {
        let refused = status(verify(client, at).send().await).await.unwrap();
        assert_eq!(refused, StatusCode::UNAUTHORIZED);
    }
    let other = client(&files, &Authority::new(), "DNS:verifier.internal");
    assert!(status(verify(&other, at).send().await).await.is_err());
    assert!(status(verify(&server.nobody().http, at).send().await).await.is_err());
    // Without a key, nobody is asked for a certificate at the other listener.
    assert_eq!(status(verify(&service, &server.url).send().await).await.unwrap(), 401);
    // A key that is sent goes first, also a wrong one.
    let wrong = verify(&service, at).bearer_auth("lkv_nonsense").send().await;
    assert_eq!(status(wrong).await.unwrap(), 401);

    for taken in ["verifier.internal", uri] {
        let again = json!({ "name": "again", "certificate": taken });
        let refused = admin.refused(Method::POST, keys, &again).await;
        assert_eq!((refused.kind(), refused.fields()), ("taken", vec!["certificate:taken".to_owned()]));
    }
    for wrong in ["", "*.internal", "two words", "a..b", "mailto:a@b"] {
        let refused = json!({ "name": "wrong", "certificate": wrong });
        assert_eq!(admin.refused(Method::POST, keys, &refused).await.kind(), "validation", "{wrong}");
    }
    // A deletion holds at once, on the connection that is open.
    admin.delete(&format!("{keys}/{}", text(&made["id"]))).await;
    assert_eq!(status(verify(&service, at).send().await).await.unwrap(), 401);
    assert_eq!(ask(&gateway).await.unwrap().status(), 200);
}
