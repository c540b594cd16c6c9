//! Encryption at rest. Private keys, secrets and secret ids are stored under a
//! data key (AES-256-GCM), data keys under the master key, and every
//! ciphertext is bound to its place, so that none can be moved to another row,
//! column or installation.
//!
//! A stored blob is `version (1) | data key id (30) | nonce (12) | ciphertext |
//! tag (16)`. Nonces are random: a data key is good for 2^32 blobs (NIST SP
//! 800-38D §8.3), and a new one takes over when another is added.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::str::FromStr as _;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey_shared::ids::KeyId;
use zeroize::Zeroizing;

use super::random_bytes;

const VERSION: u8 = 1;
const KEY_LENGTH: usize = 32;
const KEY_ID_LENGTH: usize = KeyId::PREFIX.len() + 26;
const TAG_LENGTH: usize = 16;
const HEAD_LENGTH: usize = 1 + KEY_ID_LENGTH + NONCE_LEN;

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
    #[error("the master key is not the one that this database was made with")]
    WrongMasterKey,
    /// There is no data key to encrypt with.
    #[error("there is no data key")]
    NoDataKey,
    /// The blob was written by a later version, under an unknown data key, for
    /// another place, or was changed.
    #[error("the stored ciphertext cannot be opened")]
    CannotOpen,
}

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The text is not 32 bytes in base64.
    #[error("a master key is 32 bytes in base64 (44 characters)")]
    NotAKey,
    /// The key file cannot be read or written.
    #[error("the key file: {0}")]
    File(#[from] io::Error),
}

/// The key that wraps the data keys. It is given by the operator or kept in a
/// file beside the database, never in it.
pub struct MasterKey(Zeroizing<[u8; KEY_LENGTH]>);

impl MasterKey {
    /// A new key.
    #[must_use]
    pub fn generate() -> Self {
        Self(Zeroizing::new(random_bytes()))
    }

    /// Reads 32 bytes in base64; white space around it is ignored.
    pub fn from_base64(text: &str) -> Result<Self, MasterKeyError> {
        let bytes = STANDARD.decode(text.trim()).map(Zeroizing::new).map_err(|_| MasterKeyError::NotAKey)?;
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        if bytes.len() != KEY_LENGTH {
            return Err(MasterKeyError::NotAKey);
        }
        key.copy_from_slice(&bytes);
        Ok(Self(key))
    }

    /// Reads a key file; `None` if there is no such file.
    pub fn read_file(path: &Path) -> Result<Option<Self>, MasterKeyError> {
        let mut text = Zeroizing::new(String::new());
        match File::open(path) {
            // A key takes 44 characters: whatever is longer is something else.
            Ok(file) => file.take(1024).read_to_string(&mut text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Self::from_base64(&text).map(Some)
    }

    /// Makes a key and a file for it that only its owner may read. The file
    /// must not exist; it is on the disk when this returns.
    pub fn create_file(path: &Path) -> Result<Self, MasterKeyError> {
        let key = Self::generate();
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        let text = Zeroizing::new(STANDARD.encode(key.0.as_slice()));
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        // The directory as well: data encrypted under a key whose file a crash took away is lost.
        #[cfg(unix)]
        match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all()?,
            _ => File::open(".")?.sync_all()?,
        }
        Ok(key)
    }

    /// Makes a data key for an installation, wrapped for the database.
    #[must_use]
    pub fn make_data_key(&self, installation: &str) -> WrappedDataKey {
        let id = KeyId::new();
        let key = Zeroizing::new(random_bytes::<KEY_LENGTH>());
        let wrapped = seal(&self.cipher(), &wrapping_data(installation, &id), &[], &*key);
        WrappedDataKey { id, wrapped }
    }

    fn unwrap(&self, installation: &str, key: &WrappedDataKey) -> Result<RandomizedNonceKey, VaultError> {
        let data = wrapping_data(installation, &key.id);
        let bytes = open(&self.cipher(), &data, &key.wrapped).ok_or(VaultError::WrongMasterKey)?;
        RandomizedNonceKey::new(&AES_256_GCM, &bytes).map_err(|_| VaultError::WrongMasterKey)
    }

    fn cipher(&self) -> RandomizedNonceKey {
        RandomizedNonceKey::new(&AES_256_GCM, &*self.0).expect("the key has the length of an AES-256 key")
    }
}

/// A data key as the database stores it. That it opens is the proof that the
/// master key is the right one.
#[derive(Debug, Clone)]
pub struct WrappedDataKey {
    /// Its id; a later key sorts after an earlier one.
    pub id: KeyId,
    /// `nonce | ciphertext | tag`, under the master key.
    pub wrapped: Vec<u8>,
}

/// The data keys, unwrapped and ready.
pub struct Vault {
    installation: String,
    current: KeyId,
    keys: HashMap<KeyId, RandomizedNonceKey>,
}

impl Vault {
    /// Unwraps the data keys of an installation. The latest encrypts, all decrypt.
    ///
    /// # Errors
    /// [`VaultError::WrongMasterKey`] if one of them does not open,
    /// [`VaultError::NoDataKey`] if there is none.
    pub fn unlock(
        master: &MasterKey,
        installation: &str,
        wrapped: &[WrappedDataKey],
    ) -> Result<Self, VaultError> {
        let current = wrapped.iter().map(|key| &key.id).max().cloned().ok_or(VaultError::NoDataKey)?;
        let keys = wrapped
            .iter()
            .map(|key| Ok((key.id.clone(), master.unwrap(installation, key)?)))
            .collect::<Result<_, VaultError>>()?;
        Ok(Self { installation: installation.to_owned(), current, keys })
    }

    /// The ids of the data keys.
    pub fn key_ids(&self) -> impl Iterator<Item = &KeyId> {
        self.keys.keys()
    }

    /// Encrypts what is to be stored at a place.
    #[must_use]
    pub fn seal(&self, place: &Place<'_>, plaintext: &[u8]) -> Vec<u8> {
        let mut head = Vec::with_capacity(1 + KEY_ID_LENGTH);
        head.push(VERSION);
        head.extend_from_slice(self.current.as_str().as_bytes());
        let cipher = &self.keys[&self.current];
        seal(cipher, &self.associated_data(place, &self.current), &head, plaintext)
    }

    /// Decrypts what is stored at a place.
    pub fn open(&self, place: &Place<'_>, blob: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (&version, rest) = blob.split_first().ok_or(VaultError::CannotOpen)?;
        let (id, sealed) = rest.split_at_checked(KEY_ID_LENGTH).ok_or(VaultError::CannotOpen)?;
        let id = std::str::from_utf8(id).ok().and_then(|id| KeyId::from_str(id).ok());
        let (Some(id), VERSION) = (id, version) else { return Err(VaultError::CannotOpen) };
        let cipher = self.keys.get(&id).ok_or(VaultError::CannotOpen)?;
        open(cipher, &self.associated_data(place, &id), sealed).ok_or(VaultError::CannotOpen)
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

fn wrapping_data(installation: &str, key: &KeyId) -> Vec<u8> {
    associated_data(&["latchkey data key", installation, key.as_str()])
}

/// The version and the parts, each after its length: no two lists give the same bytes.
fn associated_data(parts: &[&str]) -> Vec<u8> {
    let mut data = vec![VERSION];
    for part in parts {
        data.extend_from_slice(&(part.len() as u64).to_be_bytes());
        data.extend_from_slice(part.as_bytes());
    }
    data
}

/// `head | nonce | ciphertext | tag`.
fn seal(cipher: &RandomizedNonceKey, associated_data: &[u8], head: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let mut blob = Vec::with_capacity(HEAD_LENGTH + plaintext.len() + TAG_LENGTH);
    blob.extend_from_slice(head);
    blob.extend_from_slice(&[0; NONCE_LEN]);
    let start = blob.len();
    blob.extend_from_slice(plaintext);
    let (nonce, tag) = cipher
        .seal_in_place_separate_tag(Aad::from(associated_data), &mut blob[start..])
        .expect("AES-GCM encrypts whatever fits into memory");
    blob[start - NONCE_LEN..start].copy_from_slice(nonce.as_ref());
    blob.extend_from_slice(tag.as_ref());
    blob
}

fn open(cipher: &RandomizedNonceKey, associated_data: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, ciphertext) = sealed.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut plaintext = Zeroizing::new(ciphertext.to_vec());
    let length = cipher.open_in_place(nonce, Aad::from(associated_data), &mut plaintext).ok()?.len();
    plaintext.truncate(length);
    Some(plaintext)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use proptest::prelude::*;

    const PLACE: Place<'static> = Place { table: "tokens", row: "tok_1", column: "secret" };

    fn vault() -> (MasterKey, Vec<WrappedDataKey>, Vault) {
        let master = MasterKey::generate();
        let wrapped = vec![master.make_data_key("home")];
        let vault = Vault::unlock(&master, "home", &wrapped).unwrap();
        (master, wrapped, vault)
    }

    #[test]
    fn a_blob_opens_only_in_its_own_row() {
        let (master, wrapped, vault) = vault();
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
            Vault::unlock(&master, "abroad", &wrapped).err(),
            Some(VaultError::WrongMasterKey),
            "data keys are bound to their installation"
        );
    }

    #[test]
    fn a_wrong_master_key_unlocks_nothing() {
        let (master, wrapped, _) = vault();
        assert_eq!(
            Vault::unlock(&MasterKey::generate(), "home", &wrapped).err(),
            Some(VaultError::WrongMasterKey)
        );
        assert_eq!(Vault::unlock(&master, "home", &[]).err(), Some(VaultError::NoDataKey));
    }

    #[test]
    fn the_latest_data_key_encrypts_and_earlier_ones_still_open() {
        let (master, mut wrapped, before) = vault();
        let blob = before.seal(&PLACE, b"old");
        std::thread::sleep(std::time::Duration::from_millis(2));
        wrapped.insert(0, master.make_data_key("home"));
        let after = Vault::unlock(&master, "home", &wrapped).unwrap();
        assert_eq!(after.open(&PLACE, &blob).unwrap().as_slice(), b"old");
        assert!(before.open(&PLACE, &after.seal(&PLACE, b"new")).is_err());
    }

    #[test]
    fn equal_texts_have_different_blobs() {
        let (.., vault) = vault();
        assert_ne!(vault.seal(&PLACE, b"same"), vault.seal(&PLACE, b"same"));
    }

    #[test]
    fn a_master_key_is_32_bytes_in_base64() {
        assert!(MasterKey::from_base64(&format!(" {}\n", STANDARD.encode([7; 32]))).is_ok());
        for wrong in [String::new(), STANDARD.encode([7; 31]), STANDARD.encode([7; 33]), "*".repeat(44)] {
            assert!(matches!(MasterKey::from_base64(&wrong), Err(MasterKeyError::NotAKey)), "{wrong}");
        }
    }

    #[test]
    fn a_key_file_is_made_once_and_for_its_owner_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        assert!(MasterKey::read_file(&path).unwrap().is_none());
        let made = MasterKey::create_file(&path).unwrap();
        let read = MasterKey::read_file(&path).unwrap().unwrap();
        assert_eq!(*made.0, *read.0);
        assert!(matches!(MasterKey::create_file(&path), Err(MasterKeyError::File(_))));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back(plaintext in proptest::collection::vec(any::<u8>(), 0..300)) {
            let (.., vault) = vault();
            let blob = vault.seal(&PLACE, &plaintext);
            prop_assert_eq!(blob.len(), HEAD_LENGTH + plaintext.len() + TAG_LENGTH);
            prop_assert_eq!(vault.open(&PLACE, &blob).unwrap().to_vec(), plaintext);
        }

        #[test]
        fn a_flipped_bit_is_noticed(bit in 0..(HEAD_LENGTH + 20 + TAG_LENGTH) * 8) {
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
