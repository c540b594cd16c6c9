//! A request that is sent again gets the answer of the first time.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use latchkey_shared::fields::Refusal;

use crate::access::principal::Principal;
use crate::crypto::Digest;
use crate::web::problem::{Kind as ProblemKind, Problem};

/// The digest of an idempotency key and its caller.
pub(super) fn idempotency_key(
    request: &HttpRequest,
    principal: &Principal,
) -> Result<Option<Digest>, Problem> {
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| (1..=255).contains(&key.len()));
    let key = key.ok_or_else(|| {
        Problem::field("Idempotency-Key", Refusal::new("invalid_key", "Must have 1 to 255 ASCII characters."))
    })?;
    let caller = principal.origin().id.as_deref().unwrap_or_default();
    Ok(Some(Digest::of(format!("{caller}\n{key}"))))
}

/// The answer that the same request got before.
pub(super) fn repeat(
    before: &[u8],
    sent: &Digest,
    location: Option<String>,
    body: String,
) -> Result<Repeated, Problem> {
    if Digest::try_from(before).is_ok_and(|before| before == *sent) {
        Ok(Repeated { location, body })
    } else {
        Err(Problem::new(ProblemKind::IdempotencyKeyReused))
    }
}

/// An answer that was given before.
pub(super) struct Repeated {
    location: Option<String>,
    body: String,
}

impl Repeated {
    pub(super) fn respond(self) -> HttpResponse {
        let mut response = HttpResponse::Created();
        if let Some(location) = self.location {
            response.insert_header((header::LOCATION, location));
        }
        response.content_type("application/json").body(self.body)
    }
}
