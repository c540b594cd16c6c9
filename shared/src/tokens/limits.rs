//! How many calls may be made with a token.

use serde::{Deserialize, Serialize};

use crate::ids::TokenId;
use crate::time::Timestamp;

/// How many calls may be made with a token: `requests` in `seconds` on average.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RateLimit {
    /// The number of calls.
    pub requests: u32,
    /// In so many seconds.
    pub seconds: u32,
    /// How many calls may be made at once, after a time without any.
    pub burst: u32,
}

/// A rate limit to set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewRateLimit {
    /// The number of calls: 1 to 1,000,000.
    pub requests: u32,
    /// In so many seconds: 1 to 86,400.
    pub seconds: u32,
    /// How many calls may be made at once, after a time without any: 1 to 1,000,000; `requests` if
    /// absent. So many calls must become free again within a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
}

/// The time for which a quota holds. It begins and ends at midnight in the time zone of the quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum Period {
    /// A day.
    Day,
    /// A month of the calendar.
    Month,
}

impl Period {
    /// The period in SQL and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
        }
    }
}

/// How many calls may be made with a token in a day or a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Quota {
    /// The number of calls.
    pub requests: u32,
    /// In a day or a month.
    pub period: Period,
    /// The time zone in which days and months begin: a name of the IANA database.
    pub time_zone: String,
}

/// A quota to set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewQuota {
    /// The number of calls: 1 to 1,000,000,000.
    pub requests: u32,
    /// In a day or a month.
    pub period: Period,
    /// The time zone in which days and months begin: a name of the IANA database, such as
    /// `Asia/Shanghai`; `UTC` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

/// The limits for the calls of one API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ApiLimit {
    /// The key of the API.
    pub api: String,
    /// How many calls of it may be made; absent if any number may.
    pub rate_limit: Option<RateLimit>,
    /// How many calls of it may be made in a day or a month; absent if any number may.
    pub quota: Option<Quota>,
}

/// Limits to set for the calls of one API: a rate limit, a quota, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewApiLimit {
    /// The API, by key or id. A token must be granted it, alone or with its system.
    pub api: String,
    /// How many calls of it may be made; any number if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<NewRateLimit>,
    /// How many calls of it may be made in a day or a month; any number if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<NewQuota>,
}

/// A rate limit that calls spend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RateLimitState {
    /// The token whose limit it is: the token itself, or one that issued it.
    pub token: TokenId,
    /// The key of the API whose calls spend it; absent if all do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
    /// The rate limit.
    pub rate_limit: RateLimit,
}

/// What is left of a quota.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct QuotaState {
    /// The token whose quota it is: the token itself, or one that issued it.
    pub token: TokenId,
    /// The key of the API whose calls spend it; absent if all do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
    /// The quota.
    pub quota: Quota,
    /// How many calls may still be made in this day or month.
    pub left: i64,
    /// When the next day or month begins.
    pub resets_at: Timestamp,
}
