#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::crypto::rsa::{KeyPair, KeySize};

fn code(text: &str) -> &'static str {
    ClientKey::parse(text).err().map_or("taken", |refusal| refusal.code)
}

fn ed25519() -> (Ed25519KeyPair, Value) {
    let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": to_base64url(pair.public_key()) });
    (pair, jwk)
}

fn pem(label: &str, der: &[u8]) -> String {
    let body = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der);
    let lines: Vec<&str> =
        body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

#[test]
fn a_key_is_read_from_pem_and_from_its_jwk() {
    let rsa = KeyPair::generate(KeySize::Bits2048);
    let jwk = rsa.public.to_jwk("own");
    let of_jwk = ClientKey::parse(&json!({ "kty": "RSA", "n": jwk.n, "e": jwk.e }).to_string()).unwrap();
    for text in [rsa.public.to_pem(), rsa.public.to_pem().replace('\n', "\r\n")] {
        assert_eq!(ClientKey::parse(&text).unwrap().numbers, of_jwk.numbers);
    }
    assert_eq!(of_jwk.algorithms().collect::<Vec<_>>(), ["RS256", "PS256"]);
    let with_zeros = to_base64url([&[0, 0], &from_base64url(&jwk.n).unwrap()[..]].concat());
    let led_by_zeros = json!({ "kty": "RSA", "n": with_zeros, "e": jwk.e }).to_string();
    assert_eq!(ClientKey::parse(&led_by_zeros).unwrap().numbers, of_jwk.numbers);
    let kid = KeyId::new();
    let stored = json!(of_jwk.to_jwk(&kid)).to_string();
    assert_eq!(ClientKey::parse(&stored).unwrap().to_jwk(&kid), of_jwk.to_jwk(&kid));

    let (pair, jwk) = ed25519();
    let der = [
        &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00],
        pair.public_key().as_ref(),
    ]
    .concat();
    let of_pem = ClientKey::parse(&pem("PUBLIC KEY", &der)).unwrap();
    assert_eq!(of_pem.numbers, ClientKey::parse(&jwk.to_string()).unwrap().numbers);
}

#[test]
fn an_invalid_public_key_is_refused_and_not_repeated_in_the_error() {
    let rsa = KeyPair::generate(KeySize::Bits2048);
    let jwk = rsa.public.to_jwk("own");
    let with = |name: &str, value: Value| {
        let mut jwk = json!({ "kty": "RSA", "n": jwk.n, "e": jwk.e });
        jwk[name] = value;
        jwk.to_string()
    };
    let small = to_base64url([&[0x80], &[1; 127][..]].concat());
    let (_, okp) = ed25519();
    for (text, expected) in [
        (String::new(), "required"),
        ("x".repeat(LONGEST_KEY + 1), "too_long"),
        ("ssh-ed25519 AAAA".to_owned(), "unreadable"),
        (pem("PRIVATE KEY", &rsa.private_pkcs8), "private_key"),
        (pem("EC PRIVATE KEY", &[1]), "private_key"),
        (pem("ENCRYPTED PRIVATE KEY", &[1]), "private_key"),
        (format!("{}{}", rsa.public.to_pem(), pem("RSA PRIVATE KEY", &[1])), "private_key"),
        (pem("CERTIFICATE", &[1]), "unsupported_key"),
        (pem("PUBLIC KEY", &[1]), "unreadable"),
        (format!("{0}{0}", rsa.public.to_pem()), "unreadable"),
        (with("d", json!("AQAB")), "private_key"),
        (with("oth", json!([])), "private_key"),
        (json!({ "kty": "oct", "k": "AAAA" }).to_string(), "private_key"),
        (json!({ "kty": "oct" }).to_string(), "unsupported_key"),
        (json!({ "keys": [okp.clone()] }).to_string(), "unsupported_key"),
        (json!({ "kty": "EC", "crv": "P-384", "x": "AA", "y": "AA" }).to_string(), "unsupported_key"),
        (json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" }).to_string(), "unreadable"),
        (json!({ "kty": "OKP", "crv": "X25519", "x": okp["x"] }).to_string(), "unsupported_key"),
        (json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA" }).to_string(), "unreadable"),
        (with("n", json!(small)), "weak_key"),
        (with("n", json!("AA")), "unreadable"),
        (with("e", json!("Ag")), "unreadable"),
        (with("use", json!("enc")), "unsupported_key"),
        (with("key_ops", json!(["encrypt"])), "unsupported_key"),
        (with("alg", json!("HS256")), "unsupported_key"),
        (with("alg", json!("PS256")), "taken"),
        ("{".to_owned(), "unreadable"),
        (r#"{"kty":"OKP","kty":"RSA"}"#.to_owned(), "unreadable"),
    ] {
        assert_eq!(code(&text), expected, "{text}");
    }
    let secret = pem("PRIVATE KEY", b"hush hush");
    let refusal = ClientKey::parse(&secret).unwrap_err();
    assert!(!refusal.message.contains(secret.lines().nth(1).unwrap()));
}

fn sign(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let message = format!("{}.{}", to_base64url(header.to_string()), to_base64url(claims.to_string()));
    format!("{message}.{}", to_base64url(sign(message.as_bytes())))
}

#[test]
fn the_key_decides_the_algorithm() {
    let (pair, jwk) = ed25519();
    let key = ClientKey::parse(&jwk.to_string()).unwrap();
    let claims = json!({ "sub": "x" });
    let verified = |header: Value| {
        let text = sign(&header, &claims, |message| pair.sign(message).as_ref().to_vec());
        Signed::parse(&text).map(|signed| key.verify::<Value>(&signed))
    };
    assert_eq!(verified(json!({ "alg": "EdDSA" })), Some(Ok(claims.clone())));
    assert_eq!(verified(json!({ "alg": "Ed25519" })), Some(Ok(claims.clone())));
    for alg in ["none", "HS256", "RS256", "ES256", ""] {
        assert_eq!(verified(json!({ "alg": alg })), Some(Err(Unverified::BadSignature)), "{alg}");
    }
    assert_eq!(verified(json!({ "alg": "EdDSA", "jwk": jwk })), None, "a key of the sender's choice");
    assert_eq!(verified(json!({})), None);

    let document =
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).unwrap();
    let point = pair.public_key().as_ref();
    let jwk = json!({ "kty": "EC", "crv": "P-256", "x": to_base64url(&point[1..33]), "y": to_base64url(&point[33..]) });
    let key = ClientKey::parse(&jwk.to_string()).unwrap();
    let text = sign(&json!({ "alg": "ES256" }), &claims, |message| {
        pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
    });
    assert_eq!(key.verify::<Value>(&Signed::parse(&text).unwrap()), Ok(claims));
    let twice = sign(&json!({ "alg": "ES256" }), &json!(null), |_| Vec::new());
    assert_eq!(Signed::parse(&twice).unwrap().claims::<Value>(), None, "not an object");
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,300}") {
        let _ = ClientKey::parse(&text);
        let _ = Signed::parse(&text).map(|signed| signed.claims::<Value>());
    }
}
