//! The projects or users of a token.

use latchkey_shared::fields::Errors;
use sqlx::AnyConnection;

use super::named::Named;
use super::store::{self, Found};
use crate::access::grants::Targets;
use crate::access::principal::Principal;
use crate::web::problem::Problem;

/// The targets of a token, in the form that the access rules need.
pub(super) async fn targets(connection: &mut AnyConnection, found: &Found) -> Result<Targets, Problem> {
    let named = Named { apis: Vec::new(), systems: Vec::new(), ..found.named() };
    let held = found.held();
    let resolved = store::resolve(connection, found.token.kind, &named, &held, &mut Errors::new()).await?;
    Ok(with_bound(resolved.targets, found))
}

pub(super) fn with_bound(targets: Targets, found: &Found) -> Targets {
    match targets {
        Targets::Users { users, .. } => Targets::Users { users, bound: found.bound.clone() },
        targets @ Targets::Projects(_) => targets,
    }
}

pub(super) fn bind(principal: &Principal, targets: Targets, before: &crate::access::reach::Reach) -> Targets {
    match targets {
        Targets::Users { users, .. } => Targets::Users { users, bound: principal.bind(before) },
        targets @ Targets::Projects(_) => targets,
    }
}
