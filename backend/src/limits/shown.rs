//! The default and the ceiling as a caller sees them.

use latchkey_shared::limits::{LimitRules, Limits, TokenLimits};
use latchkey_shared::tokens::ApiLimit;
use sqlx::AnyConnection;

use super::store::{self, RulesOfApi};
use crate::access::principal::Principal;
use crate::access::reach::Reach;
use crate::systems::store::openings;

/// The rules of a project or of the installation, without those for APIs of systems that the caller may
/// not see.
pub(super) async fn shown(
    connection: &mut AnyConnection,
    principal: &Principal,
    of: &str,
) -> Result<LimitRules, sqlx::Error> {
    let rules = store::rules(connection, of).await?;
    let mut of_apis = store::rules_of_apis(connection, of).await?;
    let restricted: Vec<String> =
        of_apis.iter().filter(|one| one.restricted).map(|one| one.system.clone()).collect();
    let opened = openings(connection, &restricted).await?;
    of_apis.retain(|one| {
        let to = || Reach::Only(opened.get(&one.system).cloned().unwrap_or_default());
        !one.restricted || principal.may_see_system(&to())
    });
    let with_apis = |limits: Limits, of: fn(&RulesOfApi) -> &Limits| {
        let mut api_limits = Vec::new();
        for one in &of_apis {
            let Limits { rate_limit, quota } = of(one).clone();
            if rate_limit.is_some() || quota.is_some() {
                api_limits.push(ApiLimit { api: one.key.clone(), rate_limit, quota });
            }
        }
        TokenLimits { rate_limit: limits.rate_limit, quota: limits.quota, api_limits }
    };
    Ok(LimitRules {
        default: with_apis(rules.default, |one| &one.rules.default),
        ceiling: with_apis(rules.ceiling, |one| &one.rules.ceiling),
    })
}
