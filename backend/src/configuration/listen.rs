//! Where a server listens.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use serde::Deserialize;

/// What the text of a Unix socket begins with.
const UNIX: &str = "unix:";

/// Where a server listens: `127.0.0.1:8080`, or `unix:/run/latchkey/latchkey.sock`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Listen {
    /// An address and a port. Port 0 takes a free one.
    Tcp(SocketAddr),
    /// A Unix socket.
    Unix(PathBuf),
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix(UNIX) {
            Some(path) if path.starts_with('/') => Ok(Self::Unix(PathBuf::from(path))),
            Some(_) => Err("the path of a Unix socket must begin with a slash".to_owned()),
            None => text.parse().map(Self::Tcp).map_err(|_| {
                "expected an address and a port such as 127.0.0.1:8080, or unix:/path/of/a.sock".to_owned()
            }),
        }
    }
}

impl TryFrom<String> for Listen {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<SocketAddr> for Listen {
    fn from(address: SocketAddr) -> Self {
        Self::Tcp(address)
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "{UNIX}{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_an_address_or_a_unix_socket() {
        for text in ["127.0.0.1:8080", "[::1]:0", "unix:/run/latchkey/latchkey.sock"] {
            assert_eq!(text.parse::<Listen>().map(|listen| listen.to_string()).as_deref(), Ok(text));
        }
        for text in ["8080", "localhost:8080", "unix:latchkey.sock", "/run/latchkey.sock", ""] {
            assert!(text.parse::<Listen>().is_err(), "{text}");
        }
    }
}
