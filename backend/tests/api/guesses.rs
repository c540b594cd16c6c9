//! Wrong credentials: they are counted by the address of the client, at every door, and a right credential always
//! passes.

use std::time::Duration;

use futures_util::future::join_all;
use latchkey::configuration::proxies::TrustedProxies;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::client_keys::{Own, issuer};
use crate::in_both_places;
use crate::scrape::Scrape;
use crate::server::{Caller, DEVICE, Platform, Server, Where, reason, sealed, text};

/// How many failures an address has in these tests.
const LIMIT: usize = 5;
const STRANGER: &str = "203.0.113.66";

async fn strict(place: Where) -> Server {
    Server::start(Where { failed_proofs: u32::try_from(LIMIT).unwrap(), ..place }.with_metrics()).await
}

/// What `verify` answers about a call from an address.
async fn decide(gateway: &Caller, credential: &str, from: Option<&str>) -> Value {
    let mut call = json!({ "credential": credential, "method": "GET", "path": DEVICE });
    if let Some(from) = from {
        call["client_ip"] = json!(from);
    }
    gateway.ask("/verify", &call).await
}

async fn reason_from(gateway: &Caller, credential: &str, from: &str) -> String {
    reason(&decide(gateway, credential, Some(from)).await)
}

/// Uses up the failures of an address.
async fn use_up(gateway: &Caller, from: &str) {
    for _ in 0..LIMIT {
        assert_eq!(reason_from(gateway, "nonsense", from).await, "malformed");
    }
    assert_eq!(reason_from(gateway, "nonsense", from).await, "rate_limited");
}

fn header(answer: &Response, name: &str) -> Option<String> {
    Some(answer.headers().get(name)?.to_str().unwrap().to_owned())
}

/// Sends the same request until it is refused with 429. Before, each answer has this status.
async fn until_refused(status: u16, request: impl Fn() -> RequestBuilder) -> Response {
    for _ in 0..LIMIT {
        assert_eq!(request().send().await.unwrap().status(), status);
    }
    let refused = request().send().await.unwrap();
    assert_eq!(refused.status(), 429);
    let wait: u32 = header(&refused, "retry-after").unwrap().parse().unwrap();
    assert!((1..=12).contains(&wait), "{wait}");
    refused
}

async fn verify_counts_by_the_address_of_the_client_alone(place: Where) {
    let server = strict(place).await;
    let platform = Platform::on(&server).await;
    let gateway = &platform.gateway;
    let credential = platform.credential(&platform.apply("rsa").await).await;
    let jwt = platform.credential(&platform.apply("jwt").await).await;

    // Without an address, nothing is counted: everybody behind the gateway would be one.
    for _ in 0..3 * LIMIT {
        assert_eq!(reason(&decide(gateway, "nonsense", None).await), "malformed");
    }
    use_up(gateway, STRANGER).await;
    let refused = decide(gateway, &credential.replace("lkr_", "lkr_x"), Some(STRANGER)).await;
    assert_eq!(reason(&refused), "rate_limited");
    let limit = json!({ "requests": LIMIT, "seconds": 60, "burst": LIMIT });
    assert_eq!(refused["exceeded"]["rate_limit"], limit);
    assert!((1..=12).contains(&refused["exceeded"]["retry_after"].as_u64().unwrap()), "{refused}");
    assert_eq!(refused["token"], Value::Null);
    // Also in a batch.
    let call = json!({ "credential": "nonsense", "method": "GET", "path": DEVICE, "client_ip": STRANGER });
    let batch = gateway.ask("/verify/batch", &json!({ "calls": [call] })).await;
    assert_eq!(reason(&batch["decisions"][0]), "rate_limited");

    // A right credential passes from there, whether it was seen before or not; and a denial for
    // another reason keeps its reason.
    for credential in [&credential, &jwt, &credential, &jwt] {
        assert_eq!(reason_from(gateway, credential, STRANGER).await, "allowed");
    }
    let other = json!({ "credential": credential, "method": "PATCH", "path": DEVICE, "client_ip": STRANGER });
    assert_eq!(reason(&gateway.ask("/verify", &other).await), "api_not_granted");
    // Others are not affected.
    assert_eq!(reason_from(gateway, "nonsense", "203.0.113.67").await, "malformed");
    assert_eq!(reason(&decide(gateway, "nonsense", None).await), "malformed");

    // An IPv6 host is one with all addresses of its /64.
    use_up(gateway, "2001:db8:0:1::1").await;
    assert_eq!(reason_from(gateway, "nonsense", "2001:db8:0:1:ffff::2").await, "rate_limited");
    assert_eq!(reason_from(gateway, "nonsense", "2001:db8:0:2::1").await, "malformed");
    assert_eq!(reason_from(gateway, "nonsense", &format!("::ffff:{STRANGER}")).await, "rate_limited");

    let now = Scrape::now(server.metrics.as_deref().unwrap()).await;
    assert!(now.value(r#"latchkey_failed_proofs_total{answer="counted"}"#) >= 12.0);
    assert!(now.value(r#"latchkey_failed_proofs_total{answer="refused"}"#) >= 6.0);
    assert!(now.value(r#"latchkey_failed_proofs_total{answer="not_counted"}"#) >= 16.0);
    assert_eq!(now.value("latchkey_failed_proofs_forgotten_total").to_bits(), 0);
    assert!(now.value(r#"latchkey_decisions_total{door="verify",reason="rate_limited"}"#) >= 4.0);
}

async fn an_address_gets_its_failures_back(place: Where) {
    let server = Server::start(Where { failed_proofs: 60, ..place }).await;
    let platform = Platform::on(&server).await;
    let mut refused = 0;
    for _ in 0..200 {
        refused += usize::from(reason_from(&platform.gateway, "nonsense", STRANGER).await == "rate_limited");
    }
    assert!(refused > 100, "{refused}");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(reason_from(&platform.gateway, "nonsense", STRANGER).await, "malformed");
}

async fn a_gateway_tells_who_calls(place: Where) {
    let server = strict(place).await;
    let platform = Platform::on(&server).await;
    let key = json!({ "name": "edge", "gateway": "nginx" });
    let key = text(&platform.admin.post("/systems/fleet/verifier-keys", &key).await["key"]);
    let credential = platform.credential(&platform.apply("rsa").await).await;
    let http = server.nobody().http;
    let call = |credential: &str, from: &str| {
        let request = http.get(format!("{}/auth/fleet", server.url)).bearer_auth(credential);
        let request = request.header("X-Latchkey-Verifier", &key).header("X-Forwarded-For", from.to_owned());
        request.header("X-Original-Method", "GET").header("X-Original-URI", DEVICE)
    };
    let refused = until_refused(401, || call("nonsense", STRANGER)).await;
    let wait = header(&refused, "retry-after").unwrap();
    assert_eq!(header(&refused, "ratelimit-policy").unwrap(), format!(r#""address";q={LIMIT};w=60"#));
    assert_eq!(header(&refused, "ratelimit").unwrap(), format!(r#""address";r=0;t={wait}"#));
    assert_eq!(call(&credential, STRANGER).send().await.unwrap().status(), 200);
    // The gateway itself is not the caller. What a caller writes before the last address is not believed.
    assert_eq!(call("nonsense", "203.0.113.67").send().await.unwrap().status(), 401);
    assert_eq!(call("nonsense", &format!("192.0.2.1, {STRANGER}")).send().await.unwrap().status(), 429);
    for _ in 0..2 * LIMIT {
        assert_eq!(call("nonsense", "unknown").send().await.unwrap().status(), 401);
    }
}

async fn the_api_and_the_token_endpoint_refuse_strangers(place: Where) {
    let server = strict(place).await;
    let platform = Platform::on(&server).await;
    let mut wanted = Platform::wanted("rsa");
    wanted["apis"] = json!(["latchkey:list_tokens"]);
    let robot = text(&platform.admin.post("/tokens", &wanted).await["id"]);
    let robot = platform.admin.with_bearer(&platform.credential(&robot).await);
    let own = Own::ed25519();
    let mut wanted = Platform::wanted("rsa");
    wanted["public_key"] = json!(own.public);
    let signing = text(&platform.admin.post("/tokens", &wanted).await["id"]);
    let issuer = issuer(&server).await;
    let id = platform.apply("jwt").await;
    let secret = text(&platform.admin.get(&format!("/tokens/{id}/secret")).await["secret_id"]);

    let nobody = platform.admin.with_bearer("nonsense");
    let refused = until_refused(401, || nobody.send(Method::GET, "/tokens")).await;
    assert_eq!(refused.json::<Value>().await.unwrap()["type"], "/problems/too-many-requests");
    assert_eq!(robot.status(Method::GET, "/tokens").await, 200);

    // It is the same address, so its failures are used up at the token endpoint, too.
    let exchange = async |secret: &str| {
        let request = nobody.http.post(format!("{}/oauth2/token", server.url)).basic_auth(&id, Some(secret));
        let answer = request.form(&[("grant_type", "client_credentials")]).send().await.unwrap();
        let wait = header(&answer, "retry-after");
        (answer.status().as_u16(), wait.is_some(), answer.json::<Value>().await.unwrap()["error"].clone())
    };
    assert_eq!(exchange("wrong").await, (429, true, json!("rate_limited")));
    assert_eq!(exchange(&secret).await, (200, false, Value::Null));
    let assert_as = async |own: &Own| {
        let assertion = own.assertion(&signing, &issuer);
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ];
        let request = nobody.http.post(format!("{}/oauth2/token", server.url)).form(&form);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(assert_as(&Own::ed25519()).await, 429);
    assert_eq!(assert_as(&own).await, 200);
    // A client that has proven itself withdraws what it likes.
    let revoke = async |secret: &str| {
        let request = nobody.http.post(format!("{}/oauth2/revoke", server.url)).basic_auth(&id, Some(secret));
        request.form(&[("token", "nonsense")]).send().await.unwrap().status().as_u16()
    };
    assert_eq!((revoke("wrong").await, revoke(&secret).await), (429, 200));
    // A login has its own limits, and a session needs no proof.
    assert_eq!(platform.admin.status(Method::GET, "/tokens").await, 200);
    server.admin().await;
}

async fn introspection_says_only_that_it_is_not_active(place: Where) {
    let server = strict(place).await;
    let platform = Platform::on(&server).await;
    let credential = platform.credential(&platform.apply("rsa").await).await;
    use_up(&platform.gateway, STRANGER).await;
    let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "library" })).await;
    let introspect = async |token: &str| {
        let request = server.nobody().http.post(format!("{}/oauth2/introspect", server.url));
        let request =
            request.bearer_auth(text(&key["key"])).form(&[("token", token), ("client_ip", STRANGER)]);
        request.send().await.unwrap().json::<Value>().await.unwrap()["active"].clone()
    };
    assert_eq!((introspect("nonsense").await, introspect(&credential).await), (json!(false), json!(true)));
    let now = Scrape::now(server.metrics.as_deref().unwrap()).await;
    let refused = r#"latchkey_decisions_total{door="introspect",reason="rate_limited"}"#;
    assert!(now.value(refused) >= 1.0);
}

async fn a_sealed_request_passes_beside_a_flood_of_garbage(place: Where) {
    let server = strict(place).await;
    let platform = Platform::on(&server).await;
    let file = platform.admin.get(&format!("/tokens/{}/file", platform.apply("rsa").await)).await;
    let mut other = file.clone();
    other["secret"] = json!("lks_wrong");
    // It costs a private-key operation, and is not valid.
    let garbage = sealed(&other, &json!({ "htm": "GET", "htu": DEVICE }));
    let gateway = &platform.gateway;
    for _ in 0..LIMIT {
        assert_eq!(reason_from(gateway, &garbage, STRANGER).await, "bad_proof");
    }
    assert_eq!(reason_from(gateway, &garbage, STRANGER).await, "rate_limited");
    let call = json!({ "credential": garbage, "method": "GET", "path": DEVICE, "client_ip": STRANGER });
    let flood = json!({ "calls": vec![call; 100] });
    let floods = async {
        let mut reasons = Vec::new();
        for answers in join_all((0..8).map(|_| gateway.ask("/verify/batch", &flood))).await {
            reasons.extend(answers["decisions"].as_array().unwrap().iter().map(reason));
        }
        reasons
    };
    let passing = async {
        for _ in 0..20 {
            let request = sealed(&file, &json!({ "htm": "GET", "htu": DEVICE }));
            assert_eq!(reason_from(gateway, &request, STRANGER).await, "allowed");
        }
    };
    let (reasons, ()) = tokio::join!(floods, passing);
    assert_eq!(reasons.len(), 800);
    // Now and then, one failure is forgiven.
    let refused = reasons.iter().filter(|reason| *reason == "rate_limited").count();
    assert!(refused >= 790, "{refused}");
    assert!(reasons.iter().all(|reason| matches!(&**reason, "rate_limited" | "bad_proof")));
}

async fn a_proxy_that_names_no_client_is_not_one(place: Where) {
    let trusted_proxies = TrustedProxies::from_iter(["127.0.0.0/8".parse().unwrap()]);
    let server = strict(Where { trusted_proxies, ..place }).await;
    let nobody = server.nobody().with_bearer("nonsense");
    for _ in 0..3 * LIMIT {
        assert_eq!(nobody.status(Method::GET, "/tokens").await, 401);
    }
    let from =
        |address: &str| nobody.send(Method::GET, "/tokens").header("X-Forwarded-For", address.to_owned());
    until_refused(401, || from(STRANGER)).await;
    assert_eq!(from("203.0.113.67").send().await.unwrap().status(), 401);
    assert_eq!(nobody.status(Method::GET, "/tokens").await, 401);
}

in_both_places! { verify_counts_by_address => verify_counts_by_the_address_of_the_client_alone }
in_both_places! { failures_are_forgiven => an_address_gets_its_failures_back }
in_both_places! { a_gateway_tells => a_gateway_tells_who_calls }
in_both_places! { api_and_token_endpoint => the_api_and_the_token_endpoint_refuse_strangers }
in_both_places! { introspection => introspection_says_only_that_it_is_not_active }
in_both_places! { sealed_beside_garbage => a_sealed_request_passes_beside_a_flood_of_garbage }
in_both_places! { a_proxy_without_client => a_proxy_that_names_no_client_is_not_one }
