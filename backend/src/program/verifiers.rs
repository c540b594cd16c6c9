//! The listener for verifiers that prove themselves with a certificate. A certificate belongs to a
//! connection, and a server that asks for one asks browsers, too. So verifiers have a listener of their own.

use std::any::Any;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::rt::net::TcpStream;
use anyhow::Context as _;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::server::{ServerConfig, WebPkiClientVerifier};
use rustls::{RootCertStore, crypto};
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::Decode as _;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use super::tls::Certificate;
use crate::systems::verifier::ClientCertificate;

/// TLS for clients with a certificate of these authorities.
pub(super) fn server_config(
    certificate: &Arc<Certificate>,
    authorities: &Path,
) -> anyhow::Result<ServerConfig> {
    let context = || format!("verifier_authorities {}", authorities.display());
    let text = fs::read(authorities).with_context(context)?;
    let mut roots = RootCertStore::empty();
    for authority in CertificateDer::pem_slice_iter(&text) {
        roots.add(authority.with_context(context)?).with_context(context)?;
    }
    let provider = Arc::new(crypto::aws_lc_rs::default_provider());
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    certificate.server_config(Some(clients.build().with_context(context)?))
}

/// The certificate that the client of a connection has shown.
pub(super) fn client_certificate(connection: &dyn Any) -> Option<ClientCertificate> {
    let stream = connection.downcast_ref::<TlsStream<TcpStream>>()?;
    let certificate = stream.get_ref().1.peer_certificates()?.first()?;
    Some(ClientCertificate::with(names(certificate)?))
}

/// The DNS names and the URIs of a certificate.
fn names(certificate: &[u8]) -> Option<Vec<String>> {
    let certificate: CertificateInner<Raw> = CertificateInner::from_der(certificate).ok()?;
    let (_, SubjectAltName(names)) = certificate.tbs_certificate().get_extension().ok()??;
    let name = |name: GeneralName| match name {
        GeneralName::DnsName(name) => Some(name.as_str().to_ascii_lowercase()),
        GeneralName::UniformResourceIdentifier(uri) => Some(uri.as_str().to_owned()),
        _ => None,
    };
    Some(names.into_iter().filter_map(name).collect())
}
