#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::LazyLock;

use latchkey_shared::ids::TokenId;
use proptest::prelude::*;

use super::*;
use crate::crypto::claims::WrongTime;
use crate::crypto::from_base64url;

const ALGORITHMS: [Algorithm; 3] = [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa];
const ISSUER: &str = "https://latchkey.example";

static KEYS: LazyLock<Vec<SigningKeys>> =
    LazyLock::new(|| ALGORITHMS.iter().map(|&algorithm| keys_of(vec![key(algorithm)])).collect());

fn key(algorithm: Algorithm) -> SigningKey {
    let der = SigningKey::generate_pkcs8(algorithm);
    SigningKey::from_pkcs8(KeyId::new(), algorithm, Term::default(), &der).unwrap()
}

fn keys_of(keys: Vec<SigningKey>) -> SigningKeys {
    let algorithm = keys[0].algorithm;
    SigningKeys::new(ISSUER.to_owned(), algorithm, keys).unwrap()
}

/// A moment at which all of these keys sign.
const NOW: i64 = 1_000_000;

fn claims() -> Claims {
    Claims {
        iss: ISSUER.to_owned(),
        sub: "usr_1".to_owned(),
        aud: "https://billing.example".to_owned(),
        client_id: TokenId::new(),
        iat: 1_000,
        nbf: 1_000,
        exp: 1_600,
        jti: "1".to_owned(),
        generation: 1,
        scope: Some("billing:list billing:pay".to_owned()),
        projects: Some(vec!["site".to_owned()]),
        all_projects: false,
        grants: None,
    }
}

/// A token with another header, signed by the key all the same.
fn with_header(keys: &SigningKeys, header: &Value) -> String {
    let key = &keys.first;
    let forged = SigningKey {
        kid: key.kid.clone(),
        term: key.term,
        algorithm: key.algorithm,
        pair: match &key.pair {
            Pair::Ed25519(pair) => {
                Pair::Ed25519(Ed25519KeyPair::from_pkcs8(pair.to_pkcs8().unwrap().as_ref()).unwrap())
            }
            _ => unreachable!("tests forge with Ed25519"),
        },
        public: key.public.clone(),
        jwk: key.jwk.clone(),
        header: to_base64url(header.to_string()),
    };
    forged.sign(&claims())
}

#[test]
fn a_token_is_good_for_the_keys_that_signed_it() {
    for (keys, algorithm) in KEYS.iter().zip(ALGORITHMS) {
        let claims = claims();
        let token = keys.sign(&claims, NOW);
        let kid = keys.first.kid.clone();
        assert_eq!(keys.verify(&token), Ok(Verified { claims, kid }), "{algorithm:?}");
        let other = keys_of(vec![key(algorithm)]);
        assert_eq!(other.verify(&token), Err(Invalid::UnknownKey), "{algorithm:?}");
        assert_eq!(algorithm.as_str().parse(), Ok(algorithm));
    }
    assert_eq!("HS256".parse::<Algorithm>(), Err(NotAnAlgorithm));
}

#[test]
fn a_key_that_no_longer_signs_still_verifies() {
    let old = keys_of(vec![key(Algorithm::EdDsa)]);
    let token = old.sign(&claims(), NOW);
    let keys = keys_of(vec![key(Algorithm::Es256), old.first]);
    assert!(keys.verify(&token).is_ok());
    assert!(keys.verify(&keys.sign(&claims(), NOW)).is_ok());
    assert_eq!(keys.jwks(NOW)["keys"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_key_signs_in_its_term_and_verifies_besides() {
    let with = |algorithm, signs_from, retired_at| {
        let der = SigningKey::generate_pkcs8(algorithm);
        SigningKey::from_pkcs8(KeyId::new(), algorithm, Term { signs_from, retired_at }, &der).unwrap()
    };
    let keys = vec![
        with(Algorithm::EdDsa, 200, None),
        with(Algorithm::EdDsa, 100, Some(200)),
        with(Algorithm::Es256, 0, Some(100)),
    ];
    let kids: Vec<KeyId> = keys.iter().map(|key| key.kid.clone()).collect();
    let keys = keys_of(keys);
    for (now, index) in [(0, 2), (99, 2), (100, 1), (199, 1), (200, 0), (1_000, 0)] {
        assert_eq!(*keys.signing_kid(now), kids[index], "{now}");
        assert_eq!(keys.jwks(now)["keys"][0]["kid"], kids[index].as_str());
        assert_eq!(keys.verify(&keys.sign(&claims(), now)).map(|found| found.kid), Ok(kids[index].clone()));
    }
    assert_eq!(keys.jwks(0)["keys"].as_array().map(Vec::len), Some(3), "published before and after");
    let of_both = keys_of(vec![with(Algorithm::EdDsa, 0, None), with(Algorithm::Es256, 0, None)]);
    assert_eq!(of_both.signing_kid(1), of_both.first.kid());
}

#[test]
fn published_keys_are_public_and_complete() {
    for (keys, expected) in KEYS.iter().zip([
        ["alg", "e", "kid", "kty", "n", "use"].as_slice(),
        &["alg", "crv", "kid", "kty", "use", "x", "y"],
        &["alg", "crv", "kid", "kty", "use", "x"],
    ]) {
        let set = keys.jwks(NOW);
        let jwk = set["keys"][0].as_object().unwrap();
        let mut names: Vec<&String> = jwk.keys().collect();
        names.sort();
        assert_eq!(names, expected);
        assert_eq!(
            (jwk["use"].as_str(), jwk["kid"].as_str()),
            (Some("sig"), Some(keys.signing_kid(NOW).as_str()))
        );
        let read: jsonwebtoken::jwk::Jwk = serde_json::from_value(set["keys"][0].clone()).unwrap();
        let public = DecodingKey::from_jwk(&read).unwrap();
        let mut validation = Validation::new(keys.first.algorithm.for_verification());
        validation.validate_exp = false;
        validation.validate_aud = false;
        assert!(jsonwebtoken::decode::<Claims>(keys.sign(&claims(), NOW), &public, &validation).is_ok());
    }
}

#[test]
fn a_token_is_good_from_nbf_until_exp() {
    let claims = claims();
    assert_eq!(claims.valid_at(1_000_000), Ok(()));
    assert_eq!(claims.valid_at(1_599_999), Ok(()));
    assert_eq!(claims.valid_at(1_600_000), Err(WrongTime::Expired));
    assert_eq!(claims.valid_at(995_000), Ok(()), "clocks differ");
    assert_eq!(claims.valid_at(994_999), Err(WrongTime::NotYetValid));
    let absurd = Claims { nbf: i64::MIN, exp: i64::MAX, ..claims };
    assert_eq!(absurd.valid_at(0), Ok(()));
}

#[test]
fn the_header_chooses_neither_key_nor_algorithm() {
    let keys = &KEYS[2];
    let kid = keys.signing_kid(NOW).as_str();
    let verify = |header: Value| keys.verify(&with_header(keys, &header)).map(|_| ());
    assert_eq!(verify(json!({"alg": "EdDSA", "typ": "application/AT+JWT", "kid": kid})), Ok(()));
    for (header, expected) in [
        (json!({"alg": "EdDSA", "typ": "JWT", "kid": kid}), Invalid::Malformed),
        (json!({"alg": "EdDSA", "kid": kid}), Invalid::Malformed),
        (json!({"alg": "EdDSA", "typ": "at+jwt"}), Invalid::Malformed),
        (json!({"typ": "at+jwt", "kid": kid}), Invalid::Malformed),
        (json!({"alg": "EdDSA", "typ": "at+jwt", "kid": 1}), Invalid::Malformed),
        (json!({"alg": "EdDSA", "typ": "at+jwt", "kid": "key_x"}), Invalid::UnknownKey),
        (json!({"alg": "none", "typ": "at+jwt", "kid": kid}), Invalid::BadSignature),
        (json!({"alg": "HS256", "typ": "at+jwt", "kid": kid}), Invalid::BadSignature),
        (json!({"alg": "RS256", "typ": "at+jwt", "kid": kid}), Invalid::BadSignature),
        (json!({"alg": "EdDSA", "typ": "at+jwt", "kid": kid, "crit": ["exp"]}), Invalid::Malformed),
        (json!({"alg": "EdDSA", "typ": "at+jwt", "kid": kid, "jku": "https://e"}), Invalid::Malformed),
        (json!({"alg": "EdDSA", "typ": "at+jwt", "kid": kid, "x5u": "https://e"}), Invalid::Malformed),
        (json!({"alg": "EdDSA", "typ": "at+jwt", "kid": kid, "x5c": []}), Invalid::Malformed),
        (json!({"alg": "EdDSA", "typ": "at+jwt", "kid": kid, "jwk": keys.first.jwk}), Invalid::Malformed),
    ] {
        assert_eq!(verify(header.clone()), Err(expected), "{header}");
    }
}

#[test]
fn the_public_key_cannot_be_used_as_an_hmac_secret() {
    let keys = &KEYS[0];
    let modulus = from_base64url(keys.first.jwk["n"].as_str().unwrap()).unwrap();
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    header.kid = Some(keys.signing_kid(NOW).to_string());
    header.typ = Some("at+jwt".to_owned());
    let secret = jsonwebtoken::EncodingKey::from_secret(&modulus);
    let forged = jsonwebtoken::encode(&header, &claims(), &secret).unwrap();
    assert_eq!(keys.verify(&forged), Err(Invalid::BadSignature));
}

#[test]
fn a_token_in_another_name_is_refused() {
    let keys = &KEYS[2];
    let claims = Claims { iss: "https://other.example".to_owned(), ..claims() };
    assert_eq!(keys.verify(&keys.sign(&claims, NOW)), Err(Invalid::ForeignIssuer));
}

#[test]
fn a_private_key_of_another_algorithm_is_refused() {
    for algorithm in ALGORITHMS {
        for other in ALGORITHMS.into_iter().filter(|&other| other != algorithm) {
            let der = SigningKey::generate_pkcs8(other);
            assert!(
                SigningKey::from_pkcs8(KeyId::new(), algorithm, Term::default(), &der).is_err(),
                "{algorithm:?} {other:?}"
            );
        }
    }
}

proptest! {
    #[test]
    fn a_flipped_bit_is_noticed(index in 0..3_usize, position in 0..4_096_usize, bit in 0..7_u8) {
        let keys = &KEYS[index];
        let mut bytes = keys.sign(&claims(), NOW).into_bytes();
        let position = position % bytes.len();
        bytes[position] ^= 1 << bit;
        let text = String::from_utf8(bytes).unwrap();
        prop_assert!(keys.verify(&text).is_err(), "{}", text);
    }

    #[test]
    fn no_text_panics(text in ".{0,200}", dotted in "([A-Za-z0-9_=-]{0,20}\\.){1,4}") {
        for keys in KEYS.iter() {
            prop_assert!(keys.verify(&text).is_err());
            prop_assert!(keys.verify(&dotted).is_err());
        }
    }
}
