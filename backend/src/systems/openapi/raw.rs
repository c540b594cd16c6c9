//! An OpenAPI document, as it is written.

use std::collections::{BTreeMap, HashMap};

use indexmap::IndexMap;
use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::systems::rules;

#[derive(Deserialize)]
pub(super) struct RawDocument {
    #[serde(default)]
    pub(super) openapi: Option<String>,
    #[serde(default)]
    pub(super) swagger: Option<String>,
    #[serde(default)]
    pub(super) servers: Vec<RawServer>,
    #[serde(rename = "basePath", default)]
    pub(super) base_path: Option<String>,
    #[serde(default)]
    pub(super) paths: RawPaths,
    /// Swagger 2.0 has these at the top level.
    #[serde(default)]
    pub(super) parameters: HashMap<String, RawParameter>,
    #[serde(default)]
    pub(super) components: RawComponents,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawComponents {
    #[serde(default)]
    pub(super) parameters: HashMap<String, RawParameter>,
    #[serde(default)]
    pub(super) path_items: HashMap<String, RawItem>,
}

#[derive(Deserialize, Clone)]
pub(super) struct RawServer {
    #[serde(default)]
    pub(super) url: String,
    #[serde(default)]
    pub(super) variables: BTreeMap<String, RawVariable>,
}

#[derive(Deserialize, Clone)]
pub(super) struct RawVariable {
    #[serde(default)]
    default: String,
    #[serde(rename = "enum", default)]
    others: Vec<String>,
}

impl RawServer {
    /// The path of this server, and whether its variables can change it.
    fn path(&self) -> Result<(String, Vec<&str>), String> {
        // A variable may also replace the scheme, so the path is what follows the host.
        let after_scheme = self.url.split_once("://").map(|(_, rest)| rest).or(self.url.strip_prefix("//"));
        let path = match after_scheme {
            Some(rest) => rest.find('/').map_or("", |slash| &rest[slash..]),
            None => &self.url,
        };
        let mut path = path.split(['?', '#']).next().unwrap_or_default().to_owned();
        let mut open = Vec::new();
        for (name, variable) in &self.variables {
            let placeholder = format!("{{{name}}}");
            if path.contains(&placeholder) {
                path = path.replace(&placeholder, &variable.default);
                if variable.others.iter().any(|other| *other != variable.default) {
                    open.push(name.as_str());
                }
            }
        }
        if path.contains(['{', '}']) {
            return Err("It has a variable without a default.".to_owned());
        }
        let path = path.trim_end_matches('/');
        let rooted =
            if path.is_empty() || path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Ok((rules::base_path(&rooted).map_err(|refusal| refusal.message)?, open))
    }
}

/// The path of the first server. Adds a warning for each other one. `place` says where they
/// are.
pub(super) fn base_path(servers: &[RawServer], place: &str, warnings: &mut Vec<String>) -> Option<String> {
    let (first, others) = servers.split_first()?;
    let (path, open) = first
        .path()
        .inspect_err(|reason| warnings.push(format!("{place}: the path of servers[0] is left out. {reason}")))
        .ok()?;
    for name in open {
        warnings.push(format!("{place}: calls match with the default of the server variable {name} only."));
    }
    if others.iter().any(|other| other.path().is_ok_and(|(other, _)| other != path)) {
        warnings.push(format!(
            "{place}: calls match below the path of servers[0] only; other servers have another path."
        ));
    }
    Some(path)
}

/// The paths, each once, and the paths that were there several times.
#[derive(Default)]
pub(super) struct RawPaths {
    pub(super) items: IndexMap<String, RawItem>,
    pub(super) merged: Vec<String>,
}

#[derive(Clone, Default)]
pub(super) struct RawItem {
    pub(super) reference: Option<String>,
    pub(super) parameters: Vec<RawParameter>,
    /// By method, in upper case.
    pub(super) operations: IndexMap<String, RawOperation>,
    pub(super) unknown: Vec<String>,
}

/// The keys of a path item that contain an operation. `additionalOperations` contains other
/// methods.
pub(super) const METHOD_KEYS: [&str; 9] =
    ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

impl RawItem {
    /// Adds an operation, unless there is one with its method.
    fn add(&mut self, method: String, operation: RawOperation) -> Result<(), String> {
        if self.operations.contains_key(&method) {
            return Err(method);
        }
        self.operations.insert(method, operation);
        Ok(())
    }
}

impl<'de> Deserialize<'de> for RawItem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Item;
        impl<'de> Visitor<'de> for Item {
            type Value = RawItem;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a path item")
            }

            fn visit_unit<E>(self) -> Result<RawItem, E> {
                Ok(RawItem::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawItem, A::Error> {
                let mut item = RawItem::default();
                let mut servers = None;
                let twice = |method| A::Error::custom(format!("the path has the method {method} twice"));
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "$ref" => item.reference = map.next_value()?,
                        "parameters" => item.parameters.extend(map.next_value::<Vec<RawParameter>>()?),
                        "servers" => servers = map.next_value::<Option<Vec<RawServer>>>()?,
                        "additionalOperations" => {
                            for (method, operation) in map.next_value::<RawOperations>()?.0 {
                                item.add(method, operation).map_err(twice)?;
                            }
                        }
                        method if METHOD_KEYS.contains(&method) => {
                            if let Some(operation) = map.next_value()? {
                                item.add(method.to_ascii_uppercase(), operation).map_err(twice)?;
                            }
                        }
                        other => {
                            map.next_value::<IgnoredAny>()?;
                            if !matches!(other, "summary" | "description") && !other.starts_with("x-") {
                                item.unknown.push(key);
                            }
                        }
                    }
                }
                // Each operation keeps them, so that path items can be merged.
                for operation in item.operations.values_mut() {
                    if operation.servers.as_ref().is_none_or(Vec::is_empty) {
                        operation.servers.clone_from(&servers);
                    }
                }
                Ok(item)
            }
        }
        deserializer.deserialize_any(Item)
    }
}

/// `additionalOperations`. Duplicate methods are kept, to be refused later.
pub(super) struct RawOperations(Vec<(String, RawOperation)>);

impl<'de> Deserialize<'de> for RawOperations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Operations;
        impl<'de> Visitor<'de> for Operations {
            type Value = RawOperations;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("operations by method")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawOperations, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = map.next_entry()? {
                    all.push(one);
                }
                Ok(RawOperations(all))
            }
        }
        deserializer.deserialize_map(Operations)
    }
}

impl<'de> Deserialize<'de> for RawPaths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Paths;
        impl<'de> Visitor<'de> for Paths {
            type Value = RawPaths;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("path items by path")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawPaths, A::Error> {
                let mut paths = RawPaths::default();
                while let Some(path) = map.next_key::<String>()? {
                    if path.starts_with("x-") {
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    }
                    let item: RawItem = map.next_value()?;
                    let Some(first) = paths.items.get_mut(&path) else {
                        paths.items.insert(path, item);
                        continue;
                    };
                    if first.reference.is_some() || item.reference.is_some() {
                        return Err(A::Error::custom(format!("{path} is there twice, once as a reference")));
                    }
                    first.parameters.extend(item.parameters);
                    first.unknown.extend(item.unknown);
                    for (method, operation) in item.operations {
                        first
                            .add(method, operation)
                            .map_err(|method| A::Error::custom(format!("{method} {path} is there twice")))?;
                    }
                    paths.merged.push(path);
                }
                Ok(paths)
            }
        }
        deserializer.deserialize_map(Paths)
    }
}

#[derive(Deserialize, Clone)]
pub(super) struct RawOperation {
    #[serde(rename = "operationId", default)]
    pub(super) operation_id: Option<String>,
    #[serde(default)]
    pub(super) summary: Option<String>,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    #[serde(default)]
    pub(super) deprecated: bool,
    #[serde(default)]
    pub(super) parameters: Vec<RawParameter>,
    #[serde(default)]
    pub(super) servers: Option<Vec<RawServer>>,
}

#[derive(Deserialize, Clone)]
pub(super) struct RawParameter {
    #[serde(rename = "$ref", default)]
    pub(super) reference: Option<String>,
    #[serde(default)]
    pub(super) name: String,
    #[serde(rename = "in", default)]
    pub(super) place: String,
    #[serde(rename = "x-multi-segment", default)]
    pub(super) multi_segment: bool,
}

/// The key that an unknown key may be a typo of: another case, or the same letters in another
/// order.
pub(super) fn meant_by(key: &str) -> Option<&'static str> {
    let sorted = |text: &str| {
        let mut letters = text.to_ascii_lowercase().into_bytes();
        letters.sort_unstable();
        letters
    };
    let letters = sorted(key);
    METHOD_KEYS.iter().copied().chain(["parameters", "servers"]).find(|known| sorted(known) == letters)
}
