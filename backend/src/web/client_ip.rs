//! The address that a request came from.

use std::net::IpAddr;

use actix_web::{HttpRequest, web};

use crate::configuration::Configuration;

/// The address that a request came from, as far as it can be relied on.
#[must_use]
pub fn client_ip(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    match request.app_data::<web::Data<Configuration>>() {
        Some(configuration) => configuration.trusted_proxies.client(peer, request.headers()),
        None => Some(peer),
    }
}
