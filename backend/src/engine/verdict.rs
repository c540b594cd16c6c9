//! The result of a decision.

use std::sync::Arc;

use latchkey_shared::projects::ProjectRef;
use latchkey_shared::time::Timestamp;
use latchkey_shared::tokens::Kind;
use latchkey_shared::verify::{DecidedToken, Decision, Exceeded, Reason, Subject};

use super::limits::Limits;
use super::proof::Proof;
use super::state::TokenState;
use crate::access::reach::UserState;
use crate::database::Fact;
use crate::projects::state::Lookup;
use crate::systems::catalog::{CatalogApi, Snapshot};

/// The result of a decision.
#[derive(Default)]
pub struct Verdict {
    /// Why the call is denied; `None` if it is allowed.
    pub denied: Option<Reason>,
    /// The token, once the credential is proven.
    pub token: Option<Arc<Fact<TokenState>>>,
    /// The proof, once the credential is proven.
    pub proof: Option<Arc<Proof>>,
    /// The user that a JWT token acts as, once that is known.
    pub user: Option<Arc<Fact<UserState>>>,
    /// The API that the call matches.
    pub api: Option<CatalogApi>,
    /// The project that the call is made in, once for each place that names it.
    pub named: Vec<Lookup>,
    /// The projects that the credential reaches.
    pub limits: Option<Arc<Limits>>,
    /// The limit that the call exceeds, if that is why it is denied: one of the token, or that of failed
    /// proofs if no token is known.
    pub exceeded: Option<Exceeded>,
    /// The catalog that the call was judged by.
    pub catalog: Option<Arc<Snapshot>>,
}

impl Verdict {
    /// The project that the call is made in.
    #[must_use]
    pub fn project(&self) -> Option<&ProjectRef> {
        self.named.first()?.project().map(|project| &project.name)
    }

    /// The verdict in the form that verifiers read.
    #[must_use]
    pub fn decision(&self) -> Decision {
        let Some(token) = &self.token else {
            return Decision {
                allowed: false,
                reason: self.denied,
                token: None,
                subject: None,
                api: None,
                project: None,
                projects: None,
                expires_at: None,
                exceeded: self.exceeded.clone(),
                quotas: None,
            };
        };
        let subject = match (token.kind, &self.user) {
            (Kind::Rsa, _) => Some(Subject::Token { id: token.id.clone() }),
            (Kind::Jwt, Some(user)) => {
                Some(Subject::User { id: user.id.clone(), username: user.username.clone() })
            }
            (Kind::Jwt, None) => None,
        };
        let expires_at = match (token.expires_at, self.proof.as_ref().and_then(|proof| proof.expires_at)) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Decision {
            allowed: self.denied.is_none(),
            reason: self.denied,
            token: Some(DecidedToken {
                id: token.id.clone(),
                name: token.name.to_string(),
                kind: token.kind,
            }),
            subject,
            api: self.api.as_ref().map(|api| api.key.clone()),
            project: self.project().cloned(),
            projects: self.limits.as_ref().and_then(|limits| limits.keys.clone()),
            expires_at: expires_at.map(Timestamp::from_millis),
            exceeded: self.exceeded.clone(),
            quotas: None,
        }
    }
}
