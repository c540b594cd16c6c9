//! Access tokens as signed JWTs (RFC 9068), and the keys that sign them. A key
//! decides its algorithm, never the header of a token.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RsaKeyPair, RsaPublicKeyComponents,
};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{DecodingKey, Validation};
use latchkey_shared::ids::{KeyId, TokenId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::jose::Header;
use super::rsa::{KeyPair, KeySize};
use super::to_base64url;

/// The longest token that is looked at, in bytes. What the server issues is
/// shorter: claims that would pass 4 KiB are left to an online check.
pub const MAX_LENGTH: usize = 16 * 1024;

/// How far the clocks of two nodes may differ, in milliseconds: a token just
/// issued by one that is ahead is good on one that is behind.
const CLOCK_DIFFERENCE: i64 = 5_000;

/// How tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum, Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits: what every verifier can read.
    #[default]
    #[value(name = "RS256")]
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA over P-256 with SHA-256.
    #[value(name = "ES256")]
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519 (RFC 8037).
    #[value(name = "EdDSA")]
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl Algorithm {
    /// The name in a header and in a JWK (RFC 7518 §3.1).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    const fn for_verification(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
            Self::EdDsa => jsonwebtoken::Algorithm::EdDSA,
        }
    }
}

/// No algorithm of this name signs tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("tokens are signed with RS256, ES256 or EdDSA")]
pub struct NotAnAlgorithm;

impl std::str::FromStr for Algorithm {
    type Err = NotAnAlgorithm;

    fn from_str(name: &str) -> Result<Self, NotAnAlgorithm> {
        let all = [Self::Rs256, Self::Es256, Self::EdDsa];
        all.into_iter().find(|algorithm| algorithm.as_str() == name).ok_or(NotAnAlgorithm)
    }
}

/// What an access token says (RFC 9068 §2.2). Its claims narrow what the token
/// it was issued for may do at the moment of a call; they never widen it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it: the public URL of this server.
    pub iss: String,
    /// Whom it speaks for: a user, or the client itself.
    pub sub: String,
    /// The one system that it is meant for.
    pub aud: String,
    /// The token that it was issued for.
    pub client_id: TokenId,
    /// Issued at, in seconds since the epoch.
    pub iat: i64,
    /// Not valid before, in seconds since the epoch.
    pub nbf: i64,
    /// Not valid from this second on.
    pub exp: i64,
    /// Its own id.
    pub jti: String,
    /// The generation of the credential that it was issued for.
    #[serde(rename = "gen")]
    pub generation: i64,
    /// The APIs that it is for, separated by spaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The projects that it is held to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projects: Option<Vec<String>>,
    /// Whether it is for all projects.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all_projects: bool,
    /// Where scope and projects are to be learnt, when they are too long to be here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants: Option<Grants>,
}

/// Where a verifier learns what a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grants {
    /// By asking this server.
    Online,
}

/// A token that is good, at another time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongTime {
    /// Its time is over.
    #[error("the access token has expired")]
    Expired,
    /// Its time has not come.
    #[error("the access token is not valid yet")]
    NotYetValid,
}

impl Claims {
    /// Whether the token is valid at a moment, in milliseconds since the epoch.
    pub fn valid_at(&self, now: i64) -> Result<(), WrongTime> {
        if now >= self.exp.saturating_mul(1_000) {
            Err(WrongTime::Expired)
        } else if now.saturating_add(CLOCK_DIFFERENCE) < self.nbf.saturating_mul(1_000) {
            Err(WrongTime::NotYetValid)
        } else {
            Ok(())
        }
    }
}

/// Why a text is no access token of this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// Not a JWT with a header and claims that this server can have written.
    #[error("not a well-formed access token")]
    Malformed,
    /// Signed, if at all, by a key that is not one of ours.
    #[error("the signing key is unknown")]
    UnknownKey,
    /// The signature, or the algorithm, is not that of the key.
    #[error("the signature is wrong")]
    BadSignature,
    /// Signed by one of our keys in the name of another issuer.
    #[error("issued in another name")]
    ForeignIssuer,
}

/// The bytes are no private key for the algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a private key of this algorithm")]
pub struct BadSigningKey;

enum Pair {
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// When a key signs, in milliseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Term {
    /// From when on; it is published before.
    pub signs_from: i64,
    /// Until when, if that is settled; it verifies for longer.
    pub retired_at: Option<i64>,
}

impl Term {
    /// Whether the key signs at a moment.
    #[must_use]
    pub fn holds(&self, now: i64) -> bool {
        self.signs_from <= now && self.retired_at.is_none_or(|end| now < end)
    }
}

/// A key that signs access tokens, loaded for use.
pub struct SigningKey {
    kid: KeyId,
    term: Term,
    algorithm: Algorithm,
    pair: Pair,
    public: DecodingKey,
    jwk: Value,
    /// The protected header of whatever it signs, encoded.
    header: String,
}

impl SigningKey {
    /// Makes a private key as PKCS#8 in DER. RS256 takes a while: call it where
    /// blocking is welcome.
    #[must_use]
    pub fn generate_pkcs8(algorithm: Algorithm) -> Zeroizing<Vec<u8>> {
        let random = SystemRandom::new();
        let document = match algorithm {
            Algorithm::Rs256 => return KeyPair::generate(KeySize::Bits2048).private_pkcs8,
            Algorithm::Es256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random),
            Algorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&random),
        };
        Zeroizing::new(document.expect("the operating system gives randomness").as_ref().to_vec())
    }

    /// Loads a private key.
    pub fn from_pkcs8(
        kid: KeyId,
        algorithm: Algorithm,
        term: Term,
        der: &[u8],
    ) -> Result<Self, BadSigningKey> {
        let (pair, public, mut jwk) = match algorithm {
            Algorithm::Rs256 => {
                let pair = RsaKeyPair::from_pkcs8(der).map_err(|_| BadSigningKey)?;
                let RsaPublicKeyComponents { n, e } =
                    RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                let public = DecodingKey::from_rsa_raw_components(&n, &e);
                (Pair::Rsa(pair), public, json!({"kty": "RSA", "n": to_base64url(n), "e": to_base64url(e)}))
            }
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der)
                    .map_err(|_| BadSigningKey)?;
                let point = pair.public_key().as_ref().to_vec();
                // SEC 1 §2.3.3: an uncompressed point is 4 and two coordinates of 32 bytes.
                let ([4], Some((x, y))) = (&point[..1], point[1..].split_at_checked(32)) else {
                    return Err(BadSigningKey);
                };
                let jwk = json!({"kty": "EC", "crv": "P-256", "x": to_base64url(x), "y": to_base64url(y)});
                (Pair::Ecdsa(pair), DecodingKey::from_ec_der(&point), jwk)
            }
            Algorithm::EdDsa => {
                let pair = Ed25519KeyPair::from_pkcs8(der).map_err(|_| BadSigningKey)?;
                let point = pair.public_key().as_ref().to_vec();
                let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": to_base64url(&point)});
                (Pair::Ed25519(pair), DecodingKey::from_ed_der(&point), jwk)
            }
        };
        jwk["kid"] = json!(kid);
        jwk["alg"] = json!(algorithm.as_str());
        jwk["use"] = json!("sig");
        let header =
            to_base64url(json!({"alg": algorithm.as_str(), "typ": "at+jwt", "kid": kid}).to_string());
        Ok(Self { kid, term, algorithm, pair, public, jwk, header })
    }

    /// The key's id.
    #[must_use]
    pub fn kid(&self) -> &KeyId {
        &self.kid
    }

    /// The public key as a JWK (RFC 7517) with `kid`, `alg` and `use`.
    #[must_use]
    pub fn jwk(&self) -> &Value {
        &self.jwk
    }

    /// Signs claims. The key pair stays loaded: `jsonwebtoken::encode` would
    /// parse and check it anew for every RS256 signature, which takes longer
    /// than the signature itself.
    fn sign(&self, claims: &Claims) -> String {
        let claims = serde_json::to_vec(claims).expect("claims are texts and numbers");
        let message = format!("{}.{}", self.header, to_base64url(claims));
        let random = SystemRandom::new();
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature)
                    .expect("the buffer has the length of the modulus");
                to_base64url(signature)
            }
            Pair::Ecdsa(pair) => {
                to_base64url(pair.sign(&random, message.as_bytes()).expect("the system gives randomness"))
            }
            Pair::Ed25519(pair) => to_base64url(pair.sign(message.as_bytes())),
        };
        format!("{message}.{signature}")
    }
}

/// The signing keys of an issuer: one that signs, those that will, and those
/// whose tokens are still good.
pub struct SigningKeys {
    issuer: String,
    algorithm: Algorithm,
    first: SigningKey,
    others: Vec<SigningKey>,
}

/// An access token whose signature held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What it says.
    pub claims: Claims,
    /// The key that signed it.
    pub kid: KeyId,
}

impl SigningKeys {
    /// The keys of an issuer, the latest first; `None` if there are none. Of
    /// those whose term it is, one of `algorithm` signs if there is one.
    #[must_use]
    pub fn new(issuer: String, algorithm: Algorithm, keys: Vec<SigningKey>) -> Option<Self> {
        let mut keys = keys.into_iter();
        Some(Self { issuer, algorithm, first: keys.next()?, others: keys.collect() })
    }

    /// The `iss` of every token.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Signs an access token at a moment. RS256 is a private-key operation of 250 µs or more: run
    /// it within [`PrivateOperations`](crate::crypto::operations::PrivateOperations).
    #[must_use]
    pub fn sign(&self, claims: &Claims, now: i64) -> String {
        self.signer(now).sign(claims)
    }

    /// The key that signs at a moment.
    fn signer(&self, now: i64) -> &SigningKey {
        let preferred = |key: &&SigningKey| {
            (key.term.holds(now), key.term.signs_from <= now, key.algorithm == self.algorithm)
        };
        // Of those that are alike the last, which is the latest.
        self.others.iter().rev().chain([&self.first]).max_by_key(preferred).unwrap_or(&self.first)
    }

    /// The id of the key that signs at a moment.
    #[must_use]
    pub fn signing_kid(&self, now: i64) -> &KeyId {
        self.signer(now).kid()
    }

    /// Whether a key is (still) one of them.
    #[must_use]
    pub fn holds(&self, kid: &KeyId) -> bool {
        self.all().any(|key| key.kid == *kid)
    }

    /// The claims of an access token that this server signed. Whether it is
    /// valid now ([`Claims::valid_at`]) and here (`aud`) is for the caller to ask.
    pub fn verify(&self, token: &str) -> Result<Verified, Invalid> {
        let (header, _) = token.split_once('.').ok_or(Invalid::Malformed)?;
        if token.len() > MAX_LENGTH {
            return Err(Invalid::Malformed);
        }
        let header = Header::parse(header).map_err(|_| Invalid::Malformed)?;
        let required = |name| header.required(name).map_err(|_| Invalid::Malformed);
        // RFC 9068 §4: nothing but an access token is one, an ID token of the same key neither.
        let typ = required("typ")?;
        if !["at+jwt", "application/at+jwt"].iter().any(|at| typ.eq_ignore_ascii_case(at)) {
            return Err(Invalid::Malformed);
        }
        let (alg, kid) = (required("alg")?, required("kid")?);
        let key = self.all().find(|key| key.kid.as_str() == kid).ok_or(Invalid::UnknownKey)?;
        if alg != key.algorithm.as_str() {
            return Err(Invalid::BadSignature);
        }

        let mut validation = Validation::new(key.algorithm.for_verification());
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &key.public, &validation)
            .map_err(|error| match error.kind() {
                ErrorKind::InvalidSignature => Invalid::BadSignature,
                _ => Invalid::Malformed,
            })?
            .claims;
        if claims.iss == self.issuer {
            Ok(Verified { claims, kid: key.kid.clone() })
        } else {
            Err(Invalid::ForeignIssuer)
        }
    }

    /// The public keys as a JWK set (RFC 7517 §5), the one that signs first.
    #[must_use]
    pub fn jwks(&self, now: i64) -> Value {
        let signer = self.signer(now);
        let others = self.all().filter(|key| key.kid != signer.kid);
        json!({ "keys": std::iter::once(signer).chain(others).map(SigningKey::jwk).collect::<Vec<_>>() })
    }

    fn all(&self) -> impl Iterator<Item = &SigningKey> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
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
            assert_eq!(
                keys.verify(&keys.sign(&claims(), now)).map(|found| found.kid),
                Ok(kids[index].clone())
            );
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
    fn the_header_decides_nothing() {
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
    fn the_public_key_is_no_secret_to_sign_with() {
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
}
