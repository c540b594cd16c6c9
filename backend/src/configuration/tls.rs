//! The files for HTTPS.

use std::path::PathBuf;

use anyhow::bail;

use super::options::Options;

/// The files of a certificate and its key, in PEM.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The certificate, and those between it and its authority.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl Tls {
    pub(super) fn of(first: &Options, second: &Options) -> anyhow::Result<Option<Self>> {
        let certificate = first.tls_certificate.as_ref().or(second.tls_certificate.as_ref());
        let key = first.tls_key.as_ref().or(second.tls_key.as_ref());
        match (certificate.cloned(), key.cloned()) {
            (Some(certificate), Some(key)) => Ok(Some(Self { certificate, key })),
            (None, None) => Ok(None),
            _ => bail!("tls_certificate and tls_key belong together"),
        }
    }
}
