//! What the calls of a token spend: its rate limits and quotas, for all calls or for those of one
//! API, and the same of the tokens that issued it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use latchkey_shared::ids::ApiId;
use latchkey_shared::time::Timestamp;
use latchkey_shared::tokens::{Quota, QuotaState, RateLimit, RateLimitState};
use latchkey_shared::verify::Exceeded;

use super::quota::{self, Counted, Quotas};
use super::rate::{self, Bucket, Rates};
use crate::database::Database;
use crate::limits::{Effective, LimitKey};
use crate::systems::catalog::CatalogApi;

/// About how many bytes a limit of a token takes.
const BYTES: usize = 256;

/// The limits that the calls of a token must keep: its own, and those of the tokens that issued it.
#[derive(Clone, Default, PartialEq)]
pub struct Allowance {
    /// What every call spends.
    every: Toll,
    /// What the calls of an API with limits of its own spend, by API. It includes what every call
    /// spends. Most tokens have none.
    apis: Arc<[(ApiId, Toll)]>,
}

/// What one call spends: a call of each of these limits, or of none.
#[derive(Clone, Default)]
struct Toll(Arc<[Limit]>);

#[derive(Clone)]
enum Limit {
    Quota(Counted),
    Rate(Arc<Bucket>),
}

/// Which limit it is, without what is spent of it.
#[derive(Debug, PartialEq, Eq)]
enum Named<'a> {
    Quota(&'a LimitKey, &'a Quota),
    Rate(&'a LimitKey, &'a RateLimit),
}

impl Limit {
    fn key(&self) -> &LimitKey {
        match self {
            Self::Quota(counted) => counted.key(),
            Self::Rate(bucket) => bucket.key(),
        }
    }

    fn named(&self) -> Named<'_> {
        match self {
            Self::Quota(counted) => Named::Quota(counted.key(), counted.quota()),
            Self::Rate(bucket) => Named::Rate(bucket.key(), bucket.rate()),
        }
    }
}

impl Allowance {
    /// Whether any number of calls may be made.
    #[must_use]
    pub fn is_unlimited(&self) -> bool {
        self.every.0.is_empty() && self.apis.is_empty()
    }

    /// About how many bytes it takes.
    #[must_use]
    pub fn heap(&self) -> usize {
        let of_apis: usize = self.apis.iter().map(|(_, toll)| toll.0.len()).sum();
        (self.every.0.len() + of_apis) * BYTES
    }

    /// What a call of this API spends.
    fn of(&self, api: Option<&CatalogApi>) -> &Toll {
        match api {
            Some(api) if !self.apis.is_empty() => {
                let found = self.apis.binary_search_by(|(id, _)| id.cmp(&api.id));
                found.map_or(&self.every, |at| &self.apis[at].1)
            }
            _ => &self.every,
        }
    }

    /// Each limit once.
    fn all(&self) -> impl Iterator<Item = &Limit> {
        let is_of = |limit: &&Limit, api: &ApiId| limit.key().api.as_ref() == Some(api);
        let of_apis = self
            .apis
            .iter()
            .flat_map(move |(api, toll)| toll.0.iter().filter(move |limit| is_of(limit, api)));
        self.every.0.iter().chain(of_apis)
    }

    /// The APIs with limits of their own.
    pub fn apis(&self) -> impl Iterator<Item = &ApiId> {
        self.apis.iter().map(|(api, _)| api)
    }

    /// The rate limits. `keys` has the keys of the APIs.
    #[must_use]
    pub fn rate_limits(&self, keys: &BTreeMap<ApiId, String>) -> Vec<RateLimitState> {
        let state = |limit: &Limit| match limit {
            Limit::Quota(_) => None,
            Limit::Rate(bucket) => Some(RateLimitState {
                token: bucket.key().token.clone(),
                api: name_of_api(bucket.key(), keys),
                rate_limit: *bucket.rate(),
            }),
        };
        self.all().filter_map(state).collect()
    }
}

impl fmt::Debug for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all().map(Limit::named)).finish()
    }
}

impl Toll {
    fn give_back(&self, calls: &[Spent]) {
        for pair in self.0.iter().zip(calls) {
            match pair {
                (Limit::Quota(counted), Spent::Quota(spent)) => counted.give_back(*spent),
                (Limit::Rate(bucket), Spent::Rate(spent)) => bucket.give_back(*spent),
                _ => {}
            }
        }
    }
}

impl PartialEq for Toll {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().map(Limit::named).eq(other.0.iter().map(Limit::named))
    }
}

/// A call that is spent, until it is known whether it passes. If it is dropped, it is given back.
pub struct Reserved {
    of: Toll,
    calls: Calls,
}

/// What was spent. Most tokens have one limit; then nothing is allocated.
enum Calls {
    Passed,
    One(Spent),
    Several(Vec<Spent>),
}

#[derive(Clone, Copy)]
enum Spent {
    Quota(quota::Spent),
    Rate(rate::Spent),
}

impl Reserved {
    /// The call passes.
    pub fn pass(mut self) {
        self.calls = Calls::Passed;
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        match &self.calls {
            Calls::Passed => {}
            Calls::One(spent) => self.of.give_back(std::slice::from_ref(spent)),
            Calls::Several(several) => self.of.give_back(several),
        }
    }
}

/// Spends calls on this node.
pub struct Limiter {
    rates: Rates,
    quotas: Quotas,
}

impl Limiter {
    /// Begins to tell other nodes what this one spends, and to write it.
    #[must_use]
    pub fn start(database: &Database) -> Self {
        Self { rates: Rates::start(database), quotas: Quotas::start(database) }
    }

    /// What the calls of a token spend. Quotas are looked at first: whoever is over both must wait
    /// for the quota.
    pub async fn allowance(
        &self,
        database: &Database,
        in_force: BTreeMap<LimitKey, Effective>,
        now: i64,
    ) -> Result<Allowance, sqlx::Error> {
        let (mut rates, mut quotas) = (Vec::new(), Vec::new());
        for (key, effective) in in_force {
            rates.extend(effective.rate_limit.map(|limit| (key.clone(), limit)));
            quotas.extend(effective.quotas.into_iter().map(|quota| (key.clone(), quota)));
        }
        if rates.is_empty() && quotas.is_empty() {
            return Ok(Allowance::default());
        }
        let quotas = self.quotas.counted(database, quotas, now).await?.into_iter().map(Limit::Quota);
        let rates = self.rates.buckets(rates).into_iter().map(Limit::Rate);
        let all: Vec<Limit> = quotas.chain(rates).collect();
        let apis: BTreeSet<&ApiId> = all.iter().filter_map(|limit| limit.key().api.as_ref()).collect();
        let of = |api: Option<&ApiId>| {
            let spends = |limit: &&Limit| limit.key().api.is_none() || limit.key().api.as_ref() == api;
            Toll(all.iter().filter(spends).cloned().collect())
        };
        Ok(Allowance {
            every: of(None),
            apis: apis.into_iter().map(|api| (api.clone(), of(Some(api)))).collect(),
        })
    }

    /// Spends a call of this API of each of its limits, or of none.
    pub fn reserve(&self, of: &Allowance, api: Option<&CatalogApi>, now: i64) -> Result<Reserved, Exceeded> {
        let toll = of.of(api);
        let calls = match &*toll.0 {
            [only] => Calls::One(self.spend(only, api, now)?),
            all => {
                let mut several = Vec::with_capacity(all.len());
                for limit in all {
                    match self.spend(limit, api, now) {
                        Ok(spent) => several.push(spent),
                        Err(exceeded) => {
                            toll.give_back(&several);
                            return Err(exceeded);
                        }
                    }
                }
                Calls::Several(several)
            }
        };
        Ok(Reserved { of: toll.clone(), calls })
    }

    fn spend(&self, limit: &Limit, api: Option<&CatalogApi>, now: i64) -> Result<Spent, Exceeded> {
        let spent = match limit {
            Limit::Quota(counted) => self.quotas.spend(counted, now).map(Spent::Quota),
            Limit::Rate(bucket) => self.rates.spend(bucket).map(Spent::Rate),
        };
        spent.map_err(|exceeded| of_api(exceeded, limit, api))
    }

    /// Whether a call of this API could be spent now. Nothing is spent.
    pub fn look(&self, at: &Allowance, api: Option<&CatalogApi>, now: i64) -> Result<(), Exceeded> {
        at.of(api).0.iter().try_for_each(|limit| {
            let found = match limit {
                Limit::Quota(counted) => self.quotas.look(counted, now),
                Limit::Rate(bucket) => self.rates.look(bucket),
            };
            found.map_err(|exceeded| of_api(exceeded, limit, api))
        })
    }

    /// What is left of each quota, also after calls on other nodes. `keys` has the keys of the APIs.
    pub async fn quotas(
        &self,
        database: &Database,
        of: &Allowance,
        keys: &BTreeMap<ApiId, String>,
        now: i64,
    ) -> Result<Vec<QuotaState>, sqlx::Error> {
        let counted = of.all().filter_map(|limit| match limit {
            Limit::Quota(counted) => Some(counted),
            Limit::Rate(_) => None,
        });
        let counted: Vec<&Counted> = counted.collect();
        if counted.is_empty() {
            return Ok(Vec::new());
        }
        self.quotas.refresh(database, &counted, now).await?;
        let state = |counted: &Counted| {
            let (left, ends) = counted.left(now);
            QuotaState {
                token: counted.key().token.clone(),
                api: name_of_api(counted.key(), keys),
                quota: counted.quota().clone(),
                left,
                resets_at: Timestamp::from_millis(ends),
            }
        };
        Ok(counted.into_iter().map(state).collect())
    }

    /// Writes what is spent of quotas and not written yet.
    pub async fn flush(&self, database: &Database) {
        if let Err(error) = self.quotas.flush(database).await {
            tracing::warn!(%error, "the use of quotas is not written");
        }
    }
}

/// The key of the API whose calls spend a limit; its id if it was deleted meanwhile.
fn name_of_api(key: &LimitKey, keys: &BTreeMap<ApiId, String>) -> Option<String> {
    let api = key.api.as_ref()?;
    Some(keys.get(api).cloned().unwrap_or_else(|| api.to_string()))
}

/// Adds the key of the API if the limit is for its calls only.
fn of_api(exceeded: Exceeded, limit: &Limit, api: Option<&CatalogApi>) -> Exceeded {
    let key = api.filter(|_| limit.key().api.is_some()).map(|api| api.key.clone());
    Exceeded { api: key, ..exceeded }
}
