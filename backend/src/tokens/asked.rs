//! Checks the limits and the key in an application.

use std::sync::Arc;

use ipnet::IpNet;
use latchkey_shared::fields::{self, Errors};
use latchkey_shared::time;
use latchkey_shared::tokens::Kind;

use crate::crypto::client_key::ClientKey;
use crate::crypto::rsa::KeySize;

/// The most address ranges of a token.
const MOST_RANGES: usize = 100;

/// Parses the expiry time.
pub(super) fn expiry(raw: &str, now: i64, errors: &mut Errors) -> Option<i64> {
    match time::parse_millis(raw) {
        None => errors.add(
            "expires_at",
            "invalid_time",
            "Must be a time in RFC 3339, such as 2027-01-31T12:00:00Z.",
        ),
        Some(end) if end <= now => errors.add("expires_at", "in_the_past", "Must be in the future."),
        Some(end) => return Some(end),
    }
    None
}

/// Parses the address ranges.
pub(super) fn ranges(raw: &[String], errors: &mut Errors) -> Vec<IpNet> {
    if raw.len() > MOST_RANGES {
        errors.add("allowed_ips", "too_many", format!("At most {MOST_RANGES}."));
        return Vec::new();
    }
    let mut found = Vec::new();
    for (index, one) in raw.iter().enumerate() {
        if let Some(range) = errors.take(&format!("allowed_ips[{index}]"), fields::address_range(one))
            && !found.contains(&range)
        {
            found.push(range);
        }
    }
    found
}

/// Parses the key size.
pub(super) fn key_size(
    raw: Option<u16>,
    kind: Kind,
    client_brings_one: bool,
    errors: &mut Errors,
) -> KeySize {
    let Some(bits) = raw else { return KeySize::Bits2048 };
    if kind == Kind::Jwt {
        errors.add("key_size", "wrong_kind", "JWT tokens have no RSA key.");
    } else if client_brings_one {
        errors.add("key_size", "contradiction", "Leave it out: `public_key` has its own size.");
    }
    KeySize::try_from(bits).unwrap_or_else(|error| {
        errors.add("key_size", "unsupported", format!("{error}."));
        KeySize::Bits2048
    })
}

/// Parses the public key of the client.
pub(super) fn client_key(raw: Option<&str>, errors: &mut Errors) -> Option<Arc<ClientKey>> {
    errors.take("public_key", ClientKey::parse(raw?)).map(Arc::new)
}
