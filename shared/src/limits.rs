//! Defaults and ceilings for the limits of tokens.

use serde::{Deserialize, Serialize};

use crate::tokens::{ApiLimit, NewApiLimit, NewQuota, NewRateLimit, Quota, RateLimit};

/// A rate limit and a quota.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The rate limit; absent if there is none.
    #[serde(default)]
    pub rate_limit: Option<RateLimit>,
    /// The quota; absent if there is none.
    #[serde(default)]
    pub quota: Option<Quota>,
}

/// A rate limit and a quota for all calls with a token, and the same for the calls of single APIs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TokenLimits {
    /// The rate limit; absent if there is none.
    #[serde(default)]
    pub rate_limit: Option<RateLimit>,
    /// The quota; absent if there is none.
    #[serde(default)]
    pub quota: Option<Quota>,
    /// The limits for single APIs.
    #[serde(default)]
    pub api_limits: Vec<ApiLimit>,
}

/// The default and the ceiling for the limits of the tokens of an installation or a project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct LimitRules {
    /// What holds for a token that has no limit of its own. The default of a project goes before
    /// that of the installation.
    #[serde(default)]
    pub default: TokenLimits,
    /// What holds for every token, whatever limit it has. Of all ceilings, the lowest holds.
    #[serde(default)]
    pub ceiling: TokenLimits,
}

/// A rate limit and a quota to set, and the same for the calls of single APIs.
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
    /// Limits for single APIs, at most 100. They hold for the tokens that are granted the API.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub api_limits: Vec<NewApiLimit>,
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
