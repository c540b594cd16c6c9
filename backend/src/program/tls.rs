//! The certificate of the server and its key, which are read again when they change.
//!
//! The files are looked at from time to time, so it does not matter how they are replaced: in place,
//! by a rename, or by a symbolic link. A new certificate is taken only with the key that fits it.

use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::client::verify_server_name;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::Decode as _;
use zeroize::Zeroizing;

use crate::configuration::tls::Tls;

/// How often the files are looked at.
const INTERVAL: Duration = Duration::from_secs(2);

/// The certificate in use.
pub(super) struct Certificate {
    files: Tls,
    provider: Arc<CryptoProvider>,
    in_use: ArcSwap<Pair>,
    /// Whether the files were a pair when they were looked at last.
    do_files_fit: AtomicBool,
}

/// A certificate with the key that fits it.
struct Pair {
    key: Arc<CertifiedKey>,
    /// Seconds since the epoch.
    expires_at: u64,
}

impl Certificate {
    /// Reads the files for the first time.
    ///
    /// # Errors
    /// A file cannot be read, or the key does not fit the certificate.
    pub(super) fn read(files: Tls) -> anyhow::Result<Arc<Self>> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let in_use = ArcSwap::from_pointee(Pair::read(&files, &provider)?);
        Ok(Arc::new(Self { files, provider, in_use, do_files_fit: AtomicBool::new(true) }))
    }

    /// TLS 1.2 and 1.3 with this certificate, for clients whose certificate this verifier accepts; for
    /// all clients if there is none.
    pub(super) fn server_config(
        self: &Arc<Self>,
        clients: Option<Arc<dyn ClientCertVerifier>>,
    ) -> anyhow::Result<ServerConfig> {
        let config = ServerConfig::builder_with_provider(Arc::clone(&self.provider));
        let config = config.with_safe_default_protocol_versions()?;
        let config = match clients {
            Some(clients) => config.with_client_cert_verifier(clients),
            None => config.with_no_client_auth(),
        };
        Ok(config.with_cert_resolver(Arc::<Self>::clone(self)))
    }

    /// When the certificate in use expires, in seconds since the epoch.
    pub(super) fn expires_at(&self) -> u64 {
        self.in_use.load().expires_at
    }

    /// Whether the certificate in use is for this host: a name, or an address as in a URL.
    pub(super) fn names(&self, host: &str) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let pair = self.in_use.load();
        let certificate = pair.key.cert.first().map(ParsedCertificate::try_from);
        let (Some(Ok(certificate)), Ok(name)) = (certificate, ServerName::try_from(host)) else {
            return false;
        };
        verify_server_name(&certificate, &name).is_ok()
    }

    /// Whether the files were a pair when they were looked at last. If not, the one before stays in use.
    pub(super) fn do_files_fit(&self) -> bool {
        self.do_files_fit.load(Ordering::Relaxed)
    }

    /// Looks at the files from time to time.
    pub(super) async fn keep_looking(self: Arc<Self>) {
        let mut tick = tokio::time::interval(INTERVAL);
        loop {
            tick.tick().await;
            let looking = Arc::clone(&self);
            // The files may be on a slow disk.
            if let Err(error) = tokio::task::spawn_blocking(move || looking.look()).await {
                tracing::error!(%error, "the certificate is not looked at");
            }
        }
    }

    fn look(&self) {
        match Pair::read(&self.files, &self.provider) {
            Ok(pair) => {
                // A chain has one key, so the key is new only if the chain is.
                if pair.key.cert != self.in_use.load().key.cert {
                    tracing::info!(expires_at = pair.expires_at, "a new certificate is in use");
                    self.in_use.store(Arc::new(pair));
                }
                self.do_files_fit.store(true, Ordering::Relaxed);
            }
            Err(error) => {
                if self.do_files_fit.swap(false, Ordering::Relaxed) {
                    let error = format!("{error:#}");
                    tracing::error!(error, "the new certificate is not taken; the old one stays in use");
                }
            }
        }
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.in_use.load().key))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("files", &self.files).finish_non_exhaustive()
    }
}

impl Pair {
    fn read(files: &Tls, provider: &CryptoProvider) -> anyhow::Result<Self> {
        let context = |what: &str, path: &Path| format!("{what} {}", path.display());
        let certificate = || context("tls_certificate", &files.certificate);
        let key = || context("tls_key", &files.key);
        let chain = fs::read(&files.certificate).with_context(certificate)?;
        let chain: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(&chain).collect::<Result<_, _>>().with_context(certificate)?;
        ensure!(!chain.is_empty(), "{}: there is no certificate in it", certificate());
        let private = Zeroizing::new(fs::read(&files.key).with_context(key)?);
        let private = PrivateKeyDer::from_pem_slice(&private).with_context(key)?;
        let expires_at = expiry(&chain[0]).with_context(certificate)?;
        let key = CertifiedKey::from_der(chain, private, provider)
            .with_context(|| format!("{} does not fit {}", key(), certificate()))?;
        Ok(Self { key: Arc::new(key), expires_at })
    }
}

fn expiry(certificate: &[u8]) -> anyhow::Result<u64> {
    let certificate: CertificateInner<Raw> = CertificateInner::from_der(certificate)?;
    Ok(certificate.tbs_certificate().validity().not_after.to_unix_duration().as_secs())
}
