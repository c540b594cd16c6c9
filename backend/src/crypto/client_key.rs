//! Public keys of clients (RFC 7523), and messages that are signed with their private halves.
//! The key decides which algorithms are accepted, not the header.

use ::rsa::pkcs1::RsaPublicKeyRef;
use ::rsa::pkcs8::der::asn1::ObjectIdentifier;
use ::rsa::pkcs8::{Document, SubjectPublicKeyInfoRef};
use ::rsa::traits::PublicKeyParts as _;
use ::rsa::{BoxedUint, PublicKey as RsaPublicKey};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents,
};
use latchkey_shared::fields::Refusal;
use latchkey_shared::ids::KeyId;
use latchkey_shared::tokens::ClientKey as ClientJwk;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::jose::{Header, UniqueNames};
use super::{from_base64url, to_base64url};
use crate::json;

/// All algorithms that a client may sign with.
pub const ALGORITHMS: [&str; 5] = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"];

/// The longest public key, in characters.
const LONGEST_KEY: usize = 16 * 1024;
/// The longest signed message, in bytes.
pub const MAX_LENGTH: usize = 8 * 1024;
/// The sizes of RSA keys, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2_048..=8_192;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const ED25519_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// The members of a JWK that only private or symmetric keys have (RFC 7518 §6, RFC 8037 §2).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The numbers of a public key.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Numbers {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256 { x: Vec<u8>, y: Vec<u8> },
    Ed25519 { x: Vec<u8> },
}

/// A public key of a client, ready to verify.
#[derive(Debug)]
pub struct ClientKey {
    numbers: Numbers,
    /// The algorithm that its JWK names, if it names one.
    pinned: Option<String>,
    verifiers: Vec<(&'static str, ParsedPublicKey)>,
}

impl PartialEq for ClientKey {
    fn eq(&self, other: &Self) -> bool {
        self.numbers == other.numbers && self.pinned == other.pinned
    }
}

fn refused<T>(code: &'static str, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::new(code, message))
}

fn unsupported<T>() -> Result<T, Refusal> {
    refused("unsupported_key", "Only RSA of 2,048 to 8,192 bits, EC P-256 and Ed25519 keys are taken.")
}

impl ClientKey {
    /// Parses a public key: PEM (`SubjectPublicKeyInfo` or PKCS#1) or a JWK. A private key is
    /// refused, and no message repeats it.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        if text.is_empty() {
            return refused("required", "Must not be empty.");
        }
        if text.len() > LONGEST_KEY {
            return refused("too_long", format!("At most {LONGEST_KEY} characters."));
        }
        if text.starts_with('{') { Self::from_jwk(text) } else { Self::from_pem(text) }
    }

    fn from_pem(text: &str) -> Result<Self, Refusal> {
        if text.contains("PRIVATE KEY-----") {
            return private_key();
        }
        if text.contains("-----BEGIN CERTIFICATE-----") {
            return refused("unsupported_key", "Send the public key itself, not a certificate.");
        }
        let unreadable = || Refusal::new("unreadable", "Must be exactly one public key, in PEM or as a JWK.");
        if text.matches("-----BEGIN ").count() != 1 {
            return Err(unreadable());
        }
        let (label, document) = Document::from_pem(text).map_err(|_| unreadable())?;
        let numbers = match label {
            "RSA PUBLIC KEY" => pkcs1(document.as_bytes()).ok_or_else(unreadable)?,
            "PUBLIC KEY" => {
                let key = SubjectPublicKeyInfoRef::try_from(document.as_bytes()).map_err(|_| unreadable())?;
                let bits = key.subject_public_key.as_bytes().ok_or_else(unreadable)?;
                let curve = || key.algorithm.parameters_oid().ok();
                match key.algorithm.oid {
                    RSA => pkcs1(bits).ok_or_else(unreadable)?,
                    EC if curve() == Some(P256) => {
                        // SEC 1 §2.3.3: an uncompressed point is 4 and two coordinates of 32 bytes.
                        let ([4], Some((x, y))) = (
                            bits.get(..1).unwrap_or_default(),
                            bits.get(1..).unwrap_or_default().split_at_checked(32),
                        ) else {
                            return unsupported();
                        };
                        Numbers::P256 { x: x.to_vec(), y: y.to_vec() }
                    }
                    ED25519_KEY => Numbers::Ed25519 { x: bits.to_vec() },
                    _ => return unsupported(),
                }
            }
            _ => return Err(unreadable()),
        };
        Self::new(numbers, None)
    }

    fn from_jwk(text: &str) -> Result<Self, Refusal> {
        let unreadable = || Refusal::new("unreadable", "Must be exactly one public key, in PEM or as a JWK.");
        let UniqueNames(members) = serde_json::from_str(text).map_err(|_| unreadable())?;
        if PRIVATE_MEMBERS.into_iter().any(|name| members.contains_key(name)) {
            return private_key();
        }
        if members.contains_key("keys") {
            return refused("unsupported_key", "Send one key of the set.");
        }
        let text =
            |name: &str| members.get(name).map(|value| value.as_str().ok_or_else(unreadable)).transpose();
        let number = |name: &str| text(name)?.and_then(from_base64url).ok_or_else(unreadable);
        if text("use")?.is_some_and(|purpose| purpose != "sig") {
            return refused("unsupported_key", "The `use` of the JWK is not `sig`.");
        }
        if let Some(operations) = members.get("key_ops")
            && !operations.as_array().is_some_and(|all| all.iter().any(|one| one == "verify"))
        {
            return refused("unsupported_key", "The `key_ops` of the JWK lack `verify`.");
        }
        let numbers = match (text("kty")?, text("crv")?) {
            (Some("RSA"), _) => Numbers::Rsa { n: number("n")?, e: number("e")? },
            (Some("EC"), Some("P-256")) => Numbers::P256 { x: number("x")?, y: number("y")? },
            (Some("OKP"), Some("Ed25519")) => Numbers::Ed25519 { x: number("x")? },
            (None, _) => return Err(unreadable()),
            _ => return unsupported(),
        };
        Self::new(numbers, text("alg")?.map(str::to_owned))
    }

    fn new(mut numbers: Numbers, pinned: Option<String>) -> Result<Self, Refusal> {
        let not_a_key = || Refusal::new("unreadable", "The values do not form a key of this type.");
        let mut verifiers = match &mut numbers {
            Numbers::Rsa { n, e } => {
                let integer = |bytes: &[u8]| {
                    let bits = u32::try_from(bytes.len() * 8).map_err(|_| not_a_key())?;
                    BoxedUint::from_be_slice(bytes, bits).map_err(|_| not_a_key())
                };
                let key = RsaPublicKey::new_with_size_limits(integer(n)?, integer(e)?, 0..=usize::MAX)
                    .map_err(|_| not_a_key())?;
                let bits = usize::try_from(key.n().bit_width_vartime()).unwrap_or_default();
                if bits < *RSA_BITS.start() {
                    return refused(
                        "weak_key",
                        format!("An RSA key has 2,048 bits at least; this has {bits}."),
                    );
                }
                if bits > *RSA_BITS.end() {
                    return unsupported();
                }
                // Without the zeros that may lead them.
                (*n, *e) = (key.n_bytes().to_vec(), key.e_bytes().to_vec());
                let components = RsaPublicKeyComponents { n: n.as_slice(), e: e.as_slice() };
                let parsed = |algorithm| components.to_parsed_public_key(algorithm).map_err(|_| not_a_key());
                vec![
                    ("RS256", parsed(&RSA_PKCS1_2048_8192_SHA256)?),
                    ("PS256", parsed(&RSA_PSS_2048_8192_SHA256)?),
                ]
            }
            Numbers::P256 { x, y } => {
                let point = [&[4], &x[..], &y[..]].concat();
                let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).map_err(|_| not_a_key())?;
                if x.len() != 32 || y.len() != 32 {
                    return Err(not_a_key());
                }
                vec![("ES256", key)]
            }
            Numbers::Ed25519 { x } => {
                let key = || ParsedPublicKey::new(&ED25519, x.as_slice()).map_err(|_| not_a_key());
                // RFC 9864 gives the algorithm of RFC 8037 a name of its own.
                vec![("EdDSA", key()?), ("Ed25519", key()?)]
            }
        };
        if let Some(pinned) = &pinned {
            verifiers.retain(|(algorithm, _)| algorithm == pinned);
            if verifiers.is_empty() {
                return refused(
                    "unsupported_key",
                    "The `alg` of the JWK is not one that the key verifies here.",
                );
            }
        }
        Ok(Self { numbers, pinned, verifiers })
    }

    /// The accepted algorithms, the usual one first.
    pub fn algorithms(&self) -> impl Iterator<Item = &'static str> {
        self.verifiers.iter().map(|(algorithm, _)| *algorithm)
    }

    /// The key as it is stored and shown, with the id that we give it.
    #[must_use]
    pub fn to_jwk(&self, kid: &KeyId) -> ClientJwk {
        let mut jwk = ClientJwk {
            kid: kid.clone(),
            kty: String::new(),
            purpose: "sig".to_owned(),
            alg: self.pinned.clone(),
            crv: None,
            n: None,
            e: None,
            x: None,
            y: None,
        };
        match &self.numbers {
            Numbers::Rsa { n, e } => {
                "RSA".clone_into(&mut jwk.kty);
                jwk.n = Some(to_base64url(n));
                jwk.e = Some(to_base64url(e));
            }
            Numbers::P256 { x, y } => {
                "EC".clone_into(&mut jwk.kty);
                jwk.crv = Some("P-256".to_owned());
                jwk.x = Some(to_base64url(x));
                jwk.y = Some(to_base64url(y));
            }
            Numbers::Ed25519 { x } => {
                "OKP".clone_into(&mut jwk.kty);
                jwk.crv = Some("Ed25519".to_owned());
                jwk.x = Some(to_base64url(x));
            }
        }
        jwk
    }

    /// Verifies a message that was signed with the private half, and returns its claims.
    pub fn verify<T: DeserializeOwned>(&self, signed: &Signed<'_>) -> Result<T, Unverified> {
        let (_, key) =
            self.verifiers.iter().find(|(name, _)| *name == signed.alg).ok_or(Unverified::BadSignature)?;
        key.verify_sig(signed.message.as_bytes(), &signed.signature).map_err(|_| Unverified::BadSignature)?;
        signed.claims().ok_or(Unverified::Malformed)
    }
}

/// The numbers of an `RSAPublicKey` (RFC 8017 §A.1.1).
fn pkcs1(der: &[u8]) -> Option<Numbers> {
    let key = RsaPublicKeyRef::try_from(der).ok()?;
    Some(Numbers::Rsa { n: key.modulus.as_bytes().to_vec(), e: key.public_exponent.as_bytes().to_vec() })
}

fn private_key<T>() -> Result<T, Refusal> {
    refused("private_key", "This is a private key: keep it, and send its public half. It was not stored.")
}

/// Why the claims of a signed message cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// The signature or the algorithm does not fit the key.
    #[error("the signature is wrong")]
    BadSignature,
    /// The signature is valid, but the claims are malformed.
    #[error("the claims are not what they have to be")]
    Malformed,
}

/// A JWT that a client signed (RFC 7515 §7.1), before it is verified.
pub struct Signed<'a> {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    /// Header and payload as they were signed.
    message: &'a str,
    payload: Zeroizing<Vec<u8>>,
    signature: Vec<u8>,
}

impl<'a> Signed<'a> {
    /// Parses the compact serialisation without verifying it.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let (message, signature) = text.rsplit_once('.')?;
        let (header, payload) = message.split_once('.')?;
        let header = Header::parse(header).ok()?;
        Some(Self {
            alg: header.required("alg").ok()?.to_owned(),
            kid: header.text("kid").ok()?.map(str::to_owned),
            typ: header.text("typ").ok()?.map(str::to_owned),
            message,
            payload: Zeroizing::new(from_base64url(payload)?),
            signature: from_base64url(signature)?,
        })
    }

    /// The key id that its header names.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The media type in its header.
    #[must_use]
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// Its claims, unverified. Use them only to find the key.
    #[must_use]
    pub fn claims<T: DeserializeOwned>(&self) -> Option<T> {
        // Duplicate names are refused: two readers could find different claims.
        let UniqueNames(members) = serde_json::from_slice(&self.payload).ok()?;
        json::from_value(members.into()).ok()
    }
}

#[cfg(test)]
mod tests;
