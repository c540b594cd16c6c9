//! Where clients reach the server, and through what.

use std::net::IpAddr;

use latchkey_shared::doctor::{Cause, Finding};
use url::{Host, Url};

use crate::configuration::Configuration;
use crate::configuration::listen::Listen;
use crate::database::unverified_servers;

/// What is wrong with the public URL and the proxies.
pub(super) fn examine(configuration: &Configuration) -> Vec<Finding> {
    let mut found = Vec::new();
    let listens_to_others = match &configuration.listen {
        Listen::Tcp(address) => !address.ip().is_loopback(),
        Listen::Unix(_) => false,
    };
    match &configuration.public_url {
        None if listens_to_others => found.push(Finding::wrong(Cause::PublicUrlMissing, None)),
        Some(url) if url.scheme() == "http" && !is_here(url) => {
            found.push(Finding::wrong(Cause::PublicUrlPlain, Some(url.to_string())));
        }
        Some(url) if url.scheme() == "https" && configuration.tls.is_none() => {
            let proxies = &configuration.trusted_proxies;
            if proxies.ranges().is_empty() && !proxies.are_at_unix_socket() {
                found.push(Finding::wrong(Cause::ProxiesMissing, None));
            }
        }
        _ => {}
    }
    let all = configuration.trusted_proxies.ranges().iter().find(|range| range.prefix_len() == 0);
    found.extend(all.map(|range| Finding::wrong(Cause::ProxiesUnlimited, Some(range.to_string()))));
    found
}

/// The servers of the database that do not prove who they are.
pub(super) fn unverified(configuration: &Configuration) -> Vec<Finding> {
    let hosts = unverified_servers(configuration);
    if hosts.is_empty() {
        return Vec::new();
    }
    vec![Finding::wrong(Cause::DatabaseUnverified, Some(hosts.join(", ")))]
}

/// Whether the host of the URL is this machine.
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}
