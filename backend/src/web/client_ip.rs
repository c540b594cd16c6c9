//! The address of the caller of a request.

use std::net::IpAddr;

use actix_web::{HttpRequest, web};

use crate::configuration::Configuration;

/// The address of the caller, if it can be relied on.
#[must_use]
pub fn client_ip(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr().map(|peer| peer.ip());
    match request.app_data::<web::Data<Configuration>>() {
        Some(configuration) => configuration.trusted_proxies.client(peer, request.headers()),
        None => peer,
    }
}
