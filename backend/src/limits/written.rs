//! Writes a default and a ceiling.

use latchkey_shared::fields::Errors;
use latchkey_shared::limits::{LimitRules, NewLimitRules};
use serde_json::json;

use super::{asked, store};
use crate::access::principal::Principal;
use crate::audit;
use crate::database::{Change, Database};
use crate::web::problem::Problem;

/// Whose rules are written.
pub(super) struct Owner {
    /// The id in the store.
    pub(super) id: String,
    pub(super) action: &'static str,
    /// The id and the name in the audit trail.
    pub(super) target: (String, String),
}

/// Checks and writes the rules. They hold for the next call of every token.
pub(super) async fn write(
    principal: &Principal,
    database: &Database,
    owner: Owner,
    asked: &NewLimitRules,
) -> Result<LimitRules, Problem> {
    let mut errors = Errors::new();
    let rules = asked::rules(asked, &mut errors);
    Problem::unless_empty(errors)?;
    let (origin, answer) = (principal.origin().clone(), rules.clone());
    database
        .by(principal.witness())
        .write(move |transaction| {
            Box::pin(async move {
                store::write(transaction.connection(), &owner.id, &rules).await?;
                transaction.changes(Change::Limits);
                let (id, name) = owner.target;
                audit::record(transaction, &origin, owner.action, (&id, name), json!(rules)).await?;
                Ok::<_, Problem>(())
            })
        })
        .await?;
    Ok(answer)
}
