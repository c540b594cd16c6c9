//! The types of problems: the stable `type`, the status and the title of each.

use actix_web::http::StatusCode;

/// The type of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request cannot be parsed.
    MalformedRequest,
    /// The content type of the body is not supported.
    UnsupportedMediaType,
    /// The body is too large.
    TooLarge,
    /// Some fields are wrong; `errors` names them.
    Validation,
    /// There is no session and no valid credential.
    Unauthenticated,
    /// The credential is valid, but this call is denied. `detail` has the reason.
    CallDenied,
    /// Name and password do not match, or the user is disabled.
    LoginFailed,
    /// The temporary password must be changed first.
    PasswordChangeRequired,
    /// The caller may not do this.
    Forbidden,
    /// Only a person with a session may do this.
    SessionRequired,
    /// A browser sent it from another site.
    CrossSite,
    /// It came over plain HTTP, where only screens are redirected.
    HttpsRequired,
    /// It does not exist, or the caller may not see it.
    NotFound,
    /// The path exists, but not with this method.
    MethodNotAllowed,
    /// A name or key is taken.
    Taken,
    /// It conflicts with the current state.
    Conflict,
    /// Tokens still use it.
    InUse,
    /// It was changed in the meantime: `If-Match` does not match.
    PreconditionFailed,
    /// The idempotency key was used for another request.
    IdempotencyKeyReused,
    /// Secrets are shown once, and this one was shown.
    ShownAlready,
    /// Too many attempts.
    TooManyRequests,
    /// Unavailable now. Nothing was changed.
    Unavailable,
    /// The database cannot write now. Nothing was written.
    NotWritten,
    /// The database was lost during the write. The change may be written or not.
    OutcomeUnknown,
    /// The database went back in time, and was not reconciled yet. Nothing is decided or written.
    DatabaseWentBack,
    /// An internal error.
    Internal,
}

impl Kind {
    /// All types.
    pub const ALL: [Self; 26] = [
        Self::MalformedRequest,
        Self::UnsupportedMediaType,
        Self::TooLarge,
        Self::Validation,
        Self::Unauthenticated,
        Self::CallDenied,
        Self::LoginFailed,
        Self::PasswordChangeRequired,
        Self::Forbidden,
        Self::SessionRequired,
        Self::CrossSite,
        Self::HttpsRequired,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Taken,
        Self::Conflict,
        Self::InUse,
        Self::PreconditionFailed,
        Self::IdempotencyKeyReused,
        Self::ShownAlready,
        Self::TooManyRequests,
        Self::Unavailable,
        Self::NotWritten,
        Self::OutcomeUnknown,
        Self::DatabaseWentBack,
        Self::Internal,
    ];

    pub(super) fn describe(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::MalformedRequest => {
                ("malformed-request", StatusCode::BAD_REQUEST, "The request cannot be read.")
            }
            Self::UnsupportedMediaType => (
                "unsupported-media-type",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The content type of the body is not supported.",
            ),
            Self::TooLarge => ("too-large", StatusCode::PAYLOAD_TOO_LARGE, "The body is too large."),
            Self::Validation => ("validation", StatusCode::UNPROCESSABLE_ENTITY, "Some fields are invalid."),
            Self::Unauthenticated => {
                ("unauthenticated", StatusCode::UNAUTHORIZED, "Log in, or send a credential.")
            }
            Self::CallDenied => {
                ("call-denied", StatusCode::FORBIDDEN, "The credential does not allow this call.")
            }
            Self::LoginFailed => {
                ("login-failed", StatusCode::UNAUTHORIZED, "Name and password do not match.")
            }
            Self::PasswordChangeRequired => (
                "password-change-required",
                StatusCode::FORBIDDEN,
                "The temporary password must be changed first.",
            ),
            Self::Forbidden => ("forbidden", StatusCode::FORBIDDEN, "You may not do this."),
            Self::SessionRequired => {
                ("session-required", StatusCode::FORBIDDEN, "Only a person with a session can do this.")
            }
            Self::CrossSite => ("cross-site", StatusCode::FORBIDDEN, "The request came from another site."),
            Self::HttpsRequired => ("https-required", StatusCode::FORBIDDEN, "Use HTTPS."),
            Self::NotFound => ("not-found", StatusCode::NOT_FOUND, "There is no such resource."),
            Self::MethodNotAllowed => (
                "method-not-allowed",
                StatusCode::METHOD_NOT_ALLOWED,
                "The path does not support this method.",
            ),
            Self::Taken => ("taken", StatusCode::CONFLICT, "This name is taken."),
            Self::Conflict => {
                ("conflict", StatusCode::CONFLICT, "The request conflicts with the current state.")
            }
            Self::InUse => ("in-use", StatusCode::CONFLICT, "Tokens still use it."),
            Self::PreconditionFailed => {
                ("precondition-failed", StatusCode::PRECONDITION_FAILED, "It was changed in the meantime.")
            }
            Self::IdempotencyKeyReused => (
                "idempotency-key-reused",
                StatusCode::CONFLICT,
                "This Idempotency-Key was used for another request.",
            ),
            Self::ShownAlready => {
                ("shown-already", StatusCode::GONE, "This secret was shown once and is not shown again.")
            }
            Self::TooManyRequests => {
                ("too-many-requests", StatusCode::TOO_MANY_REQUESTS, "Too many requests.")
            }
            Self::Unavailable => {
                ("unavailable", StatusCode::SERVICE_UNAVAILABLE, "Temporarily unavailable. Try again.")
            }
            Self::NotWritten => (
                "not-written",
                StatusCode::SERVICE_UNAVAILABLE,
                "The database cannot write now. Nothing was written.",
            ),
            Self::OutcomeUnknown => (
                "outcome-unknown",
                StatusCode::SERVICE_UNAVAILABLE,
                "The database was lost during the write. Check whether the change was written before you repeat it.",
            ),
            Self::DatabaseWentBack => (
                "database-went-back",
                StatusCode::SERVICE_UNAVAILABLE,
                "The database went back in time. Nothing is decided until it is reconciled.",
            ),
            Self::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR, "An internal error occurred."),
        }
    }

    /// The title that all problems of this type share.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.describe().2
    }

    /// Its HTTP status.
    #[must_use]
    pub fn status(self) -> StatusCode {
        self.describe().1
    }

    /// The stable `type`: a path on this server that describes the problem.
    #[must_use]
    pub fn uri(self) -> String {
        format!("/problems/{}", self.name())
    }

    /// The last part of its `type`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.describe().0
    }
}
