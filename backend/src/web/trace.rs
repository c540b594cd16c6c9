//! The span of a request, with the semantic conventions of OpenTelemetry for HTTP servers. It tells
//! nothing that a client wrote but the method, the trace and the id of the request: paths have the
//! names of persons, and queries and headers have secrets.

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::http::{Method, Version};
use actix_web::web::Data;
use opentelemetry::propagation::Extractor;
use opentelemetry::trace::TraceContextExt as _;
use opentelemetry::{Context, KeyValue};

use crate::configuration::Configuration;
use crate::telemetry::{self, ERROR_TYPE, Tracing};

/// The headers of a request. Of several lines with the same name none counts.
struct Headers<'h>(&'h HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        let mut lines = self.0.get_all(name);
        let (Some(line), None) = (lines.next(), lines.next()) else { return None };
        line.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

/// Begins the span of a request.
pub(super) fn begin(tracing: &Tracing, request: &ServiceRequest, id: &str, sent: &Method) -> Context {
    let url = request.app_data::<Data<Configuration>>().and_then(|it| it.public_url.as_ref());
    let is_https = url.is_some_and(|url| url.scheme() == "https");
    let mut says = vec![
        KeyValue::new("http.request.method", method(sent)),
        KeyValue::new("url.scheme", if is_https { "https" } else { "http" }),
        KeyValue::new("latchkey.request.id", id.to_owned()),
    ];
    if let Some(version) = version(request.version()) {
        says.push(KeyValue::new("network.protocol.version", version));
    }
    tracing.request(name(sent), &Headers(request.headers()), says)
}

/// Ends it.
pub(super) fn end<B>(context: &Context, sent: &Method, response: &ServiceResponse<B>) {
    let status = response.status();
    let mut says = vec![KeyValue::new("http.response.status_code", i64::from(status.as_u16()))];
    if let Some(route) = response.request().match_pattern() {
        let route = without_expressions(&route);
        context.span().update_name(format!("{} {route}", name(sent)));
        // The path itself may have names of persons.
        says.extend([KeyValue::new("url.path", route.clone()), KeyValue::new("http.route", route)]);
    }
    if status.is_server_error() {
        says.push(KeyValue::new(ERROR_TYPE, status.as_u16().to_string()));
    }
    telemetry::end(context, says);
}

/// The method, if it is a known one. A client may send any word.
fn method(sent: &Method) -> &'static str {
    match sent.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        "TRACE" => "TRACE",
        "CONNECT" => "CONNECT",
        "QUERY" => "QUERY",
        _ => "_OTHER",
    }
}

/// The name of a span without a route.
fn name(sent: &Method) -> &'static str {
    match method(sent) {
        "_OTHER" => "HTTP",
        method => method,
    }
}

fn version(version: Version) -> Option<&'static str> {
    match version {
        Version::HTTP_10 => Some("1.0"),
        Version::HTTP_11 => Some("1.1"),
        Version::HTTP_2 => Some("2"),
        _ => None,
    }
}

/// `/auth/{system:.*}` is `/auth/{system}`.
fn without_expressions(route: &str) -> String {
    let mut simple = String::with_capacity(route.len());
    let mut is_expression = false;
    for character in route.chars() {
        match character {
            ':' => is_expression = true,
            '}' => is_expression = false,
            _ => {}
        }
        if !is_expression {
            simple.push(character);
        }
    }
    simple
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_has_no_expressions() {
        assert_eq!(without_expressions("/auth/{system:.*}"), "/auth/{system}");
        assert_eq!(without_expressions("/api/v1/tokens/{token}/file"), "/api/v1/tokens/{token}/file");
    }
}
