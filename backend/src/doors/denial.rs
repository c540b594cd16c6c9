//! The answer to a caller whose call is denied, at the doors that answer callers themselves.

use crate::engine::verdict::Verdict;
use crate::web::problem::Problem;

/// The answer to a caller whose call is denied; `None` if it is allowed.
pub(super) fn denial(verdict: &Verdict) -> Option<Problem> {
    let reason = verdict.denied?;
    Some(match &verdict.exceeded {
        Some(exceeded) => {
            Problem::rate_limited(if verdict.token.is_some() { "rate" } else { "address" }, exceeded)
        }
        None => Problem::denied(reason, verdict.api.as_ref().map(|api| api.key.as_str())),
    })
}
