//! A call, and the credentials that come with it.

use std::net::IpAddr;

use latchkey_shared::fields::Errors;

use super::decisions::Door;
use crate::configuration::proxies::hop;
use crate::crypto::operations::Source;
use crate::systems::catalog::CatalogSystem;
use crate::systems::verifier::VerifierProof;

/// The credentials that come with a call.
#[derive(Clone, Copy)]
pub struct Presented<'a> {
    /// The door that they came through.
    pub door: Door,
    /// The bearer token.
    pub credential: &'a str,
    /// What proves the gateway or service that asks; none if the caller asks itself.
    pub verifier: Option<VerifierProof<'a>>,
    /// The source of the request, for fair use of private-key operations.
    pub source: Source<'a>,
}

/// A call, as a door received it.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The system that is called.
    pub system: &'a CatalogSystem,
    /// The HTTP method.
    pub method: &'a str,
    /// The path as it arrived, still percent-encoded. It has its query if the door receives
    /// one.
    pub path: &'a str,
    /// The project, by key or id, if the path does not name it.
    pub project: Option<&'a str>,
    /// The caller's address, if it is known and can be trusted.
    pub client_ip: Option<IpAddr>,
}

/// Parses the caller's address in a body. `at` is the prefix of the field's name.
pub fn address(named: Option<&str>, at: &str, errors: &mut Errors) -> Option<IpAddr> {
    let address = hop(named?);
    if address.is_none() {
        errors.add(format!("{at}client_ip"), "invalid_address", "Not an IP address.");
    }
    address
}

/// Checks the method of a call.
pub fn check_method(method: &str, at: &str, errors: &mut Errors) {
    if method.is_empty() || method.len() > 32 {
        errors.add(format!("{at}method"), "invalid_method", "Not an HTTP method.");
    }
}
