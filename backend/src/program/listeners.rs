//! Everything that listens, before anything answers. If an address is taken or a file is wrong, the server
//! does not start.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use anyhow::bail;
use rustls::ServerConfig;
use url::Url;

use super::socket::{self, Socket};
use super::tls::Certificate;
use super::verifiers;
use crate::configuration::Configuration;
use crate::configuration::listen::Listen;

/// The listeners, and the certificate that they show.
pub(super) struct Listeners {
    /// Where the routes are served, with TLS if there is a certificate.
    pub(super) socket: Socket,
    pub(super) place: Listen,
    pub(super) certificate: Option<Arc<Certificate>>,
    pub(super) metrics: Option<TcpListener>,
    /// For plain HTTP that is redirected.
    pub(super) redirect: Option<TcpListener>,
    /// For verifiers with a certificate.
    pub(super) verifiers: Option<(TcpListener, ServerConfig)>,
}

impl Listeners {
    /// Reads the certificate, and takes all addresses.
    pub(super) fn open(configuration: &Configuration) -> anyhow::Result<Self> {
        let certificate = configuration.tls.clone().map(Certificate::read).transpose()?;
        let verifiers = configuration.verifiers.as_ref().zip(certificate.as_ref());
        let verifiers = verifiers.map(|(verifiers, certificate)| {
            let config = verifiers::server_config(certificate, &verifiers.authorities)?;
            anyhow::Ok((socket::bind(verifiers.listen, "verifiers")?, config))
        });
        let at = |address: Option<SocketAddr>, what| {
            address.map(|address| socket::bind(address, what)).transpose()
        };
        let (socket, place) = socket::open(&configuration.listen)?;
        Ok(Self {
            socket,
            place,
            certificate,
            metrics: at(configuration.metrics_listen, "metrics")?,
            redirect: at(configuration.redirect_listen, "plain HTTP")?,
            verifiers: verifiers.transpose()?,
        })
    }
}

/// The public URL of a server that listens at this place.
pub(super) fn public_url(configuration: &Configuration, place: &Listen) -> anyhow::Result<Url> {
    let default = || default_url(place, configuration.tls.is_some());
    configuration.public_url.clone().map_or_else(default, Ok)
}

/// The issuer of JWTs.
pub(super) fn issuer(configuration: &Configuration) -> anyhow::Result<String> {
    Ok(public_url(configuration, &configuration.listen)?.as_str().trim_end_matches('/').to_owned())
}

/// The URL of a server whose public URL is not set.
fn default_url(place: &Listen, is_https: bool) -> anyhow::Result<Url> {
    let scheme = if is_https { "https" } else { "http" };
    let host = match place {
        Listen::Tcp(address) if address.ip().is_unspecified() => format!("localhost:{}", address.port()),
        Listen::Tcp(address) => address.to_string(),
        Listen::Unix(_) => bail!("public_url is required, since a Unix socket has no URL"),
    };
    Ok(Url::parse(&format!("{scheme}://{host}"))?)
}
