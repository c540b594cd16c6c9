//! A call, and what was presented for it.

use std::net::IpAddr;

use latchkey_shared::fields::Errors;

use crate::configuration::proxies::hop;
use crate::crypto::operations::Source;
use crate::systems::catalog::CatalogSystem;

/// What a caller presented.
#[derive(Clone, Copy)]
pub struct Presented<'a> {
    /// What came as its bearer token.
    pub credential: &'a str,
    /// The verifier key of the one who asks, if it is another than the caller.
    pub verifier_key: Option<&'a str>,
    /// Who asks for the decision, for fairness of private-key operations.
    pub source: Source<'a>,
}

/// A call, as the door saw it.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The system that is called.
    pub system: &'a CatalogSystem,
    /// The HTTP method.
    pub method: &'a str,
    /// The path as it arrived, still percent-encoded, with its query if the door hears one.
    pub path: &'a str,
    /// The project, by key or id, where the path does not name it.
    pub project: Option<&'a str>,
    /// The caller's address, if it is known and can be trusted.
    pub client_ip: Option<IpAddr>,
}

/// The caller's address as a body names it; `at` is what comes before the field's name.
pub fn address(named: Option<&str>, at: &str, errors: &mut Errors) -> Option<IpAddr> {
    let address = hop(named?);
    if address.is_none() {
        errors.add(format!("{at}client_ip"), "invalid_address", "Not an IP address.");
    }
    address
}

/// Notes what cannot be the method of a call.
pub fn check_method(method: &str, at: &str, errors: &mut Errors) {
    if method.is_empty() || method.len() > 32 {
        errors.add(format!("{at}method"), "invalid_method", "Not an HTTP method.");
    }
}
