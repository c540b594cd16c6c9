//! AES-256-GCM with random nonces, for keys and secrets at rest. A ciphertext is bound to what it is for.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

/// The format of everything that is sealed.
pub(super) const VERSION: u8 = 1;
/// The length of a key.
pub(super) const KEY_LENGTH: usize = 32;
/// What a ciphertext is longer than its plaintext: the nonce and the tag.
pub(super) const OVERHEAD: usize = NONCE_LEN + 16;

/// A key that seals and opens.
pub(super) struct Cipher(RandomizedNonceKey);

impl Cipher {
    pub(super) fn new(key: &[u8; KEY_LENGTH]) -> Self {
        Self(RandomizedNonceKey::new(&AES_256_GCM, key).expect("the key has the length of an AES-256 key"))
    }

    /// `head | nonce | ciphertext | tag`.
    pub(super) fn seal(&self, associated_data: &[u8], head: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let mut blob = Vec::with_capacity(head.len() + plaintext.len() + OVERHEAD);
        blob.extend_from_slice(head);
        blob.extend_from_slice(&[0; NONCE_LEN]);
        let start = blob.len();
        blob.extend_from_slice(plaintext);
        let (nonce, tag) = self
            .0
            .seal_in_place_separate_tag(Aad::from(associated_data), &mut blob[start..])
            .expect("AES-GCM encrypts whatever fits into memory");
        blob[start - NONCE_LEN..start].copy_from_slice(nonce.as_ref());
        blob.extend_from_slice(tag.as_ref());
        blob
    }

    /// Opens `nonce | ciphertext | tag`.
    pub(super) fn open(&self, associated_data: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, ciphertext) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut plaintext = Zeroizing::new(ciphertext.to_vec());
        let length = self.0.open_in_place(nonce, Aad::from(associated_data), &mut plaintext).ok()?.len();
        plaintext.truncate(length);
        Some(plaintext)
    }
}

/// The version and the parts, each after its length: no two lists give the same bytes.
pub(super) fn associated_data(parts: &[&str]) -> Vec<u8> {
    let mut data = vec![VERSION];
    for part in parts {
        data.extend_from_slice(&(part.len() as u64).to_be_bytes());
        data.extend_from_slice(part.as_bytes());
    }
    data
}
