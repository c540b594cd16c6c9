//! Errors in the form of RFC 6749 §5.2.

use std::fmt;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use latchkey_shared::verify::Reason;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::OpenApi;

use crate::database::{OutcomeUnknown, WriteError};
use crate::web::document;

/// An error code of RFC 6749 §5.2, RFC 6750 §3.1 or RFC 8707 §2. The last three are for 429 and 5xx
/// answers, which RFC 6749 does not cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    InvalidRequest,
    InvalidClient,
    /// The bearer token is not a verifier key.
    InvalidToken,
    UnauthorizedClient,
    UnsupportedGrantType,
    InvalidScope,
    InvalidTarget,
    /// Too many proofs from the address of the client failed. No RFC has a code for a 429.
    RateLimited,
    TemporarilyUnavailable,
    ServerError,
}

impl Code {
    /// All codes.
    pub(crate) const ALL: [Self; 10] = [
        Self::InvalidRequest,
        Self::InvalidClient,
        Self::InvalidToken,
        Self::UnauthorizedClient,
        Self::UnsupportedGrantType,
        Self::InvalidScope,
        Self::InvalidTarget,
        Self::RateLimited,
        Self::TemporarilyUnavailable,
        Self::ServerError,
    ];

    /// The code in JSON.
    pub(crate) fn as_str(self) -> &'static str {
        self.describe().0
    }

    fn describe(self) -> (&'static str, StatusCode) {
        match self {
            Self::InvalidRequest => ("invalid_request", StatusCode::BAD_REQUEST),
            Self::InvalidClient => ("invalid_client", StatusCode::UNAUTHORIZED),
            Self::InvalidToken => ("invalid_token", StatusCode::UNAUTHORIZED),
            Self::UnauthorizedClient => ("unauthorized_client", StatusCode::BAD_REQUEST),
            Self::UnsupportedGrantType => ("unsupported_grant_type", StatusCode::BAD_REQUEST),
            Self::InvalidScope => ("invalid_scope", StatusCode::BAD_REQUEST),
            Self::InvalidTarget => ("invalid_target", StatusCode::BAD_REQUEST),
            Self::RateLimited => (Reason::RateLimited.as_str(), StatusCode::TOO_MANY_REQUESTS),
            Self::TemporarilyUnavailable => ("temporarily_unavailable", StatusCode::SERVICE_UNAVAILABLE),
            Self::ServerError => ("server_error", StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

/// Lists the error codes of each OAuth operation in the API document.
pub fn name_errors(document: &mut OpenApi) {
    for operation in
        document.paths.paths.values_mut().flat_map(|item| item.get.iter_mut().chain(&mut item.post))
    {
        let codes: &[Code] = match operation.operation_id.as_deref() {
            Some("issue_access_token") => &[
                Code::InvalidRequest,
                Code::InvalidClient,
                Code::UnauthorizedClient,
                Code::UnsupportedGrantType,
                Code::InvalidScope,
                Code::InvalidTarget,
                Code::RateLimited,
                Code::TemporarilyUnavailable,
                Code::ServerError,
            ],
            Some("introspect_token") => {
                &[Code::InvalidRequest, Code::InvalidClient, Code::InvalidToken, Code::TemporarilyUnavailable]
            }
            Some("revoke_token") => &[
                Code::InvalidRequest,
                Code::InvalidClient,
                Code::UnauthorizedClient,
                Code::RateLimited,
                Code::TemporarilyUnavailable,
            ],
            Some("get_authorization_server_metadata") => &[Code::TemporarilyUnavailable],
            Some("get_jwks") => &[Code::ServerError],
            _ => continue,
        };
        document::name_codes(operation, &codes.iter().map(|code| code.describe()).collect::<Vec<_>>());
    }
}

/// The body of an error.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OAuthErrorBody {
    /// A code of RFC 6749 §5.2.
    error: &'static str,
    /// The reason.
    error_description: String,
}

/// An error, before it is sent.
#[derive(Debug)]
pub(crate) struct OAuthError {
    code: Code,
    description: String,
    /// In seconds; only for answers that say so.
    retry_after: u32,
}

impl OAuthError {
    /// Characters that RFC 6749 §5.2 does not allow are replaced.
    pub(crate) fn new(code: Code, description: impl Into<String>) -> Self {
        let allowed = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
        let description = description.into().chars().map(|c| if allowed(c) { c } else { '?' }).collect();
        Self { code, description, retry_after: 1 }
    }

    /// The code.
    pub(crate) fn code(&self) -> Code {
        self.code
    }

    /// The server cannot answer now.
    pub(crate) fn not_now() -> Self {
        Self::new(Code::TemporarilyUnavailable, "Temporarily unavailable. Try again.")
    }

    /// Client authentication failed.
    pub(crate) fn client() -> Self {
        Self::new(Code::InvalidClient, "The client is unknown, or its credential is wrong.")
    }

    /// Too many proofs from the address of the client failed.
    pub(crate) fn rate_limited(retry_after: u32) -> Self {
        let error = Self::new(Code::RateLimited, "Too many credentials from your address were wrong.");
        Self { retry_after, ..error }
    }

    pub(crate) fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::new(Code::ServerError, "An internal error occurred.")
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.describe().0)
    }
}

impl From<sqlx::Error> for OAuthError {
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(%error, "the database does not answer");
        Self::not_now()
    }
}

impl From<OutcomeUnknown> for OAuthError {
    fn from(OutcomeUnknown(error): OutcomeUnknown) -> Self {
        error.into()
    }
}

impl WriteError for OAuthError {
    fn is_refusal(&self) -> bool {
        !matches!(self.code, Code::TemporarilyUnavailable | Code::ServerError)
    }
}

impl ResponseError for OAuthError {
    fn status_code(&self) -> StatusCode {
        self.code.describe().1
    }

    fn error_response(&self) -> HttpResponse {
        let (error, status) = self.code.describe();
        let mut response = HttpResponse::build(status);
        match self.code {
            Code::InvalidClient => {
                response
                    .insert_header((header::WWW_AUTHENTICATE, "Basic realm=\"latchkey\", charset=\"UTF-8\""));
            }
            Code::InvalidToken => {
                response.insert_header((
                    header::WWW_AUTHENTICATE,
                    "Bearer realm=\"latchkey\", error=\"invalid_token\"",
                ));
            }
            Code::RateLimited | Code::TemporarilyUnavailable => {
                response.insert_header((header::RETRY_AFTER, self.retry_after.to_string()));
            }
            _ => {}
        }
        never_stored(&mut response)
            .json(OAuthErrorBody { error, error_description: self.description.clone() })
    }
}

/// Forbids caching of the answer (RFC 6749 §5.1).
pub(crate) fn never_stored(response: &mut HttpResponseBuilder) -> &mut HttpResponseBuilder {
    response.insert_header((header::CACHE_CONTROL, "no-store")).insert_header((header::PRAGMA, "no-cache"))
}
