//! How a client reaches a server: with plain HTTP or HTTPS, at an address or at a Unix socket.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use latchkey::configuration::listen::Listen;
use latchkey::configuration::tls::{Tls, Verifiers};
use reqwest::{Client, ClientBuilder};

use crate::authority::Files;

/// How a client reaches a server. By default, with plain HTTP at an address.
#[derive(Clone, Default)]
pub(crate) struct Reach {
    files: Option<Arc<Files>>,
    socket: Option<PathBuf>,
}

impl Reach {
    /// With HTTPS, by clients who trust the authority of these files.
    pub(crate) fn https(files: Arc<Files>) -> Self {
        Self { files: Some(files), ..Self::default() }
    }

    /// At a Unix socket.
    pub(crate) fn unix(socket: PathBuf) -> Self {
        Self { socket: Some(socket), ..Self::default() }
    }

    pub(crate) fn is_https(&self) -> bool {
        self.files.is_some()
    }

    pub(crate) fn scheme(&self) -> &'static str {
        if self.is_https() { "https" } else { "http" }
    }

    pub(crate) fn listen(&self) -> Listen {
        match &self.socket {
            Some(path) => Listen::Unix(path.clone()),
            None => SocketAddr::from(([127, 0, 0, 1], 0)).into(),
        }
    }

    pub(crate) fn tls(&self) -> Option<Tls> {
        self.files.as_ref().map(|files| files.tls())
    }

    /// A listener for verifiers with certificates of the same authority.
    pub(crate) fn verifiers(&self) -> Option<Verifiers> {
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        self.files.as_ref().map(|files| Verifiers { listen, authorities: files.authority.file() })
    }

    /// The URL of a server that listens there.
    pub(crate) fn url(&self, place: &Listen) -> String {
        match place {
            Listen::Tcp(address) => format!("{}://{address}", self.scheme()),
            Listen::Unix(_) => "http://localhost".to_owned(),
        }
    }

    /// A client that reaches it.
    pub(crate) fn client(&self) -> ClientBuilder {
        let client = Client::builder();
        let client = match &self.files {
            Some(files) => client.tls_certs_only([files.trusted()]),
            None => client,
        };
        match &self.socket {
            Some(path) => client.unix_socket(path.clone()),
            None => client,
        }
    }
}
