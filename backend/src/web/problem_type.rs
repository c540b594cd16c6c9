//! The types of problems: the stable `type`, the status and the title of each.

use actix_web::http::StatusCode;

/// What went wrong, in general.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request cannot be read at all.
    MalformedRequest,
    /// The body is not of a type that is understood here.
    UnsupportedMediaType,
    /// The body is larger than is read here.
    TooLarge,
    /// Fields are at fault; `errors` says which.
    Validation,
    /// Nobody is logged in, and no valid credential came along.
    Unauthenticated,
    /// The credential is good but this call is denied; `detail` has the reason code.
    CallDenied,
    /// Name and password do not match, or the user is disabled.
    LoginFailed,
    /// The temporary password must be changed first.
    PasswordChangeRequired,
    /// The one who asks may not do this.
    Forbidden,
    /// This can only be done by a person with a session.
    SessionRequired,
    /// A browser sent it from another site.
    CrossSite,
    /// There is no such thing, or the one who asks may not know of it.
    NotFound,
    /// The path exists, the method does not.
    MethodNotAllowed,
    /// A name or key is taken.
    Taken,
    /// Something else stands in the way.
    Conflict,
    /// Tokens still name it.
    InUse,
    /// It was changed meanwhile: `If-Match` does not match.
    PreconditionFailed,
    /// The idempotency key was used for another request.
    IdempotencyKeyReused,
    /// Secrets are shown once here, and this one was.
    ShownAlready,
    /// Too many attempts.
    TooManyRequests,
    /// Not now; nothing was changed.
    Unavailable,
    /// The database takes no changes; nothing was written.
    NotWritten,
    /// The database was lost while it wrote: the change may be there or not.
    OutcomeUnknown,
    /// Our fault.
    Internal,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 24] = [
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
                "The body is not of a type that is understood here.",
            ),
            Self::TooLarge => ("too-large", StatusCode::PAYLOAD_TOO_LARGE, "The body is too large."),
            Self::Validation => {
                ("validation", StatusCode::UNPROCESSABLE_ENTITY, "Some fields are not right.")
            }
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
            Self::NotFound => ("not-found", StatusCode::NOT_FOUND, "There is no such thing."),
            Self::MethodNotAllowed => {
                ("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, "This path has no such method.")
            }
            Self::Taken => ("taken", StatusCode::CONFLICT, "This name is taken."),
            Self::Conflict => ("conflict", StatusCode::CONFLICT, "Something stands in the way."),
            Self::InUse => ("in-use", StatusCode::CONFLICT, "Tokens still name it."),
            Self::PreconditionFailed => {
                ("precondition-failed", StatusCode::PRECONDITION_FAILED, "It was changed meanwhile.")
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
                ("too-many-requests", StatusCode::TOO_MANY_REQUESTS, "Too many attempts.")
            }
            Self::Unavailable => ("unavailable", StatusCode::SERVICE_UNAVAILABLE, "Not now; try again."),
            Self::NotWritten => (
                "not-written",
                StatusCode::SERVICE_UNAVAILABLE,
                "The database takes no changes now; nothing was written.",
            ),
            Self::OutcomeUnknown => (
                "outcome-unknown",
                StatusCode::SERVICE_UNAVAILABLE,
                "The database was lost while it wrote; look whether the change is there before you repeat it.",
            ),
            Self::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong here."),
        }
    }

    /// The sentence that all problems of this type share.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.describe().2
    }

    /// The HTTP status that it comes with.
    #[must_use]
    pub fn status(self) -> StatusCode {
        self.describe().1
    }

    /// The stable `type`: a path on this server where the problem is described.
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
