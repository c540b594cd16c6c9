//! Defaults and ceilings for the limits of tokens.

use serde::{Deserialize, Serialize};

use crate::tokens::{NewQuota, NewRateLimit, Quota, RateLimit};

/// A rate limit and a quota.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Limits {
    /// The rate limit; absent if there is none.
    #[serde(default)]
    pub rate_limit: Option<RateLimit>,
    /// The quota; absent if there is none.
    #[serde(default)]
    pub quota: Option<Quota>,
}

/// The default and the ceiling for the limits of the tokens of an installation or a project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct LimitRules {
    /// What holds for a token that has no limit of its own. The default of a project goes before
    /// that of the installation.
    #[serde(default)]
    pub default: Limits,
    /// What holds for every token, whatever limit it has. Of all ceilings, the lowest holds.
    #[serde(default)]
    pub ceiling: Limits,
}

/// A rate limit and a quota to set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewLimits {
    /// The rate limit; none if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<NewRateLimit>,
    /// The quota; none if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<NewQuota>,
}

/// The body of `PUT /limits` and `PUT /projects/{project}/limits`. It replaces all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewLimitRules {
    /// What holds for a token that has no limit of its own.
    #[serde(default)]
    pub default: NewLimits,
    /// What holds for every token, whatever limit it has.
    #[serde(default)]
    pub ceiling: NewLimits,
}
