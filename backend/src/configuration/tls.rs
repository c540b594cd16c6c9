//! The files for HTTPS.

use std::net::SocketAddr;
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

/// The listener for verifiers that prove themselves with a certificate.
#[derive(Debug, Clone)]
pub struct Verifiers {
    /// Its address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// A PEM file with the authorities of their certificates.
    pub authorities: PathBuf,
}

impl Verifiers {
    pub(super) fn of(first: &Options, second: &Options) -> anyhow::Result<Option<Self>> {
        let authorities = first.verifier_authorities.as_ref().or(second.verifier_authorities.as_ref());
        match (first.verifier_listen.or(second.verifier_listen), authorities.cloned()) {
            (Some(listen), Some(authorities)) => Ok(Some(Self { listen, authorities })),
            (None, None) => Ok(None),
            _ => bail!("verifier_listen and verifier_authorities belong together"),
        }
    }
}
