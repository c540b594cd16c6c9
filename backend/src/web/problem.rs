//! Errors for clients: RFC 9457 problem details with a stable `type`.
//!
//! A capability returns its own error or a [`Problem`]. Internal errors become
//! [`Kind::Internal`] or [`Kind::Unavailable`]. Their cause is logged and not sent to the
//! client.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use latchkey_shared::fields::{Errors, Refusal};
use latchkey_shared::problem::{FieldError, ProblemBody, TokenRef};
use latchkey_shared::tokens::{Period, Quota, RateLimit};
use latchkey_shared::verify::{Exceeded, Reason};

pub use super::problem_type::Kind;
use crate::database::{OutcomeUnknown, Trouble, WriteError};

/// The start of every challenge.
const REALM: &str = r#"Bearer realm="latchkey""#;

/// The challenge of a 401 or 403 (RFC 6750 §3).
fn challenge(says: &str) -> String {
    format!("{REALM}, {says}")
}

/// An error, before it is sent.
#[derive(Debug)]
pub struct Problem {
    kind: Kind,
    /// In a box, so that a `Result` without a problem is small.
    more: Box<More>,
}

#[derive(Debug, Default)]
struct More {
    detail: Option<String>,
    errors: Vec<FieldError>,
    tokens: Vec<TokenRef>,
    headers: Vec<(header::HeaderName, HeaderValue)>,
    /// See [`WriteError::is_encounter`].
    is_encounter: bool,
}

impl Problem {
    /// A problem of this kind.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self { kind, more: Box::default() }
    }

    /// Adds a sentence about this occurrence.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.more.detail = Some(detail.into());
        self
    }

    /// Adds a header: `Retry-After`, `Allow`, `WWW-Authenticate`.
    #[must_use]
    pub fn with_header(mut self, name: header::HeaderName, value: &str) -> Self {
        self.more.headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
        self
    }

    /// The resource does not exist.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(Kind::NotFound).with_detail(format!("There is no such {what}."))
    }

    /// The caller may not do this, and why.
    #[must_use]
    pub fn forbidden(why: impl Into<String>) -> Self {
        Self::new(Kind::Forbidden).with_detail(why)
    }

    /// A name or key is taken. The error is at the field.
    #[must_use]
    pub fn taken(field: &str, message: impl Into<String>) -> Self {
        let mut problem = Self::new(Kind::Taken);
        problem.more.errors.push(FieldError {
            field: field.to_owned(),
            code: "taken".to_owned(),
            message: message.into(),
        });
        problem
    }

    /// Some fields are wrong.
    #[must_use]
    pub fn validation(errors: Vec<FieldError>) -> Self {
        Self { kind: Kind::Validation, more: Box::new(More { errors, ..More::default() }) }
    }

    /// One field is wrong.
    #[must_use]
    pub fn field(field: &str, refusal: Refusal) -> Self {
        let mut errors = Errors::new();
        errors.add(field, refusal.code, refusal.message);
        Self::validation(errors.into_vec())
    }

    /// Unavailable now. Try again after `seconds`.
    #[must_use]
    pub fn unavailable(seconds: u32) -> Self {
        Self::new(Kind::Unavailable).with_header(header::RETRY_AFTER, &seconds.to_string())
    }

    /// A denied call. Maps each reason to its status and its OAuth error (RFC 6750 §3), for
    /// every door.
    #[must_use]
    pub fn denied(reason: Reason, api: Option<&str>) -> Self {
        let (kind, error) = match reason {
            Reason::Unavailable => return Self::unavailable(1),
            Reason::RateLimited => {
                return Self::new(Kind::TooManyRequests)
                    .with_detail(reason.as_str())
                    .with_header(header::RETRY_AFTER, "1");
            }
            // These cases must look the same to strangers.
            Reason::Malformed | Reason::UnknownToken | Reason::BadProof => {
                return Self::new(Kind::Unauthenticated)
                    .with_header(header::WWW_AUTHENTICATE, &challenge(r#"error="invalid_token""#));
            }
            Reason::ProofMismatch
            | Reason::Replayed
            | Reason::Stale
            | Reason::Suspended
            | Reason::Disabled
            | Reason::Expired
            | Reason::NotYetValid => (Kind::Unauthenticated, "invalid_token"),
            Reason::IpDenied
            | Reason::NoSuchApi
            | Reason::ApiNotGranted
            | Reason::ProjectRequired
            | Reason::ProjectNotGranted
            | Reason::UserNotGranted => (Kind::CallDenied, "insufficient_scope"),
        };
        let scope = api.filter(|_| kind == Kind::CallDenied).map(|api| format!(r#", scope="{api}""#));
        let says = format!(
            r#"error="{error}", error_description="{reason}"{}"#,
            scope.as_deref().unwrap_or_default()
        );
        Self::new(kind).with_detail(reason.as_str()).with_header(header::WWW_AUTHENTICATE, &challenge(&says))
    }

    /// A call over a rate limit or a quota. `of` names the rate limit: the `rate` of a token, or that of
    /// failed proofs from an `address`. The names of limits for single APIs begin with `api-`. The fields
    /// are those of draft-ietf-httpapi-ratelimit-headers-10.
    #[must_use]
    pub fn rate_limited(of: &'static str, exceeded: &Exceeded) -> Self {
        let Exceeded { api, rate_limit, quota, retry_after } = exceeded;
        let prefix = if api.is_some() { "api-" } else { "" };
        let (name, policy) = match (rate_limit, quota) {
            (_, Some(Quota { requests, period: Period::Day, .. })) => {
                ("quota", format!("q={requests};w=86400"))
            }
            // The months differ in length.
            (_, Some(Quota { requests, period: Period::Month, .. })) => ("quota", format!("q={requests}")),
            (Some(RateLimit { requests, seconds, .. }), None) => (of, format!("q={requests};w={seconds}")),
            (None, None) => return Self::denied(Reason::RateLimited, None),
        };
        Self::new(Kind::TooManyRequests)
            .with_detail(Reason::RateLimited.as_str())
            .with_header(header::RETRY_AFTER, &retry_after.to_string())
            .with_header(
                header::HeaderName::from_static("ratelimit-policy"),
                &format!(r#""{prefix}{name}";{policy}"#),
            )
            .with_header(
                header::HeaderName::from_static("ratelimit"),
                &format!(r#""{prefix}{name}";r=0;t={retry_after}"#),
            )
    }

    /// An internal error. Logs the cause and hides it from the client.
    pub fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::new(Kind::Internal)
    }

    /// The type of the problem.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The fields that are wrong.
    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        &self.more.errors
    }

    /// Fails if fields are wrong.
    pub fn unless_empty(errors: Errors) -> Result<(), Self> {
        if errors.is_empty() { Ok(()) } else { Err(Self::validation(errors.into_vec())) }
    }

    /// Fails with [`Kind::InUse`] if tokens still name what is to be deleted. The problem lists
    /// them.
    pub fn unless_unused(tokens: Vec<TokenRef>) -> Result<(), Self> {
        if tokens.is_empty() {
            return Ok(());
        }
        let mut problem = Self::new(Kind::InUse);
        problem.more.tokens = tokens;
        Err(problem)
    }

    /// The values of the fields, if none is wrong.
    pub fn checked<T>(errors: Errors, values: impl FnOnce() -> Option<T>) -> Result<T, Self> {
        Self::unless_empty(errors)?;
        values().ok_or_else(|| Self::internal("a field without value and without fault"))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.describe().0)
    }
}

impl std::error::Error for Problem {}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        match Trouble::of(&error) {
            Some(Trouble::Unreachable) => {
                tracing::error!(%error, "the database cannot be reached");
                Self::unavailable(1)
            }
            Some(Trouble::Unwritable) => {
                tracing::error!(%error, "the database cannot write");
                Self::new(Kind::NotWritten).with_header(header::RETRY_AFTER, "5")
            }
            None if error.is_encounter() => {
                tracing::warn!(%error, "two writes met");
                let mut problem = Self::new(Kind::Internal);
                problem.more.is_encounter = true;
                problem
            }
            None => Self::internal(error),
        }
    }
}

impl From<OutcomeUnknown> for Problem {
    fn from(error: OutcomeUnknown) -> Self {
        tracing::error!(%error, "the database was lost");
        Self::new(Kind::OutcomeUnknown).with_header(header::RETRY_AFTER, "5")
    }
}

impl WriteError for Problem {
    fn rolled_back(mut self) -> Self {
        if self.kind == Kind::Unavailable {
            self.kind = Kind::NotWritten;
        }
        self
    }

    fn is_encounter(&self) -> bool {
        self.more.is_encounter
    }

    fn is_refusal(&self) -> bool {
        self.more.is_encounter
            || !matches!(
                self.kind,
                Kind::Unavailable | Kind::NotWritten | Kind::OutcomeUnknown | Kind::Internal
            )
    }

    fn overtaken() -> Self {
        Self::unavailable(1).with_detail("Your rights have changed meanwhile. Try again.")
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind.describe().1
    }

    fn error_response(&self) -> HttpResponse {
        let (_, status, title) = self.kind.describe();
        let body = ProblemBody {
            kind: self.kind.uri(),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: self.more.detail.clone(),
            errors: self.more.errors.clone(),
            tokens: self.more.tokens.clone(),
        };
        let mut response = HttpResponse::build(status);
        response.content_type("application/problem+json").insert_header((header::CACHE_CONTROL, "no-store"));
        for (name, value) in &self.more.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        if self.kind == Kind::Unauthenticated && self.more.headers.is_empty() {
            // No credential was sent, so none was wrong (RFC 6750 §3.1).
            response.insert_header((header::WWW_AUTHENTICATE, REALM));
        }
        response.body(serde_json::to_string(&body).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_type_of_its_own() {
        let uris: std::collections::HashSet<String> = Kind::ALL.into_iter().map(Kind::uri).collect();
        assert_eq!(uris.len(), Kind::ALL.len());
    }

    #[test]
    fn a_reason_has_its_status_and_its_challenge() {
        for reason in Reason::ALL {
            let answer = Problem::denied(reason, Some("fleet:readDevice")).error_response();
            let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
            let challenge = header(header::WWW_AUTHENTICATE).unwrap_or_default();
            let (status, expected) = match reason {
                Reason::Unavailable => (503, String::new()),
                Reason::RateLimited => (429, String::new()),
                Reason::Malformed | Reason::UnknownToken | Reason::BadProof => {
                    (401, r#"Bearer realm="latchkey", error="invalid_token""#.to_owned())
                }
                Reason::ProofMismatch
                | Reason::Replayed
                | Reason::Stale
                | Reason::Suspended
                | Reason::Disabled
                | Reason::Expired
                | Reason::NotYetValid => (
                    401,
                    format!(
                        r#"Bearer realm="latchkey", error="invalid_token", error_description="{reason}""#
                    ),
                ),
                _ => (
                    403,
                    format!(
                        r#"Bearer realm="latchkey", error="insufficient_scope", error_description="{reason}", scope="fleet:readDevice""#
                    ),
                ),
            };
            assert_eq!((answer.status().as_u16(), challenge), (status, expected.as_str()), "{reason}");
            assert_eq!(header(header::RETRY_AFTER).is_some(), challenge.is_empty(), "{reason}");
        }
    }
}
