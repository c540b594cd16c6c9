//! Finds the address of a caller behind proxies. A header counts only if a trusted proxy wrote
//! it.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use actix_web::http::header::{self, HeaderMap};
use ipnet::IpNet;
use latchkey_shared::fields;
use serde::Deserialize;

/// The header to which each proxy appends the address of its caller.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// A proxy that is trusted, or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Proxy {
    /// Those in a range of addresses.
    Range(IpNet),
    /// Those at the Unix socket. They have no address.
    Unix,
}

impl FromStr for Proxy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "unix" {
            return Ok(Self::Unix);
        }
        fields::address_range(text).map(Self::Range).map_err(|refusal| refusal.message)
    }
}

impl TryFrom<String> for Proxy {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// The proxies whose headers are trusted.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies {
    ranges: Vec<IpNet>,
    at_unix_socket: bool,
}

impl TrustedProxies {
    /// The ranges of the proxies.
    #[must_use]
    pub fn ranges(&self) -> &[IpNet] {
        &self.ranges
    }

    /// Whether those at the Unix socket are among them.
    #[must_use]
    pub fn are_at_unix_socket(&self) -> bool {
        self.at_unix_socket
    }

    /// The address of the caller: the peer itself, or what it says if it is a trusted proxy.
    /// `None` if the headers cannot be relied on. A peer at a Unix socket has no address.
    #[must_use]
    pub fn client(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        let peer = peer.map(|peer| peer.to_canonical());
        if !peer.map_or(self.at_unix_socket, |peer| self.trust(peer)) {
            return peer;
        }
        let (list, forwarded) = (lines(headers, FORWARDED_FOR), lines(headers, header::FORWARDED.as_str()));
        let by_list = (!list.is_empty()).then(|| self.nearest(&list, hop));
        let by_forwarded = (!forwarded.is_empty()).then(|| self.nearest(&forwarded, forwarded_hop));
        match (by_list, by_forwarded) {
            (None, None) => peer,
            (Some(one), None) | (None, Some(one)) => one,
            // A proxy writes one of them, and may pass on the caller's other one.
            (Some(one), Some(other)) => one.filter(|_| one == other),
        }
    }

    /// The address in the headers of a gateway that has proven itself: the last one in the
    /// list.
    #[must_use]
    pub fn named_by_gateway(&self, headers: &HeaderMap) -> Option<IpAddr> {
        self.nearest(&lines(headers, FORWARDED_FOR), hop)
    }

    /// The nearest address that is not a trusted proxy; otherwise the farthest.
    fn nearest(&self, lines: &[&str], read: impl Fn(&str) -> Option<IpAddr>) -> Option<IpAddr> {
        let mut farthest = None;
        for one in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
            let address = read(one.trim())?.to_canonical();
            if !self.trust(address) {
                return Some(address);
            }
            farthest = Some(address);
        }
        farthest
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.ranges.iter().any(|range| range.contains(&address))
    }
}

impl FromIterator<Proxy> for TrustedProxies {
    fn from_iter<I: IntoIterator<Item = Proxy>>(proxies: I) -> Self {
        let mut trusted = Self::default();
        for proxy in proxies {
            match proxy {
                Proxy::Range(range) => trusted.ranges.push(range),
                Proxy::Unix => trusted.at_unix_socket = true,
            }
        }
        trusted
    }
}

/// The lines of a list header.
fn lines<'h>(headers: &'h HeaderMap, name: &str) -> Vec<&'h str> {
    headers.get_all(name).map(|line| line.to_str().unwrap_or_default()).collect()
}

/// Parses an address, with or without brackets and port.
pub(crate) fn hop(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// The `for` of an element of `Forwarded` (RFC 7239 §4).
fn forwarded_hop(element: &str) -> Option<IpAddr> {
    let node = element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| value.trim())
    })?;
    hop(node.strip_prefix('"').and_then(|node| node.strip_suffix('"')).unwrap_or(node))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn proxies() -> TrustedProxies {
        ["10.0.0.0/8", "fd00::/8"].map(|range| range.parse::<Proxy>().expect("a range")).into_iter().collect()
    }

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers
    }

    fn client(peer: &str, lines: &[(&'static str, &'static str)]) -> Option<String> {
        let peer = peer.parse().expect("an address");
        proxies().client(Some(peer), &headers(lines)).map(|address| address.to_string())
    }

    #[test]
    fn a_proxy_at_a_unix_socket_is_believed_only_if_it_is_trusted() {
        let trusted = |list: &str| -> TrustedProxies {
            list.split(',').map(|one| one.parse::<Proxy>().expect("is right")).collect()
        };
        let said = headers(&[("x-forwarded-for", "198.51.100.7")]);
        assert_eq!(trusted("10.0.0.0/8").client(None, &said), None);
        assert_eq!(trusted("unix").client(None, &said), "198.51.100.7".parse().ok());
        assert_eq!(trusted("unix").client(None, &HeaderMap::new()), None);
        let peer = "192.0.2.1".parse().ok();
        assert_eq!(trusted("unix").client(peer, &said), peer);
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        for (peer, lines, found) in [
            ("192.0.2.1", vec![("x-forwarded-for", "198.51.100.7")], Some("192.0.2.1")),
            ("10.0.0.1", vec![], Some("10.0.0.1")),
            ("10.0.0.1", vec![("x-forwarded-for", "198.51.100.7")], Some("198.51.100.7")),
            ("::ffff:10.0.0.1", vec![("x-forwarded-for", "198.51.100.7")], Some("198.51.100.7")),
            (
                "10.0.0.1",
                vec![("x-forwarded-for", "203.0.113.9, 198.51.100.7, 10.2.3.4")],
                Some("198.51.100.7"),
            ),
            (
                "10.0.0.1",
                vec![("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", "198.51.100.7")],
                Some("198.51.100.7"),
            ),
            ("10.0.0.1", vec![("x-forwarded-for", "10.9.9.9, 10.2.3.4")], Some("10.9.9.9")),
            ("fd00::1", vec![("x-forwarded-for", "[2001:db8::7]:4711")], Some("2001:db8::7")),
            ("10.0.0.1", vec![("x-forwarded-for", "198.51.100.7:4711")], Some("198.51.100.7")),
            ("10.0.0.1", vec![("x-forwarded-for", "198.51.100.7, unknown")], None),
            ("10.0.0.1", vec![("x-forwarded-for", "")], None),
            (
                "10.0.0.1",
                vec![("forwarded", "for=203.0.113.9, proto=https;For=198.51.100.7")],
                Some("198.51.100.7"),
            ),
            ("10.0.0.1", vec![("forwarded", "for=\"[2001:db8::7]:4711\";by=_x")], Some("2001:db8::7")),
            // An open quotation mark of the caller hides nothing.
            ("10.0.0.1", vec![("forwarded", "for=\", for=198.51.100.7")], Some("198.51.100.7")),
            ("10.0.0.1", vec![("forwarded", "for=_hidden")], None),
            (
                "10.0.0.1",
                vec![("x-forwarded-for", "198.51.100.7"), ("forwarded", "for=198.51.100.7")],
                Some("198.51.100.7"),
            ),
            ("10.0.0.1", vec![("x-forwarded-for", "203.0.113.9"), ("forwarded", "for=198.51.100.7")], None),
        ] {
            assert_eq!(client(peer, &lines).as_deref(), found, "{peer} {lines:?}");
        }
    }

    #[test]
    fn the_last_word_is_the_gateway_s() {
        let named = |list| {
            let address = proxies().named_by_gateway(&headers(&[("x-forwarded-for", list)]));
            address.map(|address| address.to_string())
        };
        assert_eq!(named("198.51.100.7").as_deref(), Some("198.51.100.7"));
        assert_eq!(named("203.0.113.9, 198.51.100.7").as_deref(), Some("198.51.100.7"));
        assert_eq!(named("203.0.113.9, 198.51.100.7, 10.0.0.2").as_deref(), Some("198.51.100.7"));
        assert_eq!(named("198.51.100.7, "), None);
    }
}
