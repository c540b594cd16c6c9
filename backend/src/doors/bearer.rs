//! Turns a request to our own API into a [`Principal`]: a person with a session, or a token
//! that the engine allows to call this operation.

use std::collections::HashSet;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use latchkey_shared::ids::ApiId;

use super::denial::denial;
use crate::access::grants::Held;
use crate::access::origin::{Origin, anonymous};
use crate::access::principal::Principal;
use crate::crypto::operations::Source;
use crate::database::in_time;
use crate::engine::call::{Call, Presented};
use crate::engine::decisions::Door;
use crate::engine::proof::Proof;
use crate::engine::state::TokenState;
use crate::engine::verdict::Verdict;
use crate::engine::verifier::Verifier;
use crate::sessions::Sessions;
use crate::systems::builtin;
use crate::systems::catalog::Snapshot;
use crate::users::{self, Users};
use crate::web::SentMethod;
use crate::web::bearer::{bearer, no_credential, project};
use crate::web::client_ip::client_ip;
use crate::web::problem::{Kind, Problem};

impl FromRequest for Principal {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            if request.headers().contains_key(header::AUTHORIZATION) {
                in_time(token(&request)).await
            } else {
                in_time(person(&request)).await
            }
        })
    }
}

fn state<T: 'static>(request: &HttpRequest) -> Result<&web::Data<T>, Problem> {
    request.app_data::<web::Data<T>>().ok_or_else(|| Problem::internal("the application lacks a part"))
}

async fn person(request: &HttpRequest) -> Result<Principal, Problem> {
    let resumed = users::person(state::<Sessions>(request)?, state::<Users>(request)?, request).await?;
    if resumed.must_change_password {
        return Err(Problem::new(Kind::PasswordChangeRequired));
    }
    let origin = resumed.origin(request);
    Ok(Principal::person(&resumed.user, origin))
}

async fn token(request: &HttpRequest) -> Result<Principal, Problem> {
    let verifier = state::<Verifier>(request)?;
    let snapshot = verifier.catalog_at(Door::Api).await?;
    let system = snapshot
        .system_named(builtin::KEY)
        .ok_or_else(|| Problem::internal("the built-in system is not registered"))?;
    let credential = bearer(request).ok_or_else(|| no_credential(request))?;
    let project = project(request.headers());
    let client_ip = client_ip(request);
    let method = request.extensions().get::<SentMethod>().map(|SentMethod(method)| method.clone());
    let call = Call {
        system,
        method: method.as_ref().unwrap_or(request.method()).as_str(),
        path: request.uri().path(),
        project: project.as_deref(),
        client_ip,
    };
    let source = Source::new(client_ip, "");
    let presented = Presented { door: Door::Api, credential, verifier: None, source };
    let verdict = verifier.decide(&snapshot, presented, &call).await;
    if let Some(problem) = denial(&verdict) {
        return Err(problem);
    }
    let catalog = verdict.catalog.clone().unwrap_or(snapshot);
    let Verdict { token: Some(token), proof: Some(proof), user, limits: Some(limits), .. } = verdict else {
        return Err(Problem::internal("an allowed call without a token"));
    };
    let held = held(verifier, &token, &proof, &catalog).await?;
    // Somebody may have withdrawn the token meanwhile.
    if !verifier.still_count(&catalog, &token, user.as_ref(), &proof, &[]) {
        return Err(Problem::unavailable(1));
    }
    let origin = Origin {
        kind: "token",
        id: Some(token.id.to_string()),
        name: token.name.to_string(),
        ..anonymous(request)
    };
    Ok(match user {
        Some(user) => Principal::jwt_token(held, &user, &limits.reach, origin),
        None => Principal::rsa_token(held, limits.reach.clone(), origin),
    })
}

/// What the credential reaches: the token's grants, narrowed by the JWT.
async fn held(
    verifier: &Verifier,
    token: &TokenState,
    proof: &Proof,
    snapshot: &Snapshot,
) -> Result<Held, Problem> {
    let apis = match &proof.scope {
        None => token.apis.iter().cloned().collect(),
        Some(_) => within_scope(verifier, token, proof, snapshot).await?,
    };
    let holds_system = |id: &&_| {
        snapshot.system(id).is_some_and(|system| proof.holds_scope(&system.key, &format!("{}:*", system.key)))
    };
    Ok(Held {
        version: token.version,
        token: token.id.clone(),
        apis,
        systems: token.systems.iter().filter(holds_system).cloned().collect(),
        expires_at: token.expires_at,
        allowed_ips: token.allowed_ips.to_vec(),
        one_time_only: token.one_time_only,
    })
}

/// The APIs of a token that the scope of its JWT includes.
async fn within_scope(
    verifier: &Verifier,
    token: &TokenState,
    proof: &Proof,
    snapshot: &Snapshot,
) -> Result<HashSet<ApiId>, Problem> {
    let mut apis = HashSet::with_capacity(token.apis.len());
    for system in token.reached.iter().filter_map(|system| snapshot.system(system)) {
        let operations = verifier.operations(system).await?.ok_or_else(|| Problem::unavailable(1))?;
        let holds = |api: &&ApiId| operations.key(api).is_some_and(|key| proof.holds_scope(&system.key, key));
        apis.extend(token.apis.iter().filter(holds).cloned());
    }
    Ok(apis)
}
