//! Encryption at rest. Private keys, secrets and secret ids are stored under a
//! data key (AES-256-GCM), data keys under the master key, and every
//! ciphertext is bound to its place, so that none can be moved to another row,
//! column or installation.
//!
//! A stored blob is `version (1) | data key id (30) | nonce (12) | ciphertext |
//! tag (16)`. Nonces are random: a data key is good for 2^32 blobs (NIST SP
//! 800-38D §8.3).

use std::collections::HashMap;
use std::str::FromStr as _;

use latchkey_shared::ids::KeyId;
use zeroize::Zeroizing;

use super::master_key::{MasterKeys, WrappedDataKey};
use super::sealing::{Cipher, VERSION, associated_data};

const KEY_ID_LENGTH: usize = KeyId::PREFIX.len() + 26;

/// Where a ciphertext is stored.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The table.
    pub table: &'static str,
    /// The primary key of the row.
    pub row: &'a str,
    /// The column.
    pub column: &'static str,
}

/// What the vault refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The data keys were wrapped by another master key, or for another installation.
    #[error("the master key is not the one that wraps the data keys of this database")]
    WrongMasterKey,
    /// There is no data key to encrypt with.
    #[error("there is no data key")]
    NoDataKey,
    /// The blob was written by a later version, under an unknown data key, for
    /// another place, or was changed.
    #[error("the stored ciphertext cannot be opened")]
    CannotOpen,
}

/// The data keys, unwrapped and ready.
pub struct Vault {
    installation: String,
    current: KeyId,
    keys: HashMap<KeyId, Cipher>,
}

impl Vault {
    /// Unwraps the data keys of an installation. The current one encrypts, all decrypt.
    ///
    /// # Errors
    /// [`VaultError::WrongMasterKey`] if one of them does not open,
    /// [`VaultError::NoDataKey`] if the current one is not among them.
    pub fn unlock(
        masters: &MasterKeys,
        installation: &str,
        current: &KeyId,
        wrapped: &[WrappedDataKey],
    ) -> Result<Self, VaultError> {
        let open = |key: &WrappedDataKey| {
            let (_, bytes) = masters.unwrap(installation, key).ok_or(VaultError::WrongMasterKey)?;
            Ok((key.id.clone(), Cipher::new(&bytes)))
        };
        let keys: HashMap<_, _> = wrapped.iter().map(open).collect::<Result<_, VaultError>>()?;
        if !keys.contains_key(current) {
            return Err(VaultError::NoDataKey);
        }
        Ok(Self { installation: installation.to_owned(), current: current.clone(), keys })
    }

    /// The ids of the data keys.
    pub fn key_ids(&self) -> impl Iterator<Item = &KeyId> {
        self.keys.keys()
    }

    /// The data key that encrypts. A row names the one of what is encrypted in it.
    #[must_use]
    pub fn current(&self) -> &KeyId {
        &self.current
    }

    /// Encrypts what is to be stored at a place.
    #[must_use]
    pub fn seal(&self, place: &Place<'_>, plaintext: &[u8]) -> Vec<u8> {
        let mut head = Vec::with_capacity(1 + KEY_ID_LENGTH);
        head.push(VERSION);
        head.extend_from_slice(self.current.as_str().as_bytes());
        self.keys[&self.current].seal(&self.associated_data(place, &self.current), &head, plaintext)
    }

    /// Decrypts what is stored at a place.
    pub fn open(&self, place: &Place<'_>, blob: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (&version, rest) = blob.split_first().ok_or(VaultError::CannotOpen)?;
        let (id, sealed) = rest.split_at_checked(KEY_ID_LENGTH).ok_or(VaultError::CannotOpen)?;
        let id = std::str::from_utf8(id).ok().and_then(|id| KeyId::from_str(id).ok());
        let (Some(id), VERSION) = (id, version) else { return Err(VaultError::CannotOpen) };
        let cipher = self.keys.get(&id).ok_or(VaultError::CannotOpen)?;
        cipher.open(&self.associated_data(place, &id), sealed).ok_or(VaultError::CannotOpen)
    }

    /// Encrypts anew, under the current key, what is stored at a place.
    pub fn reseal(&self, place: &Place<'_>, blob: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.open(place, blob).map(|plaintext| self.seal(place, &plaintext))
    }

    fn associated_data(&self, place: &Place<'_>, key: &KeyId) -> Vec<u8> {
        associated_data(&[
            "latchkey stored secret",
            &self.installation,
            place.table,
            place.row,
            place.column,
            key.as_str(),
        ])
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::crypto::random_bytes;
    use crate::crypto::sealing::OVERHEAD;
    use base64::Engine as _;
    use proptest::prelude::*;

    const PLACE: Place<'static> = Place { table: "tokens", row: "tok_1", column: "secret" };

    fn masters() -> MasterKeys {
        let key = base64::engine::general_purpose::STANDARD.encode(random_bytes::<32>());
        MasterKeys::parse(&key).unwrap()
    }

    fn vault() -> (MasterKeys, WrappedDataKey, Vault) {
        let masters = masters();
        let key = masters.first().make_data_key("home");
        let vault = Vault::unlock(&masters, "home", &key.id, std::slice::from_ref(&key)).unwrap();
        (masters, key, vault)
    }

    #[test]
    fn a_blob_opens_only_in_its_own_row() {
        let (masters, key, vault) = vault();
        let blob = vault.seal(&PLACE, b"hush");
        assert_eq!(vault.open(&PLACE, &blob).unwrap().as_slice(), b"hush");
        for elsewhere in [
            Place { table: "keys", ..PLACE },
            Place { row: "tok_2", ..PLACE },
            Place { column: "name", ..PLACE },
            Place { table: "tokenst", row: "ok_1", ..PLACE },
        ] {
            assert_eq!(vault.open(&elsewhere, &blob).err(), Some(VaultError::CannotOpen));
        }
        assert_eq!(
            Vault::unlock(&masters, "abroad", &key.id, std::slice::from_ref(&key)).err(),
            Some(VaultError::WrongMasterKey),
            "data keys are bound to their installation"
        );
    }

    #[test]
    fn a_wrong_master_key_unlocks_nothing() {
        let (right, key, _) = vault();
        let unlock = |masters: &MasterKeys, keys: &[_]| Vault::unlock(masters, "home", &key.id, keys).err();
        assert_eq!(unlock(&masters(), std::slice::from_ref(&key)), Some(VaultError::WrongMasterKey));
        assert_eq!(unlock(&right, &[]), Some(VaultError::NoDataKey));
    }

    #[test]
    fn the_current_data_key_encrypts_and_the_others_open() {
        let (masters, key, before) = vault();
        let blob = before.seal(&PLACE, b"old");
        let new = masters.first().make_data_key("home");
        let coming = Vault::unlock(&masters, "home", &key.id, &[key.clone(), new.clone()]).unwrap();
        assert_eq!(before.open(&PLACE, &coming.seal(&PLACE, b"old")).unwrap().as_slice(), b"old");
        let after = Vault::unlock(&masters, "home", &new.id, &[key, new.clone()]).unwrap();
        assert_eq!(after.open(&PLACE, &blob).unwrap().as_slice(), b"old");
        let resealed = after.reseal(&PLACE, &blob).unwrap();
        assert!(before.open(&PLACE, &resealed).is_err());
        assert_eq!(after.open(&PLACE, &resealed).unwrap().as_slice(), b"old");
    }

    #[test]
    fn equal_texts_have_different_blobs() {
        let (.., vault) = vault();
        assert_ne!(vault.seal(&PLACE, b"same"), vault.seal(&PLACE, b"same"));
    }

    proptest! {
        #[test]
        fn every_text_comes_back(plaintext in proptest::collection::vec(any::<u8>(), 0..300)) {
            let (.., vault) = vault();
            let blob = vault.seal(&PLACE, &plaintext);
            prop_assert_eq!(blob.len(), 1 + KEY_ID_LENGTH + plaintext.len() + OVERHEAD);
            prop_assert_eq!(vault.open(&PLACE, &blob).unwrap().to_vec(), plaintext);
        }

        #[test]
        fn a_flipped_bit_is_noticed(bit in 0..(1 + KEY_ID_LENGTH + 20 + OVERHEAD) * 8) {
            let (.., vault) = vault();
            let mut blob = vault.seal(&PLACE, &[42; 20]);
            blob[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(vault.open(&PLACE, &blob).err(), Some(VaultError::CannotOpen));
        }

        #[test]
        fn no_blob_panics(blob in proptest::collection::vec(any::<u8>(), 0..120)) {
            let (.., vault) = vault();
            prop_assert!(vault.open(&PLACE, &blob).is_err());
        }
    }
}
