//! Whether the connections to PostgreSQL prove which server answers.

use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// The host at this URL, if somebody on the network could answer in its place.
pub(super) fn unverified(url: &str) -> Option<PgConnectOptions> {
    // A URL that cannot be read is an error when it is connected.
    url.parse::<PgConnectOptions>().ok().filter(|options| !is_verified(options))
}

/// Warns if somebody on the network could answer in place of the server at this URL.
pub(super) fn warn_unless_verified(url: &str) {
    if let Some(options) = unverified(url) {
        tracing::warn!(
            host = options.get_host(),
            sslmode = ?options.get_ssl_mode(),
            "the server of the database does not prove who it is, and others on the network may read and \
             change what is sent; use sslmode=verify-full"
        );
    }
}

/// Whether the certificate is verified, or the server is on this machine.
fn is_verified(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    matches!(options.get_ssl_mode(), PgSslMode::VerifyFull)
        || options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || address.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn only_a_verified_or_local_server_is_safe() {
        let is_safe = |url: &str| is_verified(&url.parse().unwrap());
        for safe in [
            "postgres://db.example/x?sslmode=verify-full",
            "postgres://10.0.0.7/x?sslmode=verify-full&sslrootcert=/etc/ca.pem",
            "postgres://localhost/x",
            "postgres://127.0.0.1:5433/x?sslmode=disable",
            "postgres://[::1]/x",
            "postgres://%2Frun%2Fpostgresql/x",
            "postgres:///x?host=/run/postgresql",
        ] {
            assert!(is_safe(safe), "{safe}");
        }
        for unsafe_ in [
            "postgres://db.example/x",
            "postgres://db.example/x?sslmode=disable",
            "postgres://db.example/x?sslmode=require",
            "postgres://db.example/x?sslmode=verify-ca",
            "postgres://10.0.0.7/x",
            "postgres://[2001:db8::7]/x",
            "postgres://localhost.example/x",
        ] {
            assert!(!is_safe(unsafe_), "{unsafe_}");
        }
    }
}
