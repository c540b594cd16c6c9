//! The certificate for HTTPS.

use std::time::{SystemTime, UNIX_EPOCH};

use latchkey_shared::doctor::{Cause, Finding};
use latchkey_shared::time::Timestamp;

use crate::configuration::Configuration;
use crate::program::tls::Certificate;

/// Most are renewed a month before they expire.
const SOON: u64 = 14 * 24 * 60 * 60;

/// What is wrong with the certificate.
pub(super) fn examine(configuration: &Configuration) -> Vec<Finding> {
    let Some(files) = configuration.tls.clone() else { return Vec::new() };
    let certificate = match Certificate::read(files) {
        Ok(certificate) => certificate,
        Err(error) => return vec![Finding::wrong(Cause::CertificateUnusable, Some(format!("{error:#}")))],
    };
    let mut found = Vec::new();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let end = certificate.expires_at();
    let about = || {
        let end = i64::try_from(end).unwrap_or(i64::MAX).saturating_mul(1_000);
        Some(Timestamp::from_millis(end).as_str().to_owned())
    };
    if end <= now {
        found.push(Finding::wrong(Cause::CertificateExpired, about()));
    } else if end - now < SOON {
        found.push(Finding::wrong(Cause::CertificateExpires, about()));
    }
    let host = configuration.public_url.as_ref().and_then(|url| url.host_str());
    if let Some(host) = host.filter(|host| !certificate.names(host)) {
        found.push(Finding::wrong(Cause::CertificateOfAnother, Some(host.to_owned())));
    }
    found
}
