//! Password hashing: argon2id (RFC 9106) on blocking threads, a few at a time,
//! so that a flood of logins cannot take the memory or the cores.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;

use crate::crypto::Secret;
use crate::web::problem::Problem;

/// The most attempts that wait for their turn.
const WAITING: usize = 64;
/// The hash that an unknown name is checked against, so that it takes as long as a known one.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IG5vYm9keQ$R4L5ewZ0KXGpYbOKTLgAV2Dvx4pdfz6VAyVnvTuFx1k";

/// How long a password is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasting {
    /// Until the first login. The user must choose another one.
    Temporary,
    /// The user chose it.
    Chosen,
}

impl Lasting {
    /// The flag as SQL keeps it.
    #[must_use]
    pub fn flag(self) -> i32 {
        i32::from(self == Self::Temporary)
    }
}

/// Hashes and checks passwords.
pub struct Hasher {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

impl Default for Hasher {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { running: Arc::new(Semaphore::new(cores)), admitted: Arc::new(Semaphore::new(WAITING)) }
    }
}

impl Hasher {
    /// Hashes a password.
    pub async fn hash(&self, password: Secret) -> Result<String, Problem> {
        self.run(move || {
            let hash = Argon2::default().hash_password(password.expose().as_bytes());
            hash.map(|hash| hash.to_string()).map_err(Problem::internal)
        })
        .await?
    }

    /// Checks a password against a hash. Without a hash it fails after the same time.
    pub async fn verify(&self, password: Secret, hash: Option<String>) -> Result<bool, Problem> {
        self.run(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
            let hash = PasswordHash::new(&hash).map_err(Problem::internal)?;
            Ok(Argon2::default().verify_password(password.expose().as_bytes(), &hash).is_ok() && known)
        })
        .await?
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| Problem::unavailable(1))?;
        let permit = Arc::clone(&self.running).acquire_owned().await.map_err(Problem::internal)?;
        tokio::task::spawn_blocking(move || {
            let _held = (admitted, permit);
            work()
        })
        .await
        .map_err(Problem::internal)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash() {
        let hasher = Hasher::default();
        let secret = |text: &str| Secret::new(text.to_owned());
        let hash = hasher.hash(secret("correct horse")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(hasher.verify(secret("correct horse"), Some(hash.clone())).await.unwrap());
        assert!(!hasher.verify(secret("wrong horse"), Some(hash)).await.unwrap());
        assert!(!hasher.verify(secret("nobody"), None).await.unwrap());
    }
}
