//! The key that wraps the data keys. It is given by the operator or kept in a file, never in the
//! database. While it is rotated, there are two: the one that wraps, and the next one.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey_shared::ids::KeyId;
use zeroize::Zeroizing;

use super::sealing::{Cipher, KEY_LENGTH, associated_data};
use super::{random_bytes, to_base64url};

/// How many bytes of a MAC tell master keys apart. They say nothing about the key.
const CHECK_LENGTH: usize = 9;
/// The longest text with master keys. Two take 89 characters: whatever is longer is something else.
pub const LONGEST: u64 = 1_024;

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The text is not one or two keys.
    #[error("a master key is 32 bytes in base64 (44 characters); there may be two, on a line each")]
    NotAKey,
    /// The key file cannot be read or written.
    #[error("the key file: {0}")]
    File(#[from] io::Error),
    /// The command did not print a key.
    #[error("master_key_command: {0}")]
    Command(io::Error),
}

/// A data key as the database stores it.
#[derive(Debug, Clone)]
pub struct WrappedDataKey {
    /// Its id.
    pub id: KeyId,
    /// `nonce | ciphertext | tag`, under the master key.
    pub wrapped: Vec<u8>,
    /// The check value of the master key; `None` if it was not noted yet.
    pub master_key: Option<String>,
}

/// A key that wraps data keys.
pub struct MasterKey(Zeroizing<[u8; KEY_LENGTH]>);

impl MasterKey {
    fn generate() -> Self {
        Self(Zeroizing::new(random_bytes()))
    }

    fn from_base64(text: &str) -> Result<Self, MasterKeyError> {
        let bytes = STANDARD.decode(text).map(Zeroizing::new).map_err(|_| MasterKeyError::NotAKey)?;
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        if bytes.len() != KEY_LENGTH {
            return Err(MasterKeyError::NotAKey);
        }
        key.copy_from_slice(&bytes);
        Ok(Self(key))
    }

    /// A value by which nodes compare this key. It is another one in each installation.
    #[must_use]
    pub fn check(&self, installation: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_slice());
        let mac = hmac::sign(&key, &associated_data(&["latchkey master key", installation]));
        to_base64url(&mac.as_ref()[..CHECK_LENGTH])
    }

    /// Makes a data key for an installation, wrapped for the database.
    #[must_use]
    pub fn make_data_key(&self, installation: &str) -> WrappedDataKey {
        self.wrap(installation, KeyId::new(), &Zeroizing::new(random_bytes::<KEY_LENGTH>()))
    }

    /// Wraps a data key under this key that is wrapped under `before`; `None` if it does not open.
    #[must_use]
    pub fn rewrap(&self, before: &Self, installation: &str, key: &WrappedDataKey) -> Option<WrappedDataKey> {
        let bytes = before.unwrap(installation, key)?;
        Some(self.wrap(installation, key.id.clone(), &bytes))
    }

    fn wrap(&self, installation: &str, id: KeyId, key: &Zeroizing<[u8; KEY_LENGTH]>) -> WrappedDataKey {
        let wrapped = self.cipher().seal(&wrapping_data(installation, &id), &[], key.as_slice());
        WrappedDataKey { id, wrapped, master_key: Some(self.check(installation)) }
    }

    /// The bytes of a data key; `None` if another key wrapped it, or for another installation.
    pub(super) fn unwrap(
        &self,
        installation: &str,
        key: &WrappedDataKey,
    ) -> Option<Zeroizing<[u8; KEY_LENGTH]>> {
        let opened = self.cipher().open(&wrapping_data(installation, &key.id), &key.wrapped)?;
        let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
        bytes.copy_from_slice(opened.get(..KEY_LENGTH).filter(|_| opened.len() == KEY_LENGTH)?);
        Some(bytes)
    }

    fn cipher(&self) -> Cipher {
        Cipher::new(&self.0)
    }
}

/// The master keys that a node holds: one, or also the next one.
pub struct MasterKeys {
    first: MasterKey,
    second: Option<MasterKey>,
}

impl MasterKeys {
    /// Reads one or two keys of 32 bytes in base64, with white space between them.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let mut keys = text.split_whitespace().map(MasterKey::from_base64);
        let first = keys.next().ok_or(MasterKeyError::NotAKey)??;
        let second = keys.next().transpose()?;
        if keys.next().is_some() { Err(MasterKeyError::NotAKey) } else { Ok(Self { first, second }) }
    }

    /// Reads a key file; `None` if there is no such file.
    pub fn read_file(path: &Path) -> Result<Option<Self>, MasterKeyError> {
        let mut text = Zeroizing::new(String::new());
        match File::open(path) {
            Ok(file) => file.take(LONGEST).read_to_string(&mut text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Self::parse(&text).map(Some)
    }

    /// Makes a key and a file for it that only its owner may read. The file
    /// must not exist; it is on the disk when this returns.
    pub fn create_file(path: &Path) -> Result<Self, MasterKeyError> {
        let key = MasterKey::generate();
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
        Ok(Self { first: key, second: None })
    }

    /// The key for a database that has none.
    #[must_use]
    pub fn first(&self) -> &MasterKey {
        &self.first
    }

    fn all(&self) -> impl Iterator<Item = &MasterKey> {
        std::iter::once(&self.first).chain(&self.second)
    }

    /// The check values of the keys.
    #[must_use]
    pub fn checks(&self, installation: &str) -> Vec<String> {
        self.all().map(|key| key.check(installation)).collect()
    }

    /// The key with this check value.
    #[must_use]
    pub fn find(&self, installation: &str, check: &str) -> Option<&MasterKey> {
        self.all().find(|key| key.check(installation) == check)
    }

    /// The key that is not the one with this check value.
    #[must_use]
    pub fn next(&self, installation: &str, check: &str) -> Option<&MasterKey> {
        self.all().find(|key| key.check(installation) != check)
    }

    /// The key that wrapped a data key, and the data key.
    pub(super) fn unwrap(
        &self,
        installation: &str,
        key: &WrappedDataKey,
    ) -> Option<(&MasterKey, Zeroizing<[u8; KEY_LENGTH]>)> {
        self.all().find_map(|master| master.unwrap(installation, key).map(|bytes| (master, bytes)))
    }

    /// The check value of the key that wrapped a data key.
    #[must_use]
    pub fn wrapped_by(&self, installation: &str, key: &WrappedDataKey) -> Option<String> {
        self.unwrap(installation, key).map(|(master, _)| master.check(installation))
    }
}

fn wrapping_data(installation: &str, key: &KeyId) -> Vec<u8> {
    associated_data(&["latchkey data key", installation, key.as_str()])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_master_key_is_32_bytes_in_base64() {
        let right = STANDARD.encode([7; 32]);
        for text in [format!(" {right}\n"), format!("{right}\n{}\n", STANDARD.encode([8; 32]))] {
            assert!(MasterKeys::parse(&text).is_ok(), "{text}");
        }
        let wrong = [String::new(), STANDARD.encode([7; 31]), STANDARD.encode([7; 33]), "*".repeat(44)];
        for wrong in wrong.into_iter().chain([format!("{right} {right} {right}")]) {
            assert!(matches!(MasterKeys::parse(&wrong), Err(MasterKeyError::NotAKey)), "{wrong}");
        }
    }

    #[test]
    fn a_check_value_tells_keys_and_installations_apart() {
        let (one, two) = (MasterKey::generate(), MasterKey::generate());
        assert_eq!(one.check("home"), one.check("home"));
        assert_ne!(one.check("home"), two.check("home"));
        assert_ne!(one.check("home"), one.check("abroad"));
        assert_eq!(one.check("home").len(), 12);
    }

    #[test]
    fn a_data_key_moves_to_the_next_master_key() {
        let keys = MasterKeys { first: MasterKey::generate(), second: Some(MasterKey::generate()) };
        let key = keys.first().make_data_key("home");
        let in_use = key.master_key.clone().unwrap();
        let next = keys.next("home", &in_use).unwrap();
        let moved = next.rewrap(keys.find("home", &in_use).unwrap(), "home", &key).unwrap();
        assert_eq!(moved.master_key, Some(next.check("home")));
        assert_eq!(next.unwrap("home", &moved), keys.first().unwrap("home", &key));
        assert!(keys.first().unwrap("home", &moved).is_none());
        assert_eq!(keys.wrapped_by("home", &moved), moved.master_key);
        assert!(next.rewrap(next, "home", &key).is_none());
    }

    #[test]
    fn a_key_file_is_made_once_and_for_its_owner_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        assert!(MasterKeys::read_file(&path).unwrap().is_none());
        let made = MasterKeys::create_file(&path).unwrap();
        let read = MasterKeys::read_file(&path).unwrap().unwrap();
        assert_eq!(*made.first.0, *read.first.0);
        assert!(matches!(MasterKeys::create_file(&path), Err(MasterKeyError::File(_))));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
