//! Refuses everything that decides or writes while the database is one that went back in time.

use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpRequest, web};

use super::problem::{Kind, Problem};
use crate::database::{Database, WentBack};

/// Where nothing is decided and nothing written: health checks, and what describes the server.
const HARMLESS: [&str; 4] = ["/healthz", "/readyz", "/problems/", "/api/openapi.json"];
/// All doors and operations. The rest are screens.
const OPERATIONS: [&str; 4] = ["/api/", "/auth/", "/oauth2/", "/.well-known/"];

/// The answer to a request that may not be answered in another way.
pub(super) fn refusal(request: &HttpRequest) -> Option<Problem> {
    let went_back = request.app_data::<web::Data<Database>>()?.went_back()?;
    is_refused(request.path()).then(|| problem(&went_back))
}

/// Whether a path decides or writes, or reads what may be wrong.
#[must_use]
pub fn is_refused(path: &str) -> bool {
    let begins = |with: &[&str]| with.iter().any(|one| path.starts_with(one));
    begins(&OPERATIONS) && !begins(&HARMLESS)
}

/// The problem of a database that went back in time.
#[must_use]
pub fn problem(went_back: &WentBack) -> Problem {
    let WentBack { database, remembered } = went_back;
    Problem::new(Kind::DatabaseWentBack)
        .with_detail(format!(
            "It is at position {database} of the withdrawals, and was at {remembered} before."
        ))
        .with_header(RETRY_AFTER, "5")
}

#[cfg(test)]
mod tests {
    use super::is_refused;

    #[test]
    fn doors_and_operations_are_refused_and_screens_are_not() {
        for path in ["/api/v1/verify", "/auth/fleet", "/oauth2/token", "/.well-known/jwks.json"] {
            assert!(is_refused(path), "{path}");
        }
        for path in ["/", "/tokens", "/healthz", "/readyz", "/problems/conflict", "/api/openapi.json"] {
            assert!(!is_refused(path), "{path}");
        }
    }
}
