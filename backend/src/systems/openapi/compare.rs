//! Compares a document with the APIs of a system.

use std::collections::{BTreeSet, HashMap, HashSet};

use latchkey_shared::fields::skeleton;
use latchkey_shared::ids::ApiId;
use latchkey_shared::systems::{Api, ApiScope};

use super::document::{Document, stand_in};
use crate::systems::matching::router::{Route, Router};
use crate::systems::store::{Difference, Known, StoredApi};

/// Compares a document with what is known of a system. Adds warnings for operations that no
/// call can match, and for those that no call tells apart.
///
/// An API is identified by its method and path. A new operation id renames it, and other
/// servers move it. If an API comes back while tokens are granted it, it stays removed until an
/// administrator confirms that.
pub(in crate::systems) fn compare(
    known: &Known,
    document: &Document,
    warnings: &mut Vec<String>,
) -> Difference {
    let Known { system, apis, granted, .. } = known;
    let by_hand = || apis.iter().filter(|stored| !stored.imported).map(|stored| &stored.api);
    let reasons = unmatchable(document, by_hand(), warnings);
    let keys_by_hand: HashSet<&str> = by_hand().map(|api| api.key.as_str()).collect();
    let mut before: HashMap<(&str, &str), &StoredApi> =
        apis.iter().map(|stored| ((stored.api.method.as_str(), stored.api.path.as_str()), stored)).collect();
    let mut difference = Difference::default();
    for (index, operation) in document.operations.iter().enumerate() {
        let reason = reasons.get(&index).cloned();
        if let Some(reason) = &reason {
            warnings.push(format!("{} {}: no call can match it: {reason}", operation.method, operation.path));
        }
        let before = before.remove(&(operation.method.as_str(), operation.path.as_str()));
        let mut key = format!("{}:{}", system.key, operation.operation_id);
        let mut operation_id = operation.operation_id.clone();
        if keys_by_hand.contains(key.as_str()) && before.is_none_or(|before| before.api.key != key) {
            // An API that was added by hand has this key.
            operation_id = stand_in(&operation.method, &operation.path);
            key = format!("{}:{operation_id}", system.key);
        }
        let api = Api {
            id: before.map_or_else(ApiId::new, |before| before.api.id.clone()),
            key,
            system: system.key.clone(),
            operation_id,
            method: operation.method.clone(),
            base_path: operation.base_path.clone(),
            path: operation.path.clone(),
            name: operation.name.clone(),
            tags: operation.tags.clone(),
            deprecated: operation.deprecated,
            scope: before.map_or(ApiScope::Project, |before| before.api.scope),
            removed: before
                .is_some_and(|before| before.api.removed && granted.contains(before.api.id.as_str())),
            unmatchable: reason,
            warnings: Vec::new(),
        };
        if api.removed {
            warnings.push(format!("{} is back: its grants count once that is confirmed.", api.key));
        }
        let stored = StoredApi {
            api,
            system: system.id.clone(),
            multi_segment: operation.multi_segment.clone(),
            imported: true,
        };
        match before {
            None => difference.added.push(stored),
            Some(before) if *before == stored => difference.unchanged += 1,
            Some(before) => {
                if before.api.key != stored.api.key {
                    difference.renamed.push(stored.api.id.clone());
                }
                difference.changed.push(stored);
            }
        }
    }
    warnings.extend(look_alikes_among(&difference, apis));
    let vanished = before.into_values().filter(|stored| stored.imported);
    let (earlier, now): (Vec<&StoredApi>, Vec<&StoredApi>) = vanished.partition(|stored| stored.api.removed);
    difference.removed = now.into_iter().cloned().collect();
    let is_granted = |stored: &&StoredApi| granted.contains(stored.api.id.as_str());
    difference.left = earlier.into_iter().filter(|stored| !is_granted(stored)).cloned().collect();
    difference.removed.sort_by(|one, other| one.api.key.cmp(&other.api.key));
    difference
}

/// A warning for each new key that looks like another one of the system.
fn look_alikes_among(difference: &Difference, before: &[StoredApi]) -> Vec<String> {
    let new = difference.added.iter().chain(&difference.changed).map(|stored| &stored.api);
    let renamed: HashSet<&str> = new.clone().map(|api| api.id.as_str()).collect();
    let stay = before.iter().map(|stored| &stored.api).filter(|api| !renamed.contains(api.id.as_str()));
    let mut by_looks: HashMap<String, &str> =
        stay.map(|api| (skeleton(&api.key), api.key.as_str())).collect();
    let mut warnings = Vec::new();
    for api in new {
        if let Some(other) = by_looks.insert(skeleton(&api.key), &api.key).filter(|other| *other != api.key) {
            warnings.push(format!("{} looks like {other}.", api.key));
        }
    }
    warnings
}

/// The operations that no call can match: their index, and why. Adds warnings for operations
/// that no call tells apart.
fn unmatchable<'k>(
    document: &Document,
    by_hand: impl Iterator<Item = &'k Api>,
    warnings: &mut Vec<String>,
) -> HashMap<usize, String> {
    let described: HashSet<(&str, &str)> =
        document.operations.iter().map(|one| (one.method.as_str(), one.path.as_str())).collect();
    let mut routes: Vec<Route<usize>> = Vec::with_capacity(document.operations.len());
    for operation in &document.operations {
        routes.push(Route {
            method: operation.method.clone(),
            base_path: operation.base_path.clone(),
            path: operation.path.clone(),
            multi_segment: operation.multi_segment.clone(),
            value: routes.len(),
        });
    }
    for api in by_hand.filter(|api| !described.contains(&(api.method.as_str(), api.path.as_str()))) {
        routes.push(Route {
            method: api.method.clone(),
            base_path: None,
            path: api.path.clone(),
            multi_segment: Vec::new(),
            value: routes.len(),
        });
    }
    let calls: Vec<String> = routes.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    let (matcher, lost) = Router::build(document.base_path.as_deref().unwrap_or_default(), routes);
    let alike: BTreeSet<Vec<usize>> = matcher
        .alike()
        .map(|group| {
            let mut group: Vec<usize> = group.into_iter().copied().collect();
            group.sort_unstable();
            group
        })
        .collect();
    for group in alike {
        let mut named: Vec<&str> = group.iter().take(3).map(|&index| calls[index].as_str()).collect();
        let more = group.len() - named.len();
        let more = format!("{more} more");
        if group.len() > named.len() {
            named.push(&more);
        }
        let named = named.join(", ");
        warnings.push(format!("No call tells these apart, so a grant of one is a grant of all: {named}."));
    }
    lost.into_iter().map(|one| (one.value, one.reason.to_string())).collect()
}
