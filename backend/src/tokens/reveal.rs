//! The right to see the secrets of a token.

use latchkey_shared::fields::Errors;
use latchkey_shared::ids::TokenId;
use latchkey_shared::tokens::Kind;
use serde_json::json;
use sqlx::AnyConnection;

use super::found::existing;
use super::issue;
use super::store::{self, Found};
use super::targets::targets;
use crate::access::principal::{MayReveal, Principal};
use crate::audit;
use crate::configuration::Configuration;
use crate::database::Database;
use crate::web::problem::{Kind as ProblemKind, Problem};

/// Checks that the caller may see the secrets of a token.
pub(super) async fn may_reveal(
    connection: &mut AnyConnection,
    principal: &Principal,
    found: &Found,
) -> Result<MayReveal, Problem> {
    let targets = targets(&mut *connection, found).await?;
    principal.may_manage(&targets)?;
    let (held, named) = (found.held(), found.named());
    let grants =
        store::resolve(&mut *connection, found.token.kind, &named, &held, &mut Errors::new()).await?.grants;
    let descendant = match principal.token() {
        Some(me) => store::descends(&mut *connection, &found.token.id, me).await?,
        None => false,
    };
    principal.may_reveal(&grants, &targets, &found.limits, descendant)
}

/// Checks that the caller may see a token's secrets, records it in the audit trail, and returns
/// the current key.
pub(super) async fn reveal(
    principal: Principal,
    database: &Database,
    configuration: &Configuration,
    id: TokenId,
    action: &'static str,
    of_kind: Option<Kind>,
) -> Result<(Found, issue::StoredKey), Problem> {
    let show_once = configuration.show_once;
    database
        .by(principal.witness())
        .write(move |transaction| {
            Box::pin(async move {
                let connection = transaction.connection();
                let found = existing(&mut *connection, &id).await?;
                principal.may_manage(&targets(&mut *connection, &found).await?)?;
                let conflict = |detail| Err(Problem::new(ProblemKind::Conflict).with_detail(detail));
                if of_kind.is_some_and(|kind| kind != found.token.kind) {
                    return conflict("Only JWT tokens have a secret id.");
                }
                let has_secret = found.token.client_key.is_none();
                if of_kind.is_some() && !has_secret {
                    return conflict(
                        "The client of the token authenticates with its own key. There is no secret id.",
                    );
                }
                may_reveal(&mut *connection, &principal, &found).await?;
                let key = store::current_key(&mut *connection, &id).await?;
                let key = key.ok_or_else(|| Problem::internal("a token without a key"))?;
                if show_once && has_secret && !store::first_reveal(&mut *connection, &key.id).await? {
                    return Err(Problem::new(ProblemKind::ShownAlready));
                }
                audit::record(
                    transaction,
                    principal.origin(),
                    action,
                    (&id, found.token.name.clone()),
                    json!({}),
                )
                .await?;
                Ok((found, key))
            })
        })
        .await
}
