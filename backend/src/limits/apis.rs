//! Limits for single APIs, before it is known which APIs are meant.

use std::collections::{BTreeMap, HashMap};

use latchkey_shared::fields::Errors;
use latchkey_shared::ids::{ApiId, SystemId};
use latchkey_shared::limits::Limits;
use latchkey_shared::tokens::NewApiLimit;

use super::asked::limits;

/// The most APIs with limits of their own.
const MOST: usize = 100;

/// Limits for the calls of an API, which is named by key or id.
#[derive(Debug, Clone)]
pub struct ApiLimits {
    /// How the API is named.
    pub api: String,
    /// The name of the field with the API.
    pub field: String,
    /// The limits.
    pub limits: Limits,
}

/// The ids of APIs and of their systems, by the name that was given.
pub type Named = HashMap<String, (ApiId, SystemId)>;

/// Checks limits for single APIs, except for what needs the database. `at` is the prefix of the field's
/// name.
pub fn api_limits(raw: &[NewApiLimit], at: &str, errors: &mut Errors) -> Vec<ApiLimits> {
    if raw.len() > MOST {
        errors.add(format!("{at}api_limits"), "too_many", format!("At most {MOST}."));
        return Vec::new();
    }
    let mut checked = Vec::new();
    for (index, one) in raw.iter().enumerate() {
        let at = format!("{at}api_limits[{index}].");
        if one.rate_limit.is_none() && one.quota.is_none() {
            errors.add(format!("{at}rate_limit"), "required", "Give a rate limit or a quota.");
        }
        let limits = limits(one.rate_limit.as_ref(), one.quota.as_ref(), &at, errors);
        checked.push(ApiLimits { api: one.api.clone(), field: format!("{at}api"), limits });
    }
    checked
}

/// The limits by API. Reports APIs that do not exist, that a token is not granted, or that are
/// named twice.
pub fn resolve(
    asked: &[ApiLimits],
    known: &Named,
    may_have: impl Fn(&(ApiId, SystemId)) -> bool,
    errors: &mut Errors,
) -> BTreeMap<ApiId, Limits> {
    let mut found = BTreeMap::new();
    for one in asked {
        let (code, message) = match known.get(&one.api) {
            None => ("unknown", "There is no such API."),
            Some(api) if !may_have(api) => ("not_granted", "The token is not granted this API."),
            Some((api, _)) => match found.insert(api.clone(), one.limits.clone()) {
                None => continue,
                Some(_) => ("contradiction", "This API has limits already."),
            },
        };
        errors.add(one.field.clone(), code, message);
    }
    found
}
