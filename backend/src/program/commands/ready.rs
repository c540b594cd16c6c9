//! Asks the server on this machine whether it is ready, for health checks where there is no other HTTP client.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use reqwest::Client;

use crate::configuration::Configuration;
use crate::configuration::listen::Listen;

/// How long the server may take. Its database may take two seconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Prints what `/readyz` says. Fails unless the server is ready.
pub async fn ask(configuration: &Configuration) -> anyhow::Result<()> {
    let http = Client::builder().timeout(PATIENCE).no_proxy();
    let http = if configuration.tls.is_some() {
        // The certificate names the public URL, not this address. Nothing secret is sent or believed.
        http.tls_danger_accept_invalid_certs(true)
    } else {
        // The machine may have no certificates of authorities.
        http.tls_certs_only([])
    };
    let (http, place) = match &configuration.listen {
        Listen::Unix(path) => (http.unix_socket(path.clone()), "localhost".to_owned()),
        Listen::Tcp(address) => (http, reachable(*address).to_string()),
    };
    let scheme = if configuration.tls.is_some() { "https" } else { "http" };
    let answer = http.build()?.get(format!("{scheme}://{place}/readyz")).send().await;
    let answer = answer.with_context(|| format!("no server answers at {}", configuration.listen))?;
    let status = answer.status();
    let health = answer.text().await?;
    ensure!(status.is_success(), "{status}: {health}");
    println!("{health}");
    Ok(())
}

/// The address at which this machine reaches itself, for a server that listens on all addresses.
fn reachable(listening: SocketAddr) -> SocketAddr {
    let ip = match listening.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listening.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_all_addresses_is_asked_at_its_own_machine() {
        for (listening, asked) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:8080", "[::1]:8080"),
            ("192.0.2.7:80", "192.0.2.7:80"),
        ] {
            let address = listening.parse().map(|address| reachable(address).to_string());
            assert_eq!(address.as_deref(), Ok(asked), "{listening}");
        }
    }
}
