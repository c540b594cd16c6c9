//! Writes a default and a ceiling.

use std::collections::BTreeMap;

use latchkey_shared::fields::Errors;
use latchkey_shared::ids::ApiId;
use latchkey_shared::limits::{LimitRules, Limits, NewLimitRules, NewLimits};
use serde_json::json;

use super::apis::{ApiLimits, api_limits, resolve};
use super::asked::limits;
use super::rules::Rules;
use super::shown::shown;
use super::store;
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
    let mut check = |raw: &NewLimits, at: &str| -> (Limits, Vec<ApiLimits>) {
        let limits = limits(raw.rate_limit.as_ref(), raw.quota.as_ref(), at, &mut errors);
        (limits, api_limits(&raw.api_limits, at, &mut errors))
    };
    let (default, defaults) = check(&asked.default, "default.");
    let (ceiling, ceilings) = check(&asked.ceiling, "ceiling.");
    Problem::unless_empty(errors)?;
    let rules = Rules { default, ceiling };
    let (origin, of, detail) = (principal.origin().clone(), owner.id.clone(), json!(asked));
    database
        .by(principal.witness())
        .write(move |transaction| {
            Box::pin(async move {
                let connection = transaction.connection();
                let named = defaults.iter().chain(&ceilings).map(|one| &*one.api).collect();
                let known = store::apis_named(connection, named).await?;
                let mut errors = Errors::new();
                let mut of_apis: BTreeMap<ApiId, Rules> = BTreeMap::new();
                for (api, limits) in resolve(&defaults, &known, |_| true, &mut errors) {
                    of_apis.entry(api).or_default().default = limits;
                }
                for (api, limits) in resolve(&ceilings, &known, |_| true, &mut errors) {
                    of_apis.entry(api).or_default().ceiling = limits;
                }
                Problem::unless_empty(errors)?;
                store::write(connection, &owner.id, &rules).await?;
                store::write_of_apis(connection, &owner.id, &of_apis).await?;
                transaction.changes(Change::Limits);
                let (id, name) = owner.target;
                audit::record(transaction, &origin, owner.action, (&id, name), detail).await?;
                Ok::<_, Problem>(())
            })
        })
        .await?;
    Ok(shown(&mut *database.reader().acquire().await?, principal, &of).await?)
}
