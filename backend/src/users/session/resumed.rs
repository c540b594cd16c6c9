//! The person of a session.

use std::sync::Arc;

use actix_web::HttpRequest;

use crate::access::origin::{Origin, anonymous};
use crate::access::reach::UserState;
use crate::crypto::Digest;
use crate::database::Fact;
use crate::sessions::Sessions;
use crate::users::state::Users;
use crate::web::problem::{Kind, Problem};

/// A person with a session.
pub struct Resumed {
    /// Who is logged in.
    pub user: Arc<Fact<UserState>>,
    /// Whether a temporary password must be changed before anything else.
    pub must_change_password: bool,
    /// The digest of the session's secret.
    pub digest: Digest,
}

/// The person of the session cookie in a request. Fails if the session has ended or the user is
/// disabled.
pub async fn person(sessions: &Sessions, users: &Users, request: &HttpRequest) -> Result<Resumed, Problem> {
    let nobody = || Problem::new(Kind::Unauthenticated);
    let session = sessions.resume(request).await?.ok_or_else(nobody)?;
    let user = users.state(&session.user).await?.filter(|user| !user.disabled).ok_or_else(nobody)?;
    Ok(Resumed { user, must_change_password: session.must_change_password, digest: session.digest })
}

impl Resumed {
    /// The person as the actor in the audit trail.
    #[must_use]
    pub fn origin(&self, request: &HttpRequest) -> Origin {
        Origin {
            kind: "user",
            id: Some(self.user.id.to_string()),
            name: self.user.username.clone(),
            ..anonymous(request)
        }
    }
}
