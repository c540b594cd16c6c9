//! The limits of a token for single APIs: they hold for APIs that it is granted.

use std::collections::BTreeMap;

use latchkey_shared::fields::Errors;
use latchkey_shared::ids::{ApiId, SystemId};
use latchkey_shared::limits::Limits;
use latchkey_shared::tokens::{ApiLimit, NewApiLimit};
use sqlx::AnyConnection;

use crate::access::grants::Grants;
use crate::limits::store::{apis_named, keys_of_apis};
use crate::limits::{self, ApiLimits};

/// Whether the token is granted the API, alone or with its system. Latchkey itself is never granted whole.
fn is_granted(grants: &Grants, (api, system): &(ApiId, SystemId)) -> bool {
    grants.apis.iter().any(|granted| granted.id == *api) || grants.whole.contains(system)
}

/// The limits by API. Reports APIs that do not exist, that the token is not granted, or that are named
/// twice.
pub(super) async fn resolve(
    connection: &mut AnyConnection,
    asked: &[ApiLimits],
    grants: &Grants,
    errors: &mut Errors,
) -> Result<BTreeMap<ApiId, Limits>, sqlx::Error> {
    let known = apis_named(connection, asked.iter().map(|one| &*one.api).collect()).await?;
    Ok(limits::resolve(asked, &known, |api| is_granted(grants, api), errors))
}

/// The limits after a change. If they are absent in it, those of the APIs that are still granted stay.
pub(super) async fn patched(
    connection: &mut AnyConnection,
    held: &BTreeMap<ApiId, Limits>,
    asked: Option<&[NewApiLimit]>,
    grants: &Grants,
    errors: &mut Errors,
) -> Result<BTreeMap<ApiId, Limits>, sqlx::Error> {
    if let Some(asked) = asked {
        let asked = limits::api_limits(asked, "", errors);
        return resolve(connection, &asked, grants, errors).await;
    }
    let known = apis_named(connection, held.keys().map(ApiId::as_str).collect()).await?;
    let mut held = held.clone();
    held.retain(|api, _| known.get(api.as_str()).is_some_and(|api| is_granted(grants, api)));
    Ok(held)
}

/// The limits as they are shown, in the order of the keys of the APIs.
pub(super) async fn shown(
    connection: &mut AnyConnection,
    of_apis: &BTreeMap<ApiId, Limits>,
) -> Result<Vec<ApiLimit>, sqlx::Error> {
    let keys = keys_of_apis(connection, of_apis.keys().collect()).await?;
    let one = |(api, Limits { rate_limit, quota }): (&ApiId, &Limits)| {
        Some(ApiLimit { api: keys.get(api)?.clone(), rate_limit: *rate_limit, quota: quota.clone() })
    };
    let mut all: Vec<ApiLimit> = of_apis.iter().filter_map(one).collect();
    all.sort_by(|one, other| one.api.cmp(&other.api));
    Ok(all)
}
