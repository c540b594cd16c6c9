//! Opens sealed messages in the queue of private-key operations. Recently used keys stay
//! loaded.

use std::sync::Arc;

use quick_cache::sync::Cache;
use zeroize::Zeroizing;

use super::jwe::Sealed;
use super::operations::{Overloaded, PrivateOperations, Source};
use super::rsa::{BadKey, PrivateKey};

/// Why a message was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenError<E> {
    /// There is no room for another operation now.
    Overloaded,
    /// The private key could not be fetched.
    Key(E),
    /// The stored private key is damaged.
    BadKey,
    /// The message was not sealed for this key, or it was changed.
    Failed,
}

impl<E> From<Overloaded> for OpenError<E> {
    fn from(_: Overloaded) -> Self {
        Self::Overloaded
    }
}

impl<E> From<BadKey> for OpenError<E> {
    fn from(_: BadKey) -> Self {
        Self::BadKey
    }
}

/// Opens sealed messages. A clone is another handle to the same one.
#[derive(Clone)]
pub struct Decryptor {
    operations: PrivateOperations,
    loaded: Arc<Cache<String, Arc<PrivateKey>>>,
}

impl Decryptor {
    /// How many keys stay loaded; each takes a few KiB.
    pub const LOADED_KEYS: usize = 4_096;

    /// Makes a decryptor that uses this queue.
    #[must_use]
    pub fn new(operations: PrivateOperations) -> Self {
        Self { operations, loaded: Arc::new(Cache::new(Self::LOADED_KEYS)) }
    }

    /// The queue.
    #[must_use]
    pub fn operations(&self) -> &PrivateOperations {
        &self.operations
    }

    /// Opens a message with the key that its header names.
    ///
    /// `source` is the caller, for fairness. `private_key` fetches the key as PKCS#8 in DER; it
    /// is called only if the key is not loaded. The caller must know that the key exists.
    pub async fn open<E, F>(
        &self,
        sealed: Sealed,
        source: Source<'_>,
        private_key: impl FnOnce() -> F,
    ) -> Result<Zeroizing<Vec<u8>>, OpenError<E>>
    where
        F: Future<Output = Result<Zeroizing<Vec<u8>>, E>>,
    {
        let ticket = self.operations.admit(&sealed.header.kid, source)?;
        let opened = if let Some(key) = self.loaded.get(&sealed.header.kid) {
            self.operations.run(ticket, move || sealed.open(&key)).await?
        } else {
            let pkcs8 = private_key().await.map_err(OpenError::Key)?;
            let loaded = Arc::clone(&self.loaded);
            let load_and_open = move || {
                let key = Arc::new(PrivateKey::from_pkcs8(&pkcs8)?);
                let opened = sealed.open(&key);
                loaded.insert(sealed.header.kid, key);
                Ok::<_, BadKey>(opened)
            };
            self.operations.run(ticket, load_and_open).await??
        };
        opened.ok_or(OpenError::Failed)
    }

    /// Unloads a key that was deleted.
    pub fn forget(&self, kid: &str) {
        self.loaded.remove(kid);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::cell::Cell;

    use super::*;
    use crate::crypto::jwe::{Header, seal};
    use crate::crypto::operations::Limits;
    use crate::crypto::rsa::{KeyPair, KeySize};

    #[tokio::test]
    async fn a_key_is_fetched_once_until_it_is_forgotten() {
        let pair = KeyPair::generate(KeySize::Bits2048);
        let decryptor = Decryptor::new(PrivateOperations::new(Limits::default()));
        let fetched = Cell::new(0);
        let header = Header { kid: "key_1".to_owned(), typ: None };
        let open = async || {
            let sealed = Sealed::parse(&seal(&pair.public, &header, b"hush")).unwrap();
            let fetch = async || {
                fetched.set(fetched.get() + 1);
                Ok::<_, ()>(pair.private_pkcs8.clone())
            };
            decryptor.open(sealed, Source::Named("test"), fetch).await.unwrap().to_vec()
        };
        assert_eq!(open().await, b"hush");
        assert_eq!(open().await, b"hush");
        assert_eq!(fetched.get(), 1);
        decryptor.forget("key_1");
        assert_eq!(open().await, b"hush");
        assert_eq!(fetched.get(), 2);
    }

    #[tokio::test]
    async fn different_failures_give_different_errors() {
        let pair = KeyPair::generate(KeySize::Bits2048);
        let other = KeyPair::generate(KeySize::Bits2048);
        let header = Header { kid: "key_1".to_owned(), typ: None };
        let sealed = Sealed::parse(&seal(&pair.public, &header, b"hush")).unwrap();
        let full = Limits { admitted: 0, ..Limits::default() };
        let full = Decryptor::new(PrivateOperations::new(full));
        let decryptor = Decryptor::new(PrivateOperations::new(Limits::default()));
        let error = async |decryptor: &Decryptor, key: Result<Vec<u8>, &'static str>| {
            let fetch = async || key.map(Zeroizing::new);
            decryptor.open(sealed.clone(), Source::Named("test"), fetch).await.map(|_| ()).unwrap_err()
        };
        assert_eq!(error(&full, Err("not asked")).await, OpenError::Overloaded);
        assert_eq!(error(&decryptor, Err("gone")).await, OpenError::Key("gone"));
        assert_eq!(error(&decryptor, Ok(vec![1, 2, 3])).await, OpenError::BadKey);
        assert_eq!(error(&decryptor, Ok(other.private_pkcs8.to_vec())).await, OpenError::Failed);
    }
}
