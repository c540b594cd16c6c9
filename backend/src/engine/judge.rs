//! The rules that decide whether a token may make a call, in this order: status and expiry,
//! address, API, grant, target. The first failure wins.

use std::net::IpAddr;
use std::sync::Arc;

use latchkey_shared::ids::ProjectId;
use latchkey_shared::systems::ApiScope;
use latchkey_shared::tokens::Kind;
use latchkey_shared::verify::Reason;

use super::call::Call;
use super::limits::Limits;
use super::proof::Proof;
use super::state::TokenState;
use super::verdict::Verdict;
use super::verifier::{Verifier, unavailable};
use crate::access::reach::{Reach, UserState};
use crate::projects::state::Lookup;
use crate::systems::catalog::{CatalogApi, CatalogSystem, Operations};
use crate::systems::matching::path::Path;
use crate::systems::matching::router::Parameter;

impl Verifier {
    /// Judges a call for a token whose credential is proven. Notes in `verdict` what it finds
    /// out.
    pub(super) async fn judge(
        &self,
        operations: &Operations,
        (token, proof): (&TokenState, &Proof),
        call: &Call<'_>,
        now: i64,
        verdict: &mut Verdict,
    ) -> Result<(), Reason> {
        is_in_force(token, proof, now)?;
        if call.system.disabled {
            return Err(Reason::Disabled);
        }
        comes_from(&token.allowed_ips, call.client_ip)?;
        let path = Path::parse(call.path).map_err(|_| Reason::NoSuchApi)?;
        let query = call.path.split_once('?').map_or("", |(_, query)| query);
        let matched = operations.router.find(call.method, &path, query).ok_or(Reason::NoSuchApi)?;
        let granted = matched.values().find(|api| is_granted(token, proof, call.system, api));
        verdict.api = granted.or_else(|| matched.values().next()).cloned();
        if granted.is_none() {
            return Err(Reason::ApiNotGranted);
        }
        // If nothing tells the operations apart, the call may be any of them.
        let in_a_project = matched.values().any(|api| api.scope == ApiScope::Project);
        let scope = if in_a_project { ApiScope::Project } else { ApiScope::Global };
        let named = match matched.parameter(&call.system.project_param) {
            Parameter::Absent => None,
            Parameter::Value(value) => Some(value),
            Parameter::Ambiguous => return Err(Reason::ProjectNotGranted),
        };
        verdict.named = self.named_project(named.as_deref(), call.project).await?;
        let project = verdict.project().map(|project| project.id.clone());
        let user = match token.kind {
            Kind::Rsa => None,
            Kind::Jwt => {
                let user = self.users.state(proof.user.as_ref().ok_or(Reason::UserNotGranted)?).await;
                let user = user
                    .map_err(unavailable)?
                    .filter(|user| !user.disabled && token.users.contains(&user.id));
                Some(&*verdict.user.insert(user.ok_or(Reason::UserNotGranted)?))
            }
        };
        let limits = self.limits(token, proof).await.map_err(unavailable)?;
        let reach = &verdict.limits.insert(limits).reach;
        is_for_target(call.system, scope, project.as_ref(), reach, user.map(|user| &***user))
    }

    /// The project that a call is made in, once for each place that names it. The path decides.
    /// A header may only repeat it.
    async fn named_project(
        &self,
        in_path: Option<&str>,
        beside: Option<&str>,
    ) -> Result<Vec<Lookup>, Reason> {
        let mut named: Vec<Lookup> = Vec::new();
        // An empty header counts as absent: some proxies send one.
        for name in in_path.into_iter().chain(beside.filter(|name| !name.is_empty())) {
            let found = self.projects.named(name).await.map_err(unavailable)?;
            let enabled = |lookup: &Lookup| lookup.project().is_some_and(|project| !project.disabled);
            let found = found.filter(enabled).ok_or(Reason::ProjectNotGranted)?;
            if named.first().is_some_and(|first| first.id() != found.id()) {
                return Err(Reason::ProjectNotGranted);
            }
            named.push(found);
        }
        Ok(named)
    }

    /// The projects that a credential reaches: the token's, narrowed by the JWT.
    pub(crate) async fn limits(&self, token: &TokenState, proof: &Proof) -> Result<Arc<Limits>, sqlx::Error> {
        let Some(claimed) = &proof.projects else { return Ok(Arc::clone(&token.limits)) };
        let projects = if token.limits.reach == Reach::All {
            let found = self.projects.with_keys(claimed.iter()).await?;
            let found = found.iter().filter_map(Lookup::project);
            found.map(|project| (project.name.id.clone(), project.name.key.clone())).collect()
        } else {
            let both = token.limits.listed().filter(|(_, key)| claimed.contains(key));
            both.map(|(id, key)| (id.clone(), key.clone())).collect()
        };
        Ok(Arc::new(Limits::only(projects)))
    }
}

/// Checks that the proof is for this system, method and path, and for this moment.
pub(super) fn is_bound_to(
    call: &Call<'_>,
    token: &TokenState,
    proof: &Proof,
    now: i64,
) -> Result<(), Reason> {
    match &proof.audience {
        Some(audience) if **audience != *call.system.audience => return Err(Reason::ProofMismatch),
        // A request without `aud` could be meant for any system that its token reaches.
        None if proof.binding.is_some() && token.reached.len() > 1 => {
            return Err(Reason::ProofMismatch);
        }
        _ => {}
    }
    let Some(binding) = &proof.binding else {
        return if token.one_time_only { Err(Reason::ProofMismatch) } else { Ok(()) };
    };
    if !binding.is_for(call) {
        return Err(Reason::ProofMismatch);
    }
    if now > binding.stale_at {
        return Err(Reason::Stale);
    }
    if now < binding.good_from { Err(Reason::NotYetValid) } else { Ok(()) }
}

/// Checks that the token is neither suspended nor disabled, and that it and its JWT have not expired.
pub(crate) fn is_in_force(token: &TokenState, proof: &Proof, now: i64) -> Result<(), Reason> {
    if token.suspended {
        return Err(Reason::Suspended);
    }
    if token.disabled {
        return Err(Reason::Disabled);
    }
    if token.expires_at.is_some_and(|end| end <= now) || proof.expires_at.is_some_and(|end| end <= now) {
        return Err(Reason::Expired);
    }
    if proof.not_before.is_some_and(|start| now < start) { Err(Reason::NotYetValid) } else { Ok(()) }
}

/// Checks that the token may be used from this address.
pub(crate) fn comes_from(allowed: &[ipnet::IpNet], client_ip: Option<IpAddr>) -> Result<(), Reason> {
    if allowed.is_empty() {
        return Ok(());
    }
    // An IPv4 address in the form of an IPv6 one is still that address.
    let address = client_ip.ok_or(Reason::IpDenied)?.to_canonical();
    if allowed.iter().any(|range| range.contains(&address)) { Ok(()) } else { Err(Reason::IpDenied) }
}

/// Whether the API is granted, and the JWT includes it.
fn is_granted(token: &TokenState, proof: &Proof, system: &CatalogSystem, api: &CatalogApi) -> bool {
    // Latchkey itself is never granted whole: later operations would slip in.
    let whole = !system.builtin && token.systems.contains(&system.id);
    (whole || token.apis.contains(&api.id)) && proof.holds_scope(&system.key, &api.key)
}

/// Checks that the token reaches this project, and that its user belongs to it.
fn is_for_target(
    system: &CatalogSystem,
    scope: ApiScope,
    project: Option<&ProjectId>,
    reach: &Reach,
    user: Option<&UserState>,
) -> Result<(), Reason> {
    let Some(project) = project else {
        let bound_user = user.is_some() && *reach == Reach::All;
        // Latchkey's own API checks the projects of its callers itself.
        if scope == ApiScope::Project && !system.builtin && !bound_user {
            return Err(Reason::ProjectRequired);
        }
        let open = match (&*system.opened_to, user) {
            (Reach::All, _) => true,
            (Reach::Only(opened), Some(user)) => {
                opened.iter().any(|project| reach.contains(project) && user.memberships.contains_key(project))
            }
            (Reach::Only(opened), None) => opened.iter().any(|project| reach.contains(project)),
        };
        return if open { Ok(()) } else { Err(Reason::ProjectNotGranted) };
    };
    if !reach.contains(project) || !system.opened_to.contains(project) {
        return Err(Reason::ProjectNotGranted);
    }
    match user {
        Some(user) if !user.memberships.contains_key(project) => Err(Reason::UserNotGranted),
        _ => Ok(()),
    }
}
