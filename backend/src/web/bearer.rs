//! The headers `Authorization` and `X-Project` of a request.

use std::borrow::Cow;

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap};
use latchkey_shared::verify::Reason;

use super::problem::{Kind, Problem};

/// The credential of an `Authorization: Bearer` header (RFC 6750 §2.1).
pub(crate) fn bearer(request: &HttpRequest) -> Option<&str> {
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, credential) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| credential.trim())
}

/// The problem if `Authorization: Bearer` has no valid credential. If there was none, no error
/// is named (RFC 6750 §3.1).
pub(crate) fn no_credential(request: &HttpRequest) -> Problem {
    let bearer = request.headers().get_all(header::AUTHORIZATION).any(|value| {
        let scheme = value.as_bytes().split(|&byte| byte == b' ').next().unwrap_or_default();
        scheme.eq_ignore_ascii_case(b"bearer")
    });
    if bearer { Problem::denied(Reason::Malformed, None) } else { Problem::new(Kind::Unauthenticated) }
}

/// The problem if a verifier key was expected.
pub(crate) fn no_verifier_key(request: &HttpRequest) -> Problem {
    no_credential(request).with_detail("Send a verifier key as bearer token.")
}

/// The project in `X-Project`. Several lines are one list (RFC 9110 §5.3), which names no
/// project.
pub(crate) fn project(headers: &HeaderMap) -> Option<Cow<'_, str>> {
    headers
        .get_all("x-project")
        .map(|line| String::from_utf8_lossy(line.as_bytes()))
        .reduce(|one, other| Cow::Owned(format!("{one}, {other}")))
}
