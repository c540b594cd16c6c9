//! Core systems, their APIs and their verifier keys.

pub mod builtin;
pub mod catalog;
pub mod import;
pub mod paths;
pub mod routes;
pub mod store;

use std::collections::{HashMap, HashSet};

use latchkey_shared::ids::ApiId;
use latchkey_shared::systems::{Api, ApiScope, System};

use self::import::{Document, Operation};
use self::paths::{Route, Router};
use self::store::{Difference, StoredApi};

/// What a document changes of a system's APIs. An API's identity is its method
/// and path: a new operation id renames it. One that comes back while tokens
/// are granted it stays removed until an administrator confirms that.
fn compare(
    system: &System,
    document: &Document,
    known: Vec<StoredApi>,
    granted: &HashSet<String>,
    warnings: &mut Vec<String>,
) -> Difference {
    let route = |operation: &Operation| Route {
        method: operation.method.clone(),
        path: operation.path.clone(),
        multi_segment: operation.multi_segment.clone(),
        value: (),
    };
    let (_, unmatchable) = Router::build("", document.operations.iter().map(route));
    let reasons: HashMap<(String, String), String> =
        unmatchable.into_iter().map(|one| ((one.method, one.path), one.reason.to_string())).collect();
    let mut known: HashMap<(String, String), StoredApi> = known
        .into_iter()
        .map(|stored| ((stored.api.method.clone(), stored.api.path.clone()), stored))
        .collect();
    let by_hand: HashSet<String> =
        known.values().filter(|stored| !stored.imported).map(|stored| stored.api.key.clone()).collect();
    let mut difference =
        Difference { added: Vec::new(), changed: Vec::new(), removed: Vec::new(), unchanged: 0 };
    for operation in &document.operations {
        let identity = (operation.method.clone(), operation.path.clone());
        let reason = reasons.get(&identity).cloned();
        if let Some(reason) = &reason {
            warnings.push(format!("{} {}: no call can match it: {reason}", operation.method, operation.path));
        }
        let before = known.remove(&identity);
        let mut key = format!("{}:{}", system.key, operation.operation_id);
        let mut operation_id = operation.operation_id.clone();
        if by_hand.contains(&key) && before.as_ref().is_none_or(|before| before.api.key != key) {
            // An API that was added by hand holds the key.
            operation_id = format!("{}:{}", operation.method, operation.path);
            key = format!("{}:{operation_id}", system.key);
        }
        let api = Api {
            id: before.as_ref().map_or_else(ApiId::new, |before| before.api.id.clone()),
            key,
            system: system.key.clone(),
            operation_id,
            method: operation.method.clone(),
            path: operation.path.clone(),
            name: operation.name.clone(),
            tags: operation.tags.clone(),
            deprecated: operation.deprecated,
            scope: before.as_ref().map_or(ApiScope::Project, |before| before.api.scope),
            removed: before
                .as_ref()
                .is_some_and(|before| before.api.removed && granted.contains(before.api.id.as_str())),
            unmatchable: reason,
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
            Some(before)
                if before.api == stored.api
                    && before.imported
                    && before.multi_segment == stored.multi_segment =>
            {
                difference.unchanged += 1;
            }
            Some(_) => difference.changed.push(stored),
        }
    }
    let vanished = known.into_values().filter(|stored| stored.imported && !stored.api.removed);
    difference.removed = vanished.collect();
    difference.removed.sort_by(|one, other| one.api.key.cmp(&other.api.key));
    difference
}
