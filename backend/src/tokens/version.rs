//! The version of a token in its `ETag` (RFC 9110 §8.8.3).

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use super::store::Found;
use crate::web::problem::{Kind as ProblemKind, Problem};

fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// Refuses a request that was made for another version (RFC 9110 §13.1.1).
pub(super) fn check_version(if_match: Option<&str>, version: i64) -> Result<(), Problem> {
    let Some(wanted) = if_match else { return Ok(()) };
    let matches = wanted.split(',').map(str::trim).any(|one| one == "*" || one == etag(version));
    if matches { Ok(()) } else { Err(Problem::new(ProblemKind::PreconditionFailed)) }
}

pub(super) fn if_match(request: &HttpRequest) -> Option<String> {
    request.headers().get(header::IF_MATCH).map(|value| value.to_str().unwrap_or_default().to_owned())
}

pub(super) fn answer(mut response: HttpResponseBuilder, found: &Found) -> HttpResponse {
    response.insert_header((header::ETAG, etag(found.version))).json(&found.token)
}
