//! The key pairs of RSA tokens. The `rsa` crate makes and encodes keys and encrypts. aws-lc
//! does the private-key operations of requests, in constant time and nine times as fast.

use std::sync::{Arc, Mutex};

use ::rsa::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use ::rsa::traits::PublicKeyParts as _;
use ::rsa::{BoxedUint, PrivateKey as RsaPrivateKey, PublicKey as RsaPublicKey};
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use tokio::sync::{Semaphore, mpsc};
use zeroize::Zeroizing;

use super::{from_base64url, to_base64url};
use crate::apart;

/// The size of a key's modulus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySize {
    /// 2048 bits, the default.
    Bits2048,
    /// 3072 bits.
    Bits3072,
    /// 4096 bits.
    Bits4096,
}

impl KeySize {
    /// All sizes, in bits.
    pub const BITS: [u16; 3] = [2048, 3072, 4096];

    /// The size in bits.
    #[must_use]
    pub const fn bits(self) -> u16 {
        match self {
            Self::Bits2048 => 2048,
            Self::Bits3072 => 3072,
            Self::Bits4096 => 4096,
        }
    }
}

/// No key has this size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an RSA key has 2048, 3072 or 4096 bits")]
pub struct NotAKeySize;

impl TryFrom<u16> for KeySize {
    type Error = NotAKeySize;

    fn try_from(bits: u16) -> Result<Self, NotAKeySize> {
        match bits {
            2048 => Ok(Self::Bits2048),
            3072 => Ok(Self::Bits3072),
            4096 => Ok(Self::Bits4096),
            _ => Err(NotAKeySize),
        }
    }
}

/// The bytes or the JWK are no key that this server can have made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an RSA key of 2048, 3072 or 4096 bits")]
pub struct BadKey;

/// A new key pair.
pub struct KeyPair {
    /// The private key as PKCS#8 in DER: what the vault stores.
    pub private_pkcs8: Zeroizing<Vec<u8>>,
    /// The public key: what clients encrypt with.
    pub public: PublicKey,
}

impl KeyPair {
    /// Makes a key pair. It takes from 70 ms (2048 bits) to seconds: call it on a blocking
    /// thread.
    #[must_use]
    pub fn generate(size: KeySize) -> Self {
        let private = RsaPrivateKey::new(&mut rand::rng(), usize::from(size.bits()))
            .expect("the size is one that the crate makes");
        let document = private.to_pkcs8_der().expect("a key just made has an encoding");
        Self { private_pkcs8: document.to_bytes(), public: PublicKey(private.to_public_key()) }
    }
}

/// A public key as a JWK (RFC 7517, RFC 7518 §6.3.1), for encryption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicJwk {
    /// `RSA`.
    pub kty: String,
    /// `enc`.
    #[serde(rename = "use")]
    pub purpose: String,
    /// `RSA-OAEP-256`.
    pub alg: String,
    /// The key's id.
    pub kid: String,
    /// The modulus in base64url.
    pub n: String,
    /// The public exponent in base64url.
    pub e: String,
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(RsaPublicKey);

impl PublicKey {
    /// Parses a JWK that this server made.
    pub fn from_jwk(jwk: &PublicJwk) -> Result<Self, BadKey> {
        let number = |text: &str| {
            let bytes = from_base64url(text).ok_or(BadKey)?;
            let bits = u32::try_from(bytes.len() * 8).map_err(|_| BadKey)?;
            BoxedUint::from_be_slice(&bytes, bits).map_err(|_| BadKey)
        };
        let key = RsaPublicKey::new(number(&jwk.n)?, number(&jwk.e)?).map_err(|_| BadKey)?;
        let bits = u16::try_from(key.n().bit_width_vartime()).map_err(|_| BadKey)?;
        if KeySize::try_from(bits).is_err() {
            return Err(BadKey);
        }
        Ok(Self(key))
    }

    /// The key as a JWK with an id.
    #[must_use]
    pub fn to_jwk(&self, kid: &str) -> PublicJwk {
        PublicJwk {
            kty: "RSA".to_owned(),
            purpose: "enc".to_owned(),
            alg: "RSA-OAEP-256".to_owned(),
            kid: kid.to_owned(),
            n: to_base64url(self.0.n_bytes()),
            e: to_base64url(self.0.e_bytes()),
        }
    }

    /// The key as `SubjectPublicKeyInfo` in PEM (RFC 7468 §13).
    #[must_use]
    pub fn to_pem(&self) -> String {
        self.0.to_public_key_pem(LineEnding::LF).expect("a public key has an encoding")
    }

    /// RSA-OAEP with SHA-256 and MGF1 with SHA-256 over a content key.
    pub(super) fn encrypt_oaep(&self, content_key: &[u8; 32]) -> Vec<u8> {
        self.0.oaep_encrypt::<Sha256>(content_key).expect("2048 bits hold a 256-bit key")
    }
}

/// A private key, loaded for use.
pub struct PrivateKey(OaepPrivateDecryptingKey);

impl PrivateKey {
    /// Loads PKCS#8 in DER; takes 160 µs.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, BadKey> {
        let key = PrivateDecryptingKey::from_pkcs8(der).map_err(|_| BadKey)?;
        OaepPrivateDecryptingKey::new(key).map(Self).map_err(|_| BadKey)
    }

    /// The inverse of [`PublicKey::encrypt_oaep`]; `None` for whatever was not
    /// made by it.
    pub(super) fn decrypt_oaep(&self, encrypted: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
        let mut buffer = Zeroizing::new(vec![0; self.0.min_output_size()]);
        let plaintext = self.0.decrypt(&OAEP_SHA256_MGF1SHA256, encrypted, &mut buffer, None).ok()?;
        let mut content_key = Zeroizing::new([0; 32]);
        if plaintext.len() != content_key.len() {
            return None;
        }
        content_key.copy_from_slice(plaintext);
        Some(content_key)
    }
}

/// A pool of 2048-bit keys. Making one takes longer than the rest of an application.
pub struct KeyPool {
    ready: Mutex<mpsc::Receiver<KeyPair>>,
    /// At most as many keys are made on demand as there are cores.
    on_demand: Arc<Semaphore>,
}

impl KeyPool {
    /// Starts to fill a pool of `capacity` keys, one after the other, until the pool is dropped. A pool of 0
    /// keys makes each when it is taken. Call it within a Tokio runtime.
    #[must_use]
    pub fn start(capacity: usize) -> Self {
        let (sender, receiver) = mpsc::channel(capacity.max(1));
        if capacity > 0 {
            tokio::spawn(Self::fill(sender));
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { ready: Mutex::new(receiver), on_demand: Arc::new(Semaphore::new(cores)) }
    }

    async fn fill(pool: mpsc::Sender<KeyPair>) {
        // First a free place, then the key: no key waits outside of the pool.
        while let Ok(place) = pool.reserve().await {
            match apart::compute(|| KeyPair::generate(KeySize::Bits2048)).await {
                Ok(pair) => place.send(pair),
                Err(_) => return,
            }
        }
    }

    /// A key pair, from the pool if it has one of this size.
    pub async fn take(&self, size: KeySize) -> KeyPair {
        if size == KeySize::Bits2048
            && let Some(pair) = self.take_ready()
        {
            return pair;
        }
        let permit = Arc::clone(&self.on_demand).acquire_owned().await;
        let made = apart::compute(move || {
            // The permit is held until the key is made, even if nobody waits for it any more.
            let _permit = permit;
            KeyPair::generate(size)
        });
        made.await.expect("making a key does not panic, and the runtime outlives its tasks")
    }

    fn take_ready(&self) -> Option<KeyPair> {
        let mut ready = self.ready.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        ready.try_recv().ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::time::Duration;

    use super::*;

    #[test]
    fn every_size_can_be_made_and_used_by_both_libraries() {
        for bits in KeySize::BITS {
            let size = KeySize::try_from(bits).unwrap();
            let pair = KeyPair::generate(size);
            let encrypted = pair.public.encrypt_oaep(&[7; 32]);
            assert_eq!(encrypted.len(), usize::from(bits) / 8);
            let private = PrivateKey::from_pkcs8(&pair.private_pkcs8).unwrap();
            assert_eq!(*private.decrypt_oaep(&encrypted).unwrap(), [7; 32]);
        }
        assert_eq!(KeySize::try_from(1024), Err(NotAKeySize));
    }

    #[test]
    fn a_public_key_survives_its_jwk() {
        let public = KeyPair::generate(KeySize::Bits2048).public;
        let jwk = public.to_jwk("key_1");
        assert_eq!((jwk.e.as_str(), jwk.n.len(), jwk.kid.as_str()), ("AQAB", 342, "key_1"));
        let json = serde_json::to_string(&jwk).unwrap();
        assert!(json.starts_with(r#"{"kty":"RSA","use":"enc","alg":"RSA-OAEP-256","kid":"key_1","n":""#));
        assert_eq!(PublicKey::from_jwk(&serde_json::from_str(&json).unwrap()), Ok(public.clone()));
        assert!(public.to_pem().starts_with("-----BEGIN PUBLIC KEY-----\nMIIB"));
    }

    #[test]
    fn a_jwk_of_another_size_is_refused() {
        let jwk = KeyPair::generate(KeySize::Bits2048).public.to_jwk("key_1");
        for (n, e) in [
            ("", "AQAB"),
            ("AQAB", "AQAB"),
            (&jwk.n, ""),
            (&jwk.n, "AA"),
            (&jwk.n[..300], "AQAB"),
            ("*", "AQAB"),
        ] {
            let wrong = PublicJwk { n: n.to_owned(), e: e.to_owned(), ..jwk.clone() };
            assert_eq!(PublicKey::from_jwk(&wrong), Err(BadKey), "{n} {e}");
        }
    }

    #[tokio::test]
    async fn a_pool_fills_itself_and_never_gives_a_key_twice() {
        let pool = KeyPool::start(2);
        tokio::time::timeout(Duration::from_mins(1), async {
            while pool.ready.lock().unwrap().len() < 2 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await
        .unwrap();
        let mut keys = Vec::new();
        for _ in 0..4 {
            keys.push(pool.take(KeySize::Bits2048).await.public.to_pem());
        }
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), 4);
        let none = KeyPool::start(0);
        assert!(!keys.contains(&none.take(KeySize::Bits2048).await.public.to_pem()));
    }
}
