//! Cryptography, composed of vetted primitives. Secrets and digests are here. [`rsa`] has the
//! keys of RSA tokens, [`jwe`] sealed messages, [`jwt`] signed ones, [`note`] signed texts,
//! [`client_key`] the public keys of clients, [`secret_id`] secrets with prefix and checksum,
//! [`vault`] encryption at rest, and [`master_key`] the key that wraps its keys. All private-key
//! operations go through the queue of [`operations`]; [`decryptor`] opens sealed messages there.
//! Nothing here knows the database or the capabilities.

#![allow(clippy::missing_panics_doc, reason = "every `expect` here states why it cannot fail")]

pub mod claims;
pub mod client_key;
pub mod decryptor;
mod jose;
pub mod jwe;
pub mod jwt;
pub mod master_key;
pub mod note;
pub mod operations;
pub mod rsa;
mod sealing;
pub mod secret_id;
pub mod vault;

use std::fmt;
use std::hash::{Hash, Hasher};

use aws_lc_rs::{constant_time, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

/// `N` random bytes.
#[must_use]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}

/// Base64url without padding (RFC 7515 §2).
#[must_use]
pub fn to_base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Decodes base64url without padding. `None` for anything else, also if unused bits of the last
/// character are not zero.
#[must_use]
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// A secret text. It has no `Debug`, is compared in constant time, and is erased from memory
/// when it is dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a text as a secret.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// A new secret of 256 random bits, in base64url.
    #[must_use]
    pub fn random() -> Self {
        let bytes = Zeroizing::new(random_bytes::<32>());
        Self::new(to_base64url(bytes.as_slice()))
    }

    /// The text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The digest by which the secret is looked up.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(self.0.as_bytes(), other.0.as_bytes()).is_ok()
    }
}

impl Eq for Secret {}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// A SHA-256 digest. It is stored instead of a credential, and is the key of its cache. It is
/// compared in constant time.
#[derive(Clone, Copy)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of some bytes.
    #[must_use]
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        let digest = digest::digest(&digest::SHA256, bytes.as_ref());
        Self(digest.as_ref().try_into().expect("SHA-256 has 32 bytes"))
    }

    /// The digest as the database stores it.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// The digest as base64url.
    #[must_use]
    pub fn to_base64url(&self) -> String {
        to_base64url(self.0)
    }
}

/// The stored bytes are not a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 digest has 32 bytes")]
pub struct NotADigest;

impl TryFrom<&[u8]> for Digest {
    type Error = NotADigest;

    fn try_from(bytes: &[u8]) -> Result<Self, NotADigest> {
        bytes.try_into().map(Self).map_err(|_| NotADigest)
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl Eq for Digest {}

impl Hash for Digest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_base64url())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_that_of_fips_180() {
        let abc = Digest::of("abc");
        assert_eq!(abc.to_base64url(), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
        assert_eq!(Digest::try_from(abc.as_slice()), Ok(abc));
        assert_eq!(Digest::try_from(&abc.as_slice()[1..]), Err(NotADigest));
        assert_ne!(abc, Digest::of("abd"));
    }

    #[test]
    fn secrets_are_equal_by_their_text() {
        let secret = Secret::random();
        assert_eq!(secret.expose().len(), 43);
        assert!(secret == Secret::new(secret.expose().to_owned()));
        assert!(secret != Secret::random());
        assert!(secret != Secret::new(String::new()));
    }

    #[test]
    fn base64url_is_strict() {
        assert_eq!(from_base64url("-_8").as_deref(), Some(&[0xfb, 0xff][..]));
        for wrong in ["-_8=", "+/8", "-_9", "-_8 ", "-", "\n"] {
            assert_eq!(from_base64url(wrong), None, "{wrong:?}");
        }
    }
}
