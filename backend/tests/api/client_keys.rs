//! Tokens whose clients authenticate with their own key pair (RFC 7523).

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use latchkey::crypto::rsa::{KeyPair, KeySize};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::server::{DEVICE, Platform, Server, text, unique};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The key of a client: the private key, and the public key to register.
pub(crate) struct Own {
    key: EncodingKey,
    algorithm: Algorithm,
    pub(crate) public: String,
}

impl Own {
    pub(crate) fn ed25519() -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
        let x = URL_SAFE_NO_PAD.encode(pair.public_key());
        let public =
            json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": "a name of its own" }).to_string();
        Self { key: EncodingKey::from_ed_der(document.as_ref()), algorithm: Algorithm::EdDSA, public }
    }

    fn p256() -> Self {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref()).unwrap();
        let point = pair.public_key().as_ref();
        let [x, y] = [&point[1..33], &point[33..]].map(|half| URL_SAFE_NO_PAD.encode(half));
        let public = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y }).to_string();
        Self { key: EncodingKey::from_ec_der(document.as_ref()), algorithm: Algorithm::ES256, public }
    }

    fn rsa(algorithm: Algorithm) -> Self {
        let pair = KeyPair::generate(KeySize::Bits2048);
        let private = base64::engine::general_purpose::STANDARD.encode(&pair.private_pkcs8);
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{private}\n-----END PRIVATE KEY-----\n");
        let key = EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
        Self { key, algorithm, public: pair.public.to_pem() }
    }

    pub(crate) fn sign(&self, kid: Option<&str>, typ: Option<&str>, claims: &Value) -> String {
        let mut header = Header::new(self.algorithm);
        header.kid = kid.map(str::to_owned);
        header.typ = typ.map(str::to_owned);
        encode(&header, claims, &self.key).unwrap()
    }

    pub(crate) fn assertion(&self, client_id: &str, audience: &str) -> String {
        self.sign(None, Some("JWT"), &assertion(client_id, audience))
    }
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn assertion(client_id: &str, audience: &str) -> Value {
    let now = seconds();
    json!({ "iss": client_id, "sub": client_id, "aud": audience, "iat": now, "exp": now + 60, "jti": unique("jti") })
}

fn signed_request(method: &str, path: &str) -> Value {
    json!({ "iat": seconds(), "jti": unique("jti"), "htm": method, "htu": path })
}

/// Requests an access token with a client assertion. Returns the status and the body.
async fn exchange(server: &Server, assertion: &str, more: &[(&str, &str)]) -> (StatusCode, Value) {
    let mut form = vec![
        ("grant_type", "client_credentials"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", assertion),
    ];
    form.extend(more);
    let request = server.nobody().http.post(format!("{}/oauth2/token", server.url)).form(&form);
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

pub(crate) async fn issuer(server: &Server) -> String {
    let url = format!("{}/.well-known/oauth-authorization-server", server.url);
    let metadata: Value = server.nobody().http.get(url).send().await.unwrap().json().await.unwrap();
    text(&metadata["issuer"])
}

async fn apply(platform: &Platform, kind: &str, public: &str) -> Value {
    let mut wanted = Platform::wanted(kind);
    wanted["public_key"] = json!(public);
    platform.admin.post("/tokens", &wanted).await
}

on_both_engines! {
    async fn a_token_with_a_key_of_the_client_shares_no_secret(server) {
        let platform = Platform::on(server).await;
        let issuer = issuer(server).await;
        for (own, kind) in [
            (Own::ed25519(), "jwt"),
            (Own::p256(), "rsa"),
            (Own::rsa(Algorithm::RS256), "jwt"),
            (Own::rsa(Algorithm::PS256), "rsa"),
        ] {
            let token = apply(&platform, kind, &own.public).await;
            let id = text(&token["id"]);
            assert!(text(&token["client_key"]["kid"]).starts_with("key_"), "{token}");
            assert_eq!(token["key_size"], json!(null));
            assert_eq!(platform.admin.get("/tokens").await["items"][0]["has_client_key"], true);
            let problem = platform.admin.refused(Method::GET, &format!("/tokens/{id}/secret"), &json!({})).await;
            assert_eq!((problem.status, problem.kind()), (409, "conflict"));
            let file = platform.admin.get(&format!("/tokens/{id}/file")).await;
            assert_eq!(file["auth_method"], "private_key_jwt");
            assert_eq!(file["public_key"], token["client_key"]);
            for secret in ["secret", "secret_id", "open_token", "curl"] {
                assert!(file.get(secret).is_none(), "{secret}: {file}");
            }

            for audience in [issuer.clone(), format!("{issuer}/oauth2/token")] {
                let (status, granted) = exchange(server, &own.assertion(&id, &audience), &[]).await;
                assert_eq!(status, StatusCode::OK, "{granted}");
                let jwt = text(&granted["access_token"]);
                assert_eq!(platform.reason(&jwt, "GET", DEVICE).await, "allowed");
            }
            assert_eq!(platform.exchange(&id, "lkj_0000").await["error"], "invalid_client");

            platform.admin.delete(&format!("/tokens/{id}")).await;
            let (status, refused) = exchange(server, &own.assertion(&id, &issuer), &[]).await;
            assert_eq!((status, &refused["error"]), (StatusCode::UNAUTHORIZED, &json!("invalid_client")));
        }
    }

    async fn an_assertion_has_our_audience_a_short_life_and_one_use(server) {
        let platform = Platform::on(server).await;
        let issuer = issuer(server).await;
        let own = Own::ed25519();
        let id = text(&apply(&platform, "jwt", &own.public).await["id"]);
        let other = text(&apply(&platform, "jwt", &Own::ed25519().public).await["id"]);
        let good = own.assertion(&id, &issuer);
        assert_eq!(exchange(server, &good, &[("client_id", &id)]).await.0, StatusCode::OK);
        let (status, refused) = exchange(server, &good, &[]).await;
        assert_eq!((status, &refused["error"]), (StatusCode::UNAUTHORIZED, &json!("invalid_client")));
        assert!(text(&refused["error_description"]).contains("jti"), "{refused}");

        let with = |name: &str, value: Value| {
            let mut claims = assertion(&id, &issuer);
            claims[name] = value;
            claims
        };
        let mut without_iat = with("exp", json!(seconds() + 3_600));
        without_iat.as_object_mut().unwrap().remove("iat");
        for claims in [
            with("aud", json!("https://other.example")),
            with("aud", json!([issuer.clone(), "https://other.example"])),
            with("iss", json!(other)),
            with("sub", json!(other)),
            with("exp", json!(seconds() - 60)),
            with("iat", json!(seconds() + 600)),
            with("iat", json!(seconds() - 600)),
            with("nbf", json!(seconds() + 600)),
            with("jti", json!("")),
            with("jti", json!(null)),
            with("exp", json!(null)),
            without_iat,
        ] {
            let claims = if claims["iat"] == json!(seconds() - 600) {
                json!({ "iss": id, "sub": id, "aud": issuer, "iat": seconds() - 600, "exp": seconds() + 3_600, "jti": unique("jti") })
            } else {
                claims
            };
            let (status, refused) = exchange(server, &own.sign(None, None, &claims), &[]).await;
            assert_eq!((status, &refused["error"]), (StatusCode::UNAUTHORIZED, &json!("invalid_client")), "{claims}: {refused}");
        }
        // An assertion with a lifetime of an hour is accepted, but is valid for only five minutes.
        let hour = with("exp", json!(seconds() + 3_600));
        assert_eq!(exchange(server, &own.sign(None, None, &hour), &[]).await.0, StatusCode::OK);
        let array = with("aud", json!([issuer.clone(), format!("{issuer}/oauth2/token")]));
        assert_eq!(exchange(server, &own.sign(Some("a name of its own"), None, &array), &[]).await.0, StatusCode::OK);

        let fresh = own.assertion(&id, &issuer);
        assert_eq!(exchange(server, &fresh, &[("client_id", &other)]).await.1["error"], "invalid_client");
        assert_eq!(exchange(server, &fresh, &[("client_secret", "x")]).await.1["error"], "invalid_request");
        let stranger = Own::ed25519().assertion(&id, &issuer);
        assert_eq!(exchange(server, &stranger, &[]).await.1["error"], "invalid_client");
        let request = own.sign(None, Some("sign+jwt"), &assertion(&id, &issuer));
        assert_eq!(exchange(server, &request, &[]).await.1["error"], "invalid_client", "signed for something else");
        for broken in ["x", "a.b.c", "..", &fresh[..fresh.len() - 8]] {
            assert_eq!(exchange(server, broken, &[]).await.1["error"], "invalid_client", "{broken}");
        }
        let wrong_type = [
            ("grant_type", "client_credentials"),
            ("client_assertion", fresh.as_str()),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"),
        ];
        let request = server.nobody().http.post(format!("{}/oauth2/token", server.url)).form(&wrong_type);
        let refused: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(refused["error"], "invalid_request");
        assert_eq!(exchange(server, &fresh, &[]).await.0, StatusCode::OK, "no refusal used it up");
    }

    async fn a_signed_request_passes_once_and_for_its_call_only(server) {
        let platform = Platform::on(server).await;
        let own = Own::p256();
        let mut wanted = Platform::wanted("rsa");
        wanted["public_key"] = json!(own.public);
        wanted["one_time_only"] = json!(true);
        let token = platform.admin.post("/tokens", &wanted).await;
        let (id, kid) = (text(&token["id"]), text(&token["client_key"]["kid"]));
        let sign = |claims: &Value| own.sign(Some(&kid), Some("sign+jwt"), claims);
        let signed = sign(&signed_request("GET", DEVICE));
        assert_eq!(platform.reason(&signed, "PATCH", DEVICE).await, "proof_mismatch");
        assert_eq!(platform.reason(&signed, "GET", "/projects/harbour/devices/8").await, "proof_mismatch");
        let decision = platform.decide(&signed, "GET", DEVICE).await;
        assert_eq!(decision["allowed"], true, "{decision}");
        assert_eq!(decision["token"]["id"], id.as_str());
        assert_eq!(platform.reason(&signed, "GET", DEVICE).await, "replayed");
        assert_eq!(platform.introspect(&sign(&signed_request("GET", DEVICE))).await, json!({ "active": false }));

        let with = |name: &str, value: Value| {
            let mut claims = signed_request("GET", DEVICE);
            claims[name] = value;
            sign(&claims)
        };
        let claims = signed_request("GET", DEVICE);
        for (credential, reason) in [
            (with("iat", json!(seconds() - 600)), "stale"),
            (with("iat", json!(seconds() + 600)), "not_yet_valid"),
            (with("htu", json!("https://evil.example/projects")), "proof_mismatch"),
            (with("aud", json!("https://other.example")), "proof_mismatch"),
            (with("aud", json!("https://fleet.example")), "allowed"),
            (with("htu", json!(format!("https://fleet.example{DEVICE}"))), "allowed"),
            (with("jti", json!("short")), "malformed"),
            (with("htm", json!(null)), "malformed"),
            (own.sign(Some(&kid), Some("JWT"), &claims), "unknown_token"),
            (own.sign(Some(&kid), None, &claims), "malformed"),
            (own.sign(None, Some("sign+jwt"), &claims), "malformed"),
            (own.sign(Some("key_unknown"), Some("sign+jwt"), &claims), "unknown_token"),
            (Own::p256().sign(Some(&kid), Some("sign+jwt"), &claims), "bad_proof"),
            (Own::ed25519().sign(Some(&kid), Some("sign+jwt"), &claims), "bad_proof"),
        ] {
            let found = platform.reason(&credential, "GET", DEVICE).await;
            assert!(found == reason || reason == "unknown_token" && found == "malformed", "{reason}: {found}");
        }
        let issuer = issuer(server).await;
        let (status, refused) = exchange(server, &own.assertion(&id, &issuer), &[]).await;
        assert_eq!((status, &refused["error"]), (StatusCode::BAD_REQUEST, &json!("unauthorized_client")));

        let jwt = apply(&platform, "jwt", &own.public).await;
        let of_user = own.sign(jwt["client_key"]["kid"].as_str(), Some("sign+jwt"), &signed_request("GET", DEVICE));
        assert_eq!(platform.reason(&of_user, "GET", DEVICE).await, "unknown_token", "it names no user");

        platform.admin.delete(&format!("/tokens/{id}")).await;
        assert_eq!(platform.reason(&sign(&signed_request("GET", DEVICE)), "GET", DEVICE).await, "unknown_token");
    }

    async fn a_client_key_is_replaced_with_an_overlap(server) {
        let platform = Platform::on(server).await;
        let issuer = issuer(server).await;
        let (old, new) = (Own::ed25519(), Own::p256());
        let token = apply(&platform, "jwt", &old.public).await;
        let id = text(&token["id"]);
        let rotate = format!("/tokens/{id}/rotate");
        let problem = platform.admin.refused(Method::POST, &rotate, &json!({})).await;
        assert_eq!(problem.fields(), ["public_key:required"]);
        let rotated = json!({ "overlap_seconds": 3600, "public_key": new.public });
        let answer = platform.admin.send(Method::POST, &rotate).json(&rotated).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["client_key"]["kty"], "EC", "{answer}");
        assert_ne!(answer["client_key"]["kid"], token["client_key"]["kid"]);
        for own in [&old, &new] {
            assert_eq!(exchange(server, &own.assertion(&id, &issuer), &[]).await.0, StatusCode::OK);
        }
        let again = json!({ "public_key": new.public });
        platform.admin.send(Method::POST, &rotate).json(&again).send().await.unwrap();
        assert_eq!(exchange(server, &old.assertion(&id, &issuer), &[]).await.0, StatusCode::UNAUTHORIZED);
        assert_eq!(exchange(server, &new.assertion(&id, &issuer), &[]).await.0, StatusCode::OK);

        let with_secret = platform.apply("jwt").await;
        let problem = platform.admin.refused(Method::POST, &format!("/tokens/{with_secret}/rotate"), &again).await;
        assert_eq!(problem.fields(), ["public_key:wrong_kind"]);
    }

    async fn a_private_key_is_refused_and_kept_nowhere(server) {
        let platform = Platform::on(server).await;
        let pair = KeyPair::generate(KeySize::Bits2048);
        let body = base64::engine::general_purpose::STANDARD.encode(&pair.private_pkcs8);
        let private = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----");
        let mut wanted = Platform::wanted("rsa");
        wanted["public_key"] = json!(private);
        wanted["key_size"] = json!(4096);
        let answer = platform.admin.send(Method::POST, "/tokens").json(&wanted).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let body_of_answer = answer.text().await.unwrap();
        assert!(body_of_answer.contains("private_key") && !body_of_answer.contains(&body[..40]), "{body_of_answer}");
        let problem = platform.admin.refused(Method::POST, "/tokens", &wanted).await;
        assert_eq!(problem.fields(), ["key_size:contradiction", "public_key:private_key"]);
        assert_eq!(platform.admin.get("/tokens").await["items"], json!([]));
    }
}
