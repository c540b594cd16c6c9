//! Sealed messages: JWE in compact serialisation (RFC 7516) with RSA-OAEP-256
//! (RFC 7518 §4.3, MGF1 with SHA-256 as well) and A256GCM (§5.3), nothing else.
//! Everything that can be refused is refused before the private key is touched.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use serde::Serialize;
use zeroize::Zeroizing;

use super::jose::{self, HeaderError};
use super::rsa::{PrivateKey, PublicKey};
use super::{from_base64url, random_bytes, to_base64url};

/// The longest message, in bytes.
pub const MAX_LENGTH: usize = 8 * 1024;

const ALGORITHM: &str = "RSA-OAEP-256";
const ENCRYPTION: &str = "A256GCM";
const TAG_LENGTH: usize = 16;

/// Why a text is not a sealed message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Longer than [`MAX_LENGTH`].
    #[error("longer than 8 KiB")]
    TooLong,
    /// Not five parts.
    #[error("a compact JWE has five parts")]
    Parts,
    /// A part is not base64url without padding, or not of the length its algorithm gives it.
    #[error("the {0} is not base64url of the right length")]
    Part(&'static str),
    /// The protected header is refused.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// `alg` is not RSA-OAEP-256 or `enc` is not A256GCM.
    #[error("only RSA-OAEP-256 with A256GCM is accepted")]
    Algorithm,
}

/// The protected header, without the algorithms, which are fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The id of the key that opens the message.
    pub kid: String,
    /// The media type.
    pub typ: Option<String>,
}

/// A well-formed message, before it is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Its header, not authenticated yet.
    pub header: Header,
    /// The header as it was sent: the associated data (RFC 7516 §5.2, step 15).
    protected: String,
    encrypted_key: Vec<u8>,
    nonce: [u8; NONCE_LEN],
    /// The ciphertext and, after it, the tag.
    ciphertext: Vec<u8>,
}

impl Sealed {
    /// Parses the compact serialisation.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        if text.len() > MAX_LENGTH {
            return Err(Malformed::TooLong);
        }
        let mut parts = text.split('.');
        let mut next = || parts.next().ok_or(Malformed::Parts);
        let (protected, encrypted_key, nonce, ciphertext, tag) =
            (next()?, next()?, next()?, next()?, next()?);
        if parts.next().is_some() {
            return Err(Malformed::Parts);
        }

        let header = jose::Header::parse(protected)?;
        if header.required("alg")? != ALGORITHM || header.required("enc")? != ENCRYPTION {
            return Err(Malformed::Algorithm);
        }
        let kid = header.required("kid")?;
        let header = Header { kid: kid.to_owned(), typ: header.text("typ")?.map(str::to_owned) };

        let bytes = |part: &str, name| from_base64url(part).ok_or(Malformed::Part(name));
        let encrypted_key = bytes(encrypted_key, "encrypted key")?;
        if ![256, 384, 512].contains(&encrypted_key.len()) {
            return Err(Malformed::Part("encrypted key"));
        }
        let nonce = bytes(nonce, "initialization vector")?
            .try_into()
            .map_err(|_| Malformed::Part("initialization vector"))?;
        let tag = bytes(tag, "authentication tag")?;
        if tag.len() != TAG_LENGTH {
            return Err(Malformed::Part("authentication tag"));
        }
        let mut ciphertext = bytes(ciphertext, "ciphertext")?;
        ciphertext.extend_from_slice(&tag);
        Ok(Self { header, protected: protected.to_owned(), encrypted_key, nonce, ciphertext })
    }

    /// Opens the message. This is one private-key operation; run it through the
    /// [`Decryptor`](crate::crypto::decryptor::Decryptor). `None` if it was not sealed for this
    /// key or was changed. Neither the result nor the time tells which.
    #[must_use]
    pub fn open(&self, key: &PrivateKey) -> Option<Zeroizing<Vec<u8>>> {
        // RFC 7516 §11.5: if the content key cannot be decrypted, a random one is used, and
        // the failure shows only in the tag.
        let random = Zeroizing::new(random_bytes::<32>());
        let content_key = key.decrypt_oaep(&self.encrypted_key).unwrap_or(random);
        let nonce = Nonce::assume_unique_for_key(self.nonce);
        let mut plaintext = Zeroizing::new(self.ciphertext.clone());
        let length = cipher(&content_key)
            .open_in_place(nonce, Aad::from(self.protected.as_bytes()), &mut plaintext)
            .ok()?
            .len();
        plaintext.truncate(length);
        Some(plaintext)
    }
}

/// Seals a payload for the owner of the private key, in compact serialisation.
#[must_use]
pub fn seal(key: &PublicKey, header: &Header, payload: &[u8]) -> String {
    #[derive(Serialize)]
    struct Protected<'a> {
        alg: &'static str,
        enc: &'static str,
        kid: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        typ: Option<&'a str>,
    }

    let protected =
        Protected { alg: ALGORITHM, enc: ENCRYPTION, kid: &header.kid, typ: header.typ.as_deref() };
    let protected = to_base64url(serde_json::to_vec(&protected).expect("a struct of texts is JSON"));
    let content_key = Zeroizing::new(random_bytes::<32>());
    let mut ciphertext = payload.to_vec();
    let (nonce, tag) = cipher(&content_key)
        .seal_in_place_separate_tag(Aad::from(protected.as_bytes()), &mut ciphertext)
        .expect("AES-GCM encrypts whatever fits into memory");
    let encrypted_key = to_base64url(key.encrypt_oaep(&content_key));
    let (nonce, ciphertext, tag) =
        (to_base64url(nonce.as_ref()), to_base64url(ciphertext), to_base64url(tag));
    format!("{protected}.{encrypted_key}.{nonce}.{ciphertext}.{tag}")
}

fn cipher(content_key: &[u8; 32]) -> RandomizedNonceKey {
    RandomizedNonceKey::new(&AES_256_GCM, content_key).expect("the key has the length of an AES-256 key")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::crypto::rsa::{KeyPair, KeySize};

    static PAIR: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(KeySize::Bits2048));
    static PRIVATE: LazyLock<PrivateKey> =
        LazyLock::new(|| PrivateKey::from_pkcs8(&PAIR.private_pkcs8).unwrap());

    fn header() -> Header {
        Header { kid: "key_1".to_owned(), typ: Some("seal+jwe".to_owned()) }
    }

    fn sealed(payload: &[u8]) -> String {
        seal(&PAIR.public, &header(), payload)
    }

    /// A well-formed message with another header.
    fn with_header(json: &str) -> String {
        let sealed = sealed(b"{}");
        format!("{}{}", to_base64url(json), &sealed[sealed.find('.').unwrap()..])
    }

    #[test]
    fn a_message_opens_with_its_key_only() {
        let message = Sealed::parse(&sealed(b"hush")).unwrap();
        assert_eq!(message.header, header());
        assert_eq!(message.open(&PRIVATE).unwrap().as_slice(), b"hush");
        let other = KeyPair::generate(KeySize::Bits2048);
        let other = PrivateKey::from_pkcs8(&other.private_pkcs8).unwrap();
        assert!(message.open(&other).is_none());
    }

    /// Made with Python's `joserfc` 1.8 and `jwcrypto` 1.6: a key as PKCS#8, and
    /// a message of each library to it.
    const OTHER_LIBRARIES: &str = include_str!("testdata/other_libraries.txt");

    #[test]
    fn messages_of_other_libraries_open() {
        let mut lines = OTHER_LIBRARIES.lines();
        let key = PrivateKey::from_pkcs8(&from_base64url(lines.next().unwrap()).unwrap()).unwrap();
        let messages: Vec<&str> = lines.collect();
        assert_eq!(messages.len(), 2);
        for message in messages {
            let message = Sealed::parse(message).unwrap();
            assert_eq!(message.header, header());
            assert_eq!(message.open(&key).unwrap().as_slice(), br#"{"sec":"hush"}"#);
        }
    }

    #[test]
    fn a_content_key_of_another_length_fails_like_any_other() {
        let mut message = Sealed::parse(&sealed(b"hush")).unwrap();
        message.encrypted_key = vec![0; 256];
        assert!(message.open(&PRIVATE).is_none());
        message.encrypted_key = vec![0xff; 256];
        assert!(message.open(&PRIVATE).is_none());
    }

    #[test]
    fn only_one_pair_of_algorithms_is_accepted() {
        for (alg, enc) in [
            ("RSA-OAEP", "A256GCM"),
            ("RSA-OAEP-512", "A256GCM"),
            ("RSA1_5", "A256GCM"),
            ("dir", "A256GCM"),
            ("none", "none"),
            ("rsa-oaep-256", "A256GCM"),
            ("RSA-OAEP-256", "A128GCM"),
            ("RSA-OAEP-256", "A256CBC-HS512"),
        ] {
            let message = with_header(&format!(r#"{{"alg":"{alg}","enc":"{enc}","kid":"k"}}"#));
            assert_eq!(Sealed::parse(&message), Err(Malformed::Algorithm), "{alg} {enc}");
        }
    }

    #[test]
    fn forbidden_header_parameters_are_refused() {
        let refused = |json: &str| match Sealed::parse(&with_header(json)) {
            Err(Malformed::Header(error)) => error,
            other => panic!("{json}: {other:?}"),
        };
        let extended = |more: &str| format!(r#"{{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"k",{more}}}"#);
        assert_eq!(refused(&extended(r#""zip":"DEF""#)), HeaderError::NotAccepted("zip"));
        assert_eq!(refused(&extended(r#""crit":["exp"]"#)), HeaderError::NotAccepted("crit"));
        assert_eq!(refused(&extended(r#""jku":"https://evil.example""#)), HeaderError::NotAccepted("jku"));
        assert_eq!(refused(&extended(r#""kid":"other""#)), HeaderError::NotAnObject);
        assert_eq!(refused(&extended(r#""typ":7"#)), HeaderError::NotText("typ"));
        assert_eq!(refused(r#"{"alg":"RSA-OAEP-256","enc":"A256GCM"}"#), HeaderError::Missing("kid"));
        assert_eq!(refused(r#"{"enc":"A256GCM","kid":"k"}"#), HeaderError::Missing("alg"));
        assert_eq!(refused("[]"), HeaderError::NotAnObject);
        assert!(Sealed::parse(&with_header(&extended(r#""cty":"json""#))).is_ok(), "unknown is ignored");
    }

    #[test]
    fn the_shape_is_strict() {
        let message = sealed(b"hush");
        let parts: Vec<&str> = message.split('.').collect();
        let with = |index: usize, part: &str| {
            let mut parts = parts.clone();
            parts[index] = part;
            parts.join(".")
        };
        for (text, expected) in [
            (String::new(), Malformed::Parts),
            (parts[..4].join("."), Malformed::Parts),
            (format!("{message}."), Malformed::Parts),
            (format!("{message}="), Malformed::Part("authentication tag")),
            (format!(" {message}"), Malformed::Header(HeaderError::NotAnObject)),
            (with(1, ""), Malformed::Part("encrypted key")),
            (with(1, &to_base64url([1; 255])), Malformed::Part("encrypted key")),
            (with(2, &to_base64url([1; 16])), Malformed::Part("initialization vector")),
            (with(3, "a+/"), Malformed::Part("ciphertext")),
            (with(4, &to_base64url([1; 12])), Malformed::Part("authentication tag")),
            (with(3, &"A".repeat(MAX_LENGTH)), Malformed::TooLong),
        ] {
            assert_eq!(Sealed::parse(&text), Err(expected), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_payload_comes_back(payload in proptest::collection::vec(any::<u8>(), 0..600)) {
            let message = Sealed::parse(&sealed(&payload)).unwrap();
            prop_assert_eq!(message.open(&PRIVATE).unwrap().to_vec(), payload);
        }

        #[test]
        fn a_flipped_bit_is_noticed(position in 0.0..1.0_f64, bit in 0..7_u8) {
            let message = sealed(br#"{"sec":"hush"}"#);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "an index")]
            let position = (position * message.len() as f64) as usize;
            let mut bytes = message.into_bytes();
            bytes[position] ^= 1 << bit;
            let text = String::from_utf8(bytes).unwrap();
            let opened = Sealed::parse(&text).ok().and_then(|message| message.open(&PRIVATE));
            prop_assert!(opened.is_none(), "{}", text);
        }

        #[test]
        fn no_text_panics(text in ".{0,200}", dotted in "([A-Za-z0-9_=-]{0,20}\\.){3,6}") {
            prop_assert!(Sealed::parse(&text).is_err());
            prop_assert!(Sealed::parse(&dotted).is_err());
        }
    }
}
