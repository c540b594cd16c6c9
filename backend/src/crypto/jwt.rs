//! Access tokens as signed JWTs (RFC 9068), and the keys that sign them. A key
//! decides its algorithm, never the header of a token.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RsaKeyPair, RsaPublicKeyComponents,
};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{DecodingKey, Validation};
use latchkey_shared::ids::KeyId;
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::claims::Claims;
use super::jose::Header;
use super::rsa::{KeyPair, KeySize};
use super::to_base64url;

/// The longest token, in bytes. The server issues shorter ones: longer claims are replaced by
/// an online check.
pub const MAX_LENGTH: usize = 16 * 1024;

/// The signature algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum, Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits. Every verifier supports it.
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
    /// The name of the algorithm (RFC 7518 §3.1).
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

/// No such algorithm.
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

/// Why a text is not an access token of this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// Not a JWT that this server can have issued.
    #[error("not a well-formed access token")]
    Malformed,
    /// Its key is not one of ours.
    #[error("the signing key is unknown")]
    UnknownKey,
    /// The signature or the algorithm does not fit the key.
    #[error("the signature is wrong")]
    BadSignature,
    /// Signed by one of our keys for another issuer.
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
    /// From when on. It is published before.
    pub signs_from: i64,
    /// Until when, if that is known. It verifies for longer.
    pub retired_at: Option<i64>,
}

impl Term {
    /// Whether the key signs at this time.
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
    /// Makes a private key as PKCS#8 in DER. RS256 is slow: call this on a blocking thread.
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

    /// Signs claims. The key pair stays loaded: `jsonwebtoken::encode` would parse and check it
    /// for every RS256 signature, which takes longer than the signature.
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

/// The signing keys of an issuer: the one that signs, later ones, and old ones that still
/// verify.
pub struct SigningKeys {
    issuer: String,
    algorithm: Algorithm,
    first: SigningKey,
    others: Vec<SigningKey>,
}

/// An access token with a valid signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Its claims.
    pub claims: Claims,
    /// The key that signed it.
    pub kid: KeyId,
}

impl SigningKeys {
    /// The keys of an issuer, the latest first; `None` if there are none. Among the keys whose
    /// term it is, one of `algorithm` signs if there is one.
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

    /// Signs an access token. RS256 is a private-key operation of 250 µs or more: run it
    /// through [`PrivateOperations`](crate::crypto::operations::PrivateOperations).
    #[must_use]
    pub fn sign(&self, claims: &Claims, now: i64) -> String {
        self.signer(now).sign(claims)
    }

    /// The key that signs at this time.
    fn signer(&self, now: i64) -> &SigningKey {
        let preferred = |key: &&SigningKey| {
            (key.term.holds(now), key.term.signs_from <= now, key.algorithm == self.algorithm)
        };
        // Among equal keys, the last one is the latest.
        self.others.iter().rev().chain([&self.first]).max_by_key(preferred).unwrap_or(&self.first)
    }

    /// The id of the key that signs at this time.
    #[must_use]
    pub fn signing_kid(&self, now: i64) -> &KeyId {
        self.signer(now).kid()
    }

    /// The ids of all keys.
    pub fn kids(&self) -> impl Iterator<Item = &KeyId> {
        self.all().map(SigningKey::kid)
    }

    /// The id of the latest key, if it does not sign before a time after this one.
    #[must_use]
    pub fn announced(&self, now: i64) -> Option<&KeyId> {
        (now < self.first.term.signs_from).then_some(&self.first.kid)
    }

    /// Whether this is one of the keys.
    #[must_use]
    pub fn holds(&self, kid: &KeyId) -> bool {
        self.all().any(|key| key.kid == *kid)
    }

    /// The claims of an access token that this server signed. The caller must check its time
    /// ([`Claims::valid_at`]) and its audience.
    pub fn verify(&self, token: &str) -> Result<Verified, Invalid> {
        let (header, _) = token.split_once('.').ok_or(Invalid::Malformed)?;
        if token.len() > MAX_LENGTH {
            return Err(Invalid::Malformed);
        }
        let header = Header::parse(header).map_err(|_| Invalid::Malformed)?;
        let required = |name| header.required(name).map_err(|_| Invalid::Malformed);
        // RFC 9068 §4: only an access token is accepted, not an ID token of the same key.
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
mod tests;
