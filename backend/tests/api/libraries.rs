//! The OAuth flow of a client with the `oauth2` crate, and the verification of JWTs with `jsonwebtoken` and
//! the published keys. The tests with Python and Node libraries are in `e2e/clients`.

use std::collections::HashMap;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use oauth2::basic::{BasicClient, BasicErrorResponseType};
use oauth2::{
    AccessToken, AuthType, ClientId, ClientSecret, HttpRequest, HttpResponse, IntrospectionUrl,
    RequestTokenError, RevocationUrl, Scope, StandardRevocableToken, TokenIntrospectionResponse as _,
    TokenResponse as _, TokenUrl,
};
use serde_json::{Value, json};

use crate::client_keys::Own;
use crate::on_both_engines;
use crate::server::{Platform, Server, text};

/// Sends a request of the crate to the server under test. The crate requires HTTPS for revocation, so its
/// URLs look as if a proxy terminated TLS.
async fn send(server: &str, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let (parts, body) = request.into_parts();
    let url = format!("{server}{}", parts.uri.path());
    let request = reqwest::Client::new().request(parts.method, url).headers(parts.headers).body(body);
    let answer = request.send().await?;
    let mut response = HttpResponse::new(Vec::new());
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    *response.body_mut() = answer.bytes().await?.to_vec();
    Ok(response)
}

async fn get(server: &Server, path: &str) -> Value {
    server.nobody().http.get(format!("{}{path}", server.url)).send().await.unwrap().json().await.unwrap()
}

/// Verifies a JWT with only the published keys (RFC 9068 §4).
async fn verified(server: &Server, metadata: &Value, jwt: &str) -> HashMap<String, Value> {
    let keys = text(&metadata["jwks_uri"]).replace(metadata["issuer"].as_str().unwrap(), "");
    let keys: JwkSet = serde_json::from_value(get(server, &keys).await).unwrap();
    let header = decode_header(jwt).unwrap();
    assert_eq!(header.typ.as_deref(), Some("at+jwt"));
    let key = keys.find(header.kid.as_deref().unwrap()).unwrap();
    let mut validation = Validation::new(key.common.key_algorithm.unwrap().to_string().parse().unwrap());
    validation.set_audience(&["https://fleet.example"]);
    validation.set_issuer(&[metadata["issuer"].as_str().unwrap()]);
    decode(jwt, &DecodingKey::from_jwk(key).unwrap(), &validation).unwrap().claims
}

on_both_engines! {
    async fn the_oauth2_crate_obtains_introspects_and_revokes_an_access_token(server) {
        let platform = Platform::on(server).await;
        let metadata = get(server, "/.well-known/oauth-authorization-server").await;
        let endpoint = |name: &str| text(&metadata[name]).replacen("http://", "https://", 1);
        let send = |request: HttpRequest| send(&server.url, request);
        let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "crate" })).await;
        let system = BasicClient::new(ClientId::new("fleet".to_owned()))
            .set_client_secret(ClientSecret::new(text(&key["key"])))
            .set_introspection_url(IntrospectionUrl::new(endpoint("introspection_endpoint")).unwrap());

        let own = Own::ed25519();
        let mut with_own_key = Platform::wanted("jwt");
        with_own_key["public_key"] = json!(own.public);
        let with_own_key = text(&platform.admin.post("/tokens", &with_own_key).await["id"]);
        let with_secret = platform.apply("jwt").await;
        let secret = text(&platform.admin.get(&format!("/tokens/{with_secret}/secret")).await["secret_id"]);
        for (id, secret, method) in [
            (&with_secret, Some(&secret), AuthType::BasicAuth),
            (&with_secret, Some(&secret), AuthType::RequestBody),
            (&with_own_key, None, AuthType::RequestBody),
        ] {
            let mut client = BasicClient::new(ClientId::new(id.clone()))
                .set_auth_type(method)
                .set_token_uri(TokenUrl::new(endpoint("token_endpoint")).unwrap())
                .set_revocation_url(RevocationUrl::new(endpoint("revocation_endpoint")).unwrap());
            if let Some(secret) = secret {
                client = client.set_client_secret(ClientSecret::new(secret.clone()));
            }
            // The crate has no API for this authentication method, so it is sent as extra parameters.
            let assertion = || {
                let assertion = own.assertion(id, metadata["issuer"].as_str().unwrap());
                [
                    ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned()),
                    ("client_assertion", assertion),
                ]
            };
            let mut request = client
                .exchange_client_credentials()
                .add_scope(Scope::new("fleet:readDevice".to_owned()))
                .add_extra_param("resource", "https://fleet.example");
            let mut wrong = client.exchange_client_credentials().add_scope(Scope::new("nothing".to_owned()));
            if secret.is_none() {
                for (name, value) in assertion() {
                    request = request.add_extra_param(name, value);
                }
                for (name, value) in assertion() {
                    wrong = wrong.add_extra_param(name, value);
                }
            }
            let granted = request.request_async(&send).await.unwrap();
            let jwt = granted.access_token().secret().clone();
            let claims = verified(server, &metadata, &jwt).await;
            assert_eq!((&claims["client_id"], &claims["scope"]), (&json!(id), &json!("fleet:readDevice")));

            let token = AccessToken::new(jwt);
            let found = system.introspect(&token).request_async(&send).await.unwrap();
            assert!(found.active());
            assert_eq!((found.username(), found.client_id().unwrap().as_str()), (Some("ada"), id.as_str()));
            let mut revocation =
                client.revoke_token(StandardRevocableToken::AccessToken(token.clone())).unwrap();
            if secret.is_none() {
                for (name, value) in assertion() {
                    revocation = revocation.add_extra_param(name, value);
                }
            }
            revocation.request_async(&send).await.unwrap();
            assert!(!system.introspect(&token).request_async(&send).await.unwrap().active());

            match wrong.request_async(&send).await.unwrap_err() {
                RequestTokenError::ServerResponse(response) => {
                    assert_eq!(*response.error(), BasicErrorResponseType::InvalidScope);
                }
                other => panic!("{other}"),
            }
        }
    }
}
