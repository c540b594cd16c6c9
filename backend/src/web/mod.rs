//! What all routes have in common: problems, reading of requests, the API document, and what
//! happens around a request: its id, its span, its log line, and the answer for an unknown path or
//! method.

pub mod bearer;
pub mod client_ip;
pub mod document;
pub mod extract;
pub mod look_alikes;
pub mod paging;
pub mod pieces;
pub mod problem;
mod problem_type;
pub mod routes;
pub mod spa;
pub mod stopping;
pub mod streams;
mod trace;
pub mod went_back;

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse, ResponseError as _, web};

use crate::telemetry::{self, Tracing};
use crate::web::document::Operations;
use crate::web::problem::{Kind, Problem};
use crate::web::stopping::Stopping;
use crate::web::streams::Turn;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request: the one that the client sent, or a new one.
#[derive(Clone)]
pub struct RequestId(pub String);

/// The method as it was sent: `HEAD` is answered as `GET` (RFC 9110 §9.3.2).
#[derive(Clone)]
pub struct SentMethod(pub Method);

/// Gives the request an id, and adds it to the log and to the answer. With `tracing`, it also gives
/// it a span. Before the server stops, each answer is the last one on its connection.
pub async fn around<B: MessageBody + 'static>(
    (tracing, stopping): (Option<Tracing>, Stopping),
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<streams::Body>, Error> {
    let Some(turn) = Turn::of(request.request()) else {
        return Ok(request.into_response(streams::refusal()));
    };
    if let Some(problem) = went_back::refusal(request.request()) {
        let response = problem.error_response().map_body(|_, content| turn.until_sent(content));
        return Ok(request.into_response(response));
    }
    let started = Instant::now();
    let id = request_id(request.headers().get(&REQUEST_ID));
    let method = request.method().clone();
    let path = request.path().to_owned();
    if method == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    request.extensions_mut().insert(RequestId(id.clone()));
    request.extensions_mut().insert(SentMethod(method.clone()));
    let context = tracing.map(|tracing| trace::begin(&tracing, &request, &id, &method));
    let mut response = telemetry::within(context.clone(), next.call(request)).await?;
    // The line of the log is in the trace, too.
    let in_trace = context.map(|context| {
        trace::end(&context, &method, &response);
        context.attach()
    });
    let (status, micros) = (response.status().as_u16(), started.elapsed().as_micros());
    if status >= 500 {
        tracing::warn!(request_id = id, %method, path, status, micros, "answered");
    } else {
        tracing::debug!(request_id = id, %method, path, status, micros, "answered");
    }
    drop(in_trace);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID.clone(), value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if stopping.has_begun() {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response.map_body(|_, content| turn.until_sent(content)))
}

fn request_id(sent: Option<&HeaderValue>) -> String {
    let usable = |id: &&str| {
        (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    match sent.and_then(|value| value.to_str().ok()).filter(usable) {
        Some(id) => id.to_owned(),
        None => ulid::Ulid::generate().to_string().to_lowercase(),
    }
}

/// Answers a request that no route matches: a page of the screens, a wrong method, or a wrong
/// path.
pub async fn fallback(request: HttpRequest, operations: web::Data<Operations>) -> HttpResponse {
    if let Some(response) = spa::respond(&request) {
        return response;
    }
    let allowed = operations.methods(request.path());
    if allowed.is_empty() {
        return Problem::new(Kind::NotFound).error_response();
    }
    Problem::new(Kind::MethodNotAllowed).with_header(header::ALLOW, &allowed.join(", ")).error_response()
}
