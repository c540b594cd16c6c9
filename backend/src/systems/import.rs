//! Reads OpenAPI documents, 2.0 (Swagger) to 3.2, JSON and YAML. Only what decides which
//! calls there are is read; `$ref` is followed inside the document alone.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;

use indexmap::IndexMap;
use latchkey_shared::fields;
use percent_encoding::percent_decode_str;
use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{Error as YamlError, MessageFormatter as _, Spanned};
use sha2::{Digest as _, Sha256};

use super::paths;
use super::template::MAX_TEMPLATE;
use crate::json;

/// The largest document that is read, in bytes.
pub const LIMIT: usize = 32 * 1024 * 1024;

/// Why a text is no document that can be imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// Not UTF-8.
    #[error("The document is not UTF-8 text.")]
    NotText,
    /// Neither JSON nor YAML of the shape that OpenAPI has.
    #[error("The document cannot be read: {0}")]
    Unreadable(String),
    /// Another version of OpenAPI, or none.
    #[error("`openapi` must be 3.0, 3.1 or 3.2, or `swagger` 2.0, not {0}.")]
    Version(String),
    /// A reference that leads nowhere, outside, or in a circle.
    #[error("The reference {0} does not lead to a part of this document.")]
    Reference(String),
}

/// What an import needs of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The path of `servers[0]`, if the document says where its paths begin.
    pub base_path: Option<String>,
    /// Its operations, in its order.
    pub operations: Vec<Operation>,
    /// What an administrator should know.
    pub warnings: Vec<String>,
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Unique within the document, of scope characters only.
    pub operation_id: String,
    /// The HTTP method, in upper case.
    pub method: String,
    /// What stands before the path instead of the document's base path: the path of
    /// the `servers` of its path item or of its own.
    pub base_path: Option<String>,
    /// The path template.
    pub path: String,
    /// The parameters of the path that may hold slashes.
    pub multi_segment: Vec<String>,
    /// The summary, or what stands for it.
    pub name: String,
    /// The tags.
    pub tags: Vec<String>,
    /// Whether it is deprecated.
    pub deprecated: bool,
}

#[derive(Deserialize)]
struct RawDocument {
    #[serde(default)]
    openapi: Option<String>,
    #[serde(default)]
    swagger: Option<String>,
    #[serde(default)]
    servers: Vec<RawServer>,
    #[serde(rename = "basePath", default)]
    base_path: Option<String>,
    #[serde(default)]
    paths: RawPaths,
    /// Where Swagger 2.0 has what stands in `components` since.
    #[serde(default)]
    parameters: HashMap<String, RawParameter>,
    #[serde(default)]
    components: RawComponents,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct RawComponents {
    #[serde(default)]
    parameters: HashMap<String, RawParameter>,
    #[serde(default)]
    path_items: HashMap<String, RawItem>,
}

#[derive(Deserialize, Clone)]
struct RawServer {
    #[serde(default)]
    url: String,
    #[serde(default)]
    variables: BTreeMap<String, RawVariable>,
}

#[derive(Deserialize, Clone)]
struct RawVariable {
    #[serde(default)]
    default: String,
    #[serde(rename = "enum", default)]
    others: Vec<String>,
}

impl RawServer {
    /// The path below which its server answers, and its variables that could make it another.
    fn path(&self) -> Result<(String, Vec<&str>), String> {
        // Variables may stand for the scheme as well, so the path is what follows the host.
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
        Ok((paths::base_path(&rooted).map_err(|refusal| refusal.message)?, open))
    }
}

/// The path of the first of some servers, which stand at `place`; a warning for
/// each that is left out.
fn base_path(servers: &[RawServer], place: &str, warnings: &mut Vec<String>) -> Option<String> {
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

/// The paths, each once, and those that were there more often.
#[derive(Default)]
struct RawPaths {
    items: IndexMap<String, RawItem>,
    merged: Vec<String>,
}

#[derive(Clone, Default)]
struct RawItem {
    reference: Option<String>,
    parameters: Vec<RawParameter>,
    /// By method, as a call has it.
    operations: IndexMap<String, RawOperation>,
    unknown: Vec<String>,
}

/// The keys of a path item that hold an operation; `additionalOperations` has the other methods.
const METHOD_KEYS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

impl RawItem {
    /// Takes up an operation, unless there is one of its method.
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
                // Each operation has them, so that items of one path can be put together.
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

/// `additionalOperations`; a method that is there twice stays, to be refused.
struct RawOperations(Vec<(String, RawOperation)>);

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
struct RawOperation {
    #[serde(rename = "operationId", default)]
    operation_id: Option<String>,
    #[serde(default)]
    summary: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    deprecated: bool,
    #[serde(default)]
    parameters: Vec<RawParameter>,
    #[serde(default)]
    servers: Option<Vec<RawServer>>,
}

#[derive(Deserialize, Clone)]
struct RawParameter {
    #[serde(rename = "$ref", default)]
    reference: Option<String>,
    #[serde(default)]
    name: String,
    #[serde(rename = "in", default)]
    place: String,
    #[serde(rename = "x-multi-segment", default)]
    multi_segment: bool,
}

/// What is wrong with a YAML document, where, and what to do about it. The
/// library's own messages speak to programmers who use it.
fn wrong_with_yaml(error: &YamlError) -> String {
    let mut cause = error.without_snippet();
    let mut is_in_alias = false;
    while let YamlError::AliasError { error, .. } = cause {
        cause = error.without_snippet();
        is_in_alias = true;
    }
    let what = match cause {
        YamlError::MultipleDocuments { .. } => {
            "there is more than one document in it; send one, without what follows the line `---`".to_owned()
        }
        YamlError::DuplicateMappingKey { key: Some(key), .. } => {
            format!("the key `{key}` is there twice; leave one of them out")
        }
        YamlError::DuplicateMappingKey { .. } => "a key is there twice; leave one of them out".to_owned(),
        YamlError::Message { msg, .. } => match msg.strip_prefix("duplicate field ") {
            Some(key) => format!("the key {key} is there twice; leave one of them out"),
            None => msg.clone(),
        },
        YamlError::Eof { .. } => "it ends too early; send all of it".to_owned(),
        YamlError::Unexpected { expected: "mapping start", .. } => {
            "something else stands where a mapping (`key: value`) is wanted".to_owned()
        }
        YamlError::Unexpected { expected: "sequence start", .. } => {
            "something else stands where a list (`- value`) is wanted".to_owned()
        }
        YamlError::Unexpected { expected: "string scalar", .. } => {
            "something else stands where a text is wanted".to_owned()
        }
        YamlError::NullIntoString { .. } => {
            "a text is wanted here; write one, or leave the key out".to_owned()
        }
        YamlError::BinaryNotUtf8 { .. } | YamlError::TaggedScalarCannotDeserializeIntoString { .. } => {
            "a text is wanted here; leave the tag (`!…`) out".to_owned()
        }
        YamlError::UnknownAnchor { .. } => {
            "the alias (`*name`) has no anchor (`&name`) before it; add one, or write the value itself"
                .to_owned()
        }
        YamlError::RecursiveReferencesRequireWeakTypes { .. } => {
            "the alias (`*name`) stands inside its own anchor (`&name`); write the value itself".to_owned()
        }
        YamlError::AliasReplayCounterOverflow { .. }
        | YamlError::AliasReplayLimitExceeded { .. }
        | YamlError::AliasExpansionLimitExceeded { .. }
        | YamlError::AliasReplayStackDepthExceeded { .. } => TOO_MANY_ALIASES.to_owned(),
        YamlError::Budget { breach, .. } => match breach {
            BudgetBreach::Depth { .. } => "it is nested too deeply; nest it less".to_owned(),
            BudgetBreach::Aliases { .. }
            | BudgetBreach::Anchors { .. }
            | BudgetBreach::MergeKeys { .. }
            | BudgetBreach::AliasAnchorRatio { .. }
            | BudgetBreach::RecordedAnchorEvents { .. }
            | BudgetBreach::RecordedAnchorBytes { .. } => TOO_MANY_ALIASES.to_owned(),
            BudgetBreach::SequenceUnbalanced => "a list or a mapping ends that never began".to_owned(),
            _ if is_in_alias => TOO_MANY_ALIASES.to_owned(),
            _ => "it is too large for YAML; send it as JSON".to_owned(),
        },
        other => {
            let message = serde_saphyr::UserMessageFormatter.format_message(other);
            message.lines().next().unwrap_or_default().to_owned()
        }
    };
    match error.location() {
        Some(at) => format!("{what} (line {}, column {})", at.line(), at.column()),
        None => what,
    }
}

const TOO_MANY_ALIASES: &str = "its anchors and aliases stand for too much; write the values themselves";

impl Document {
    /// Reads a document.
    pub fn parse(bytes: &[u8]) -> Result<Self, ImportError> {
        let text = std::str::from_utf8(bytes).map_err(|_| ImportError::NotText)?;
        let text = text.trim_start_matches('\u{feff}');
        let raw: RawDocument = if text.trim_start().starts_with('{') {
            json::from_slice(text.as_bytes()).map_err(|error| ImportError::Unreadable(error.to_string()))?
        } else {
            // Paths that are there twice are put together; derived types refuse a field twice.
            let options = serde_saphyr::options! {
                duplicate_keys: serde_saphyr::DuplicateKeyPolicy::PassThrough,
            };
            serde_saphyr::from_str_with_options(text, options)
                .map_err(|error| ImportError::Unreadable(wrong_with_yaml(&error)))?
        };
        let version = raw.openapi.as_ref().or(raw.swagger.as_ref());
        let version = version.cloned().unwrap_or_else(|| "missing".to_owned());
        let is_known = match raw.openapi {
            Some(_) => ["3.0", "3.1", "3.2"].iter().any(|known| version.starts_with(known)),
            None => version == "2.0",
        };
        if !is_known {
            return Err(ImportError::Version(version.chars().take(20).collect()));
        }
        let mut warnings = Vec::new();
        let mut base_path = raw.base_path(&mut warnings);
        for (path, lines) in lines_of(text, &raw.paths.merged) {
            let lines =
                if lines.is_empty() { String::new() } else { format!(" (lines {})", lines.join(", ")) };
            warnings.push(format!("{path}: there more than once{lines}; its operations are put together."));
        }
        let mut operations = raw.operations(&mut warnings)?;
        // A document without servers says nothing, unless it says so for some: the others are at `/` then.
        if base_path.is_none() && operations.iter().any(|operation| operation.base_path.is_some()) {
            base_path = Some(String::new());
        }
        for operation in &mut operations {
            operation.base_path.take_if(|own| base_path.as_ref() == Some(own));
        }
        Ok(Self { base_path, operations, warnings })
    }
}

impl RawDocument {
    fn base_path(&self, warnings: &mut Vec<String>) -> Option<String> {
        let swagger = self.base_path.as_ref().filter(|_| self.swagger.is_some());
        let base_path = match swagger {
            Some(url) if self.servers.is_empty() => {
                let server = RawServer { url: url.clone(), variables: BTreeMap::new() };
                base_path(&[server], "basePath", warnings)
            }
            _ => base_path(&self.servers, "servers", warnings),
        };
        base_path.filter(|path| !path.is_empty())
    }

    fn operations(&self, warnings: &mut Vec<String>) -> Result<Vec<Operation>, ImportError> {
        let mut found = Vec::new();
        for (path, item) in &self.paths.items {
            if !path.starts_with('/') {
                warnings.push(format!("{path}: left out, since a path starts with a slash."));
                continue;
            }
            if item.reference.is_some() && !(item.operations.is_empty() && item.unknown.is_empty()) {
                warnings.push(format!("{path}: what stands beside its $ref is left out."));
            }
            let item = self.item(item)?;
            for key in &item.unknown {
                warnings.push(match meant_by(key) {
                    Some(meant) => format!("{path}: the key {key} is left out; it may be meant as {meant}."),
                    None => format!("{path}: the key {key} is left out, since path items have none such."),
                });
            }
            for (method, operation) in &item.operations {
                let is_method = (1..=32).contains(&method.len())
                    && method.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
                if !is_method {
                    warnings.push(format!("{path}: {method:?} is left out, since it is no HTTP method."));
                    continue;
                }
                let id = operation.operation_id.as_deref();
                if let Some(reason) = id.and_then(|id| fields::operation_id(id).err()) {
                    warnings.push(format!(
                        "{method} {path}: its operationId cannot be a scope, so it is named by method and path. {}",
                        reason.message
                    ));
                }
                let servers = operation.servers.as_deref().unwrap_or_default();
                let base_path = base_path(servers, &format!("{method} {path}"), warnings);
                found.push(Operation { base_path, ..self.operation(method, path, item, operation)? });
            }
        }
        // An id that is missing or not unique names nothing: method and path stand for it.
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for operation in &found {
            *seen.entry(&operation.operation_id).or_default() += 1;
        }
        let twice: HashSet<String> =
            seen.into_iter().filter(|(_, count)| *count > 1).map(|(id, _)| id.to_owned()).collect();
        for operation in &mut found {
            if twice.contains(&operation.operation_id) {
                warnings.push(format!(
                    "The operationId {} is not unique: {} {} is named by method and path.",
                    operation.operation_id, operation.method, operation.path
                ));
                operation.operation_id = stand_in(&operation.method, &operation.path);
            }
        }
        found.retain(|operation| {
            let fits = operation.path.len() <= MAX_TEMPLATE && !operation.path.contains(char::is_control);
            if !fits {
                let shown: String = operation.path.chars().filter(|c| !c.is_control()).take(100).collect();
                warnings.push(format!(
                    "{} {shown}: left out, since its path is too long or has control characters.",
                    operation.method
                ));
            }
            fits
        });
        Ok(found)
    }

    fn operation(
        &self,
        method: &str,
        path: &str,
        item: &RawItem,
        raw: &RawOperation,
    ) -> Result<Operation, ImportError> {
        let mut multi_segment = Vec::new();
        for parameter in item.parameters.iter().chain(&raw.parameters) {
            let parameter = self.parameter(parameter)?;
            if parameter.place == "path"
                && parameter.multi_segment
                && !multi_segment.contains(&parameter.name)
            {
                multi_segment.push(parameter.name.clone());
            }
        }
        let id = raw.operation_id.as_deref().filter(|id| fields::operation_id(id).is_ok());
        let name = raw.summary.as_deref().or(raw.operation_id.as_deref()).unwrap_or_default();
        let name: String = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let shown = |c: &char| !c.is_control() && !fields::is_bidi_control(*c);
        let name: String = name.chars().filter(shown).take(200).collect();
        let tags = raw.tags.iter().map(|tag| tag.chars().filter(shown).take(100).collect());
        Ok(Operation {
            operation_id: id.map_or_else(|| stand_in(method, path), str::to_owned),
            method: method.to_owned(),
            base_path: None,
            path: path.to_owned(),
            multi_segment,
            name: if name.is_empty() { format!("{method} {path}").chars().take(200).collect() } else { name },
            tags: tags.take(20).collect(),
            deprecated: raw.deprecated,
        })
    }

    fn item<'d>(&'d self, item: &'d RawItem) -> Result<&'d RawItem, ImportError> {
        let Some(reference) = &item.reference else { return Ok(item) };
        let lost = || ImportError::Reference(reference.clone());
        let parts = pointer(reference).ok_or_else(lost)?;
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let target = match parts.as_slice() {
            ["components", "pathItems", name] => self.components.path_items.get(*name),
            ["paths", path] => self.paths.items.get(*path),
            _ => None,
        };
        // One step: a reference to a reference is a circle or near one.
        target.filter(|target| target.reference.is_none()).ok_or_else(lost)
    }

    fn parameter<'d>(&'d self, parameter: &'d RawParameter) -> Result<&'d RawParameter, ImportError> {
        /// References that are followed one after the other.
        const STEPS: usize = 8;
        let Some(reference) = &parameter.reference else { return Ok(parameter) };
        let mut target = parameter;
        for _ in 0..STEPS {
            let Some(next) = &target.reference else { return Ok(target) };
            let found = pointer(next).and_then(|parts| self.parameter_at(&parts));
            target = found.ok_or_else(|| ImportError::Reference(reference.clone()))?;
        }
        Err(ImportError::Reference(reference.clone()))
    }

    fn parameter_at(&self, parts: &[String]) -> Option<&RawParameter> {
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["components", "parameters", name] => self.components.parameters.get(*name),
            ["parameters", name] => self.parameters.get(*name),
            ["paths", path, "parameters", index] => {
                self.paths.items.get(*path)?.parameters.get(index.parse::<usize>().ok()?)
            }
            ["paths", path, method, "parameters", index] if METHOD_KEYS.contains(method) => {
                let item = self.paths.items.get(*path)?;
                item.operations
                    .get(&method.to_ascii_uppercase())?
                    .parameters
                    .get(index.parse::<usize>().ok()?)
            }
            _ => None,
        }
    }
}

/// The lines on which each of some keys of `paths` stands; none where that cannot be told.
fn lines_of<'p>(text: &str, paths: &'p [String]) -> IndexMap<&'p str, Vec<String>> {
    #[derive(Deserialize)]
    struct Lines {
        paths: Keys,
    }
    struct Keys(Vec<Spanned<String>>);

    impl<'de> Deserialize<'de> for Keys {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct All;
            impl<'de> Visitor<'de> for All {
                type Value = Keys;

                fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    formatter.write_str("path items by path")
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                    let mut keys = Vec::new();
                    while let Some((key, IgnoredAny)) = map.next_entry()? {
                        keys.push(key);
                    }
                    Ok(Keys(keys))
                }
            }
            deserializer.deserialize_map(All)
        }
    }

    let mut lines: IndexMap<&str, Vec<String>> =
        paths.iter().map(|path| (path.as_str(), Vec::new())).collect();
    if lines.is_empty() {
        return lines;
    }
    // JSON is YAML, whose reader knows where it is.
    let options = serde_saphyr::options! { duplicate_keys: serde_saphyr::DuplicateKeyPolicy::PassThrough };
    if let Ok(Lines { paths: Keys(keys) }) = serde_saphyr::from_str_with_options(text, options) {
        for key in keys {
            if let Some(lines) = lines.get_mut(key.value.as_str()) {
                lines.push(key.referenced.line().to_string());
            }
        }
    }
    lines
}

/// `METHOD:path`, with what no scope may hold percent-encoded; what is too long
/// for an operation id ends in a digest of all of it.
pub(super) fn stand_in(method: &str, path: &str) -> String {
    let mut id = format!("{method}:");
    for byte in path.bytes() {
        if fields::is_scope_byte(byte) {
            id.push(char::from(byte));
        } else {
            let _ = write!(id, "%{byte:02X}"); // a String takes anything
        }
    }
    if id.len() > fields::OPERATION_ID {
        let digest = Sha256::digest(id.as_bytes());
        id.truncate(fields::OPERATION_ID - 17);
        id.push('~');
        for byte in &digest[..8] {
            let _ = write!(id, "{byte:02x}"); // a String takes anything
        }
    }
    id
}

/// The parts of the JSON pointer that a reference within the document has as
/// its fragment: percent-decoded once, then unescaped (RFC 6901 §6).
fn pointer(reference: &str) -> Option<Vec<String>> {
    let fragment = percent_decode_str(reference.strip_prefix('#')?).decode_utf8().ok()?;
    let parts = fragment.strip_prefix('/')?.split('/');
    Some(parts.map(|part| part.replace("~1", "/").replace("~0", "~")).collect())
}

/// The key of a path item that an unknown one may be a slip of: another case,
/// or the same letters in another order.
fn meant_by(key: &str) -> Option<&'static str> {
    let sorted = |text: &str| {
        let mut letters = text.to_ascii_lowercase().into_bytes();
        letters.sort_unstable();
        letters
    };
    let letters = sorted(key);
    METHOD_KEYS.iter().copied().chain(["parameters", "servers"]).find(|known| sorted(known) == letters)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const YAML: &str = "
openapi: 3.1.0
info: {title: Devices, version: '1'}
servers:
  - url: https://{host}/api/v3/
    variables: {host: {default: devices.example}}
paths:
  /projects/{project}/devices:
    parameters:
      - $ref: '#/components/parameters/project'
    get: {operationId: listDevices, summary: List  devices, tags: [devices]}
    post: {operationId: twice, deprecated: true}
  /files/{path}:
    get:
      operationId: twice
      parameters: [{name: path, in: path, x-multi-segment: true}]
  /plain: {delete: {}}
  x-more: {}
components:
  parameters:
    project: {name: project, in: path, required: true}
";

    #[test]
    fn a_yaml_document_is_read() {
        let document = Document::parse(YAML.as_bytes()).unwrap();
        assert_eq!(document.base_path.as_deref(), Some("/api/v3"));
        let ids: Vec<_> = document.operations.iter().map(|one| one.operation_id.as_str()).collect();
        assert_eq!(
            ids,
            ["listDevices", "POST:/projects/{project}/devices", "GET:/files/{path}", "DELETE:/plain"]
        );
        assert_eq!(document.operations[0].name, "List devices");
        assert!(document.operations[1].deprecated);
        assert_eq!(document.operations[2].multi_segment, ["path"]);
        assert_eq!(document.warnings.len(), 2, "{:?}", document.warnings);
    }

    #[test]
    fn what_is_no_document_says_why() {
        let error = |text: &[u8]| Document::parse(text).unwrap_err();
        assert_eq!(error(b"\xff"), ImportError::NotText);
        assert!(matches!(error(b"{"), ImportError::Unreadable(_)));
        assert!(matches!(error(b"- a\n- b"), ImportError::Unreadable(_)));
        for array in [
            r#"{"openapi": "3.0.0", "components": [{}]}"#,
            r#"{"openapi": "3.0.0", "servers": [["/a"]]}"#,
            r#"{"openapi": "3.0.0", "paths": {"/a": {"get": ["x"]}}}"#,
        ] {
            for text in [array.to_owned(), format!("# YAML\n{array}")] {
                let message = error(text.as_bytes()).to_string();
                assert!(message.contains("line 1") || message.contains("line 2"), "{text}: {message}");
            }
        }
        assert_eq!(error(b"{\"swagger\": \"1.2\"}"), ImportError::Version("1.2".into()));
        assert_eq!(error(b"{}"), ImportError::Version("missing".into()));
        let outside = br#"{"openapi":"3.0.0","paths":{"/a":{"$ref":"other.yaml#/a"}}}"#;
        assert_eq!(error(outside), ImportError::Reference("other.yaml#/a".into()));
    }

    /// Base path, `METHOD path = id` of each operation, and the warnings.
    fn read(text: &str) -> (String, Vec<String>, Vec<String>) {
        let document = Document::parse(text.as_bytes()).unwrap();
        let line = |one: &Operation| {
            let own = one.base_path.as_deref().map(|own| format!("({own})")).unwrap_or_default();
            format!("{} {own}{} = {}", one.method, one.path, one.operation_id)
        };
        (
            document.base_path.unwrap_or_default(),
            document.operations.iter().map(line).collect(),
            document.warnings,
        )
    }

    #[test]
    fn swagger_2_and_openapi_3_2_are_read() {
        let (base, operations, warnings) = read(include_str!("../../tests/openapi/swagger-2.yaml"));
        assert_eq!(base, "/pump-api/v2");
        assert_eq!(
            operations,
            ["GET /projects/{project}/pumps = listPumps", "POST /projects/{project}/pumps = addPump"]
        );
        assert!(warnings.is_empty(), "{warnings:?}");
        let (_, operations, warnings) = read(include_str!("../../tests/openapi/openapi-3.2.yaml"));
        assert_eq!(
            operations,
            ["QUERY /search = searchFiles", "GET /files/{file} = readFile", "COPY /files/{file} = copyFile"]
        );
        assert!(warnings.is_empty(), "{warnings:?}");
    }

    #[test]
    fn a_path_that_is_there_twice_is_put_together_and_a_method_refused() {
        let json = include_str!("../../tests/openapi/duplicate-path.json");
        let yaml = "openapi: 3.0.3\npaths:\n  /things: {get: {operationId: listThings}}\n  /things: {post: {operationId: addThing}}\n";
        for text in [json, yaml] {
            let (_, operations, warnings) = read(text);
            assert_eq!(operations, ["GET /things = listThings", "POST /things = addThing"]);
            assert!(warnings[0].starts_with("/things: there more than once (lines "), "{warnings:?}");
            let lines = if text == json { "(lines 2, 3)" } else { "(lines 3, 4)" };
            assert!(warnings[0].contains(lines), "{warnings:?}");
            let twice = text.replace("post", "get");
            let error = Document::parse(twice.as_bytes()).unwrap_err().to_string();
            assert!(error.contains("GET /things is there twice"), "{error}");
            assert!(error.contains("line"), "{error}");
        }
    }

    #[test]
    fn an_operation_without_an_id_is_named_whatever_its_path() {
        let path = |end: &str| format!("/{}/{end}", "long/".repeat(60));
        let text = format!(
            "openapi: 3.0.3\nservers: [{{url: //things.example/v1}}]\npaths:\n  {}: {{get: {{}}}}\n  {}: {{get: {{}}}}\n  /端口: {{get: {{}}}}\n",
            path("one"),
            path("other")
        );
        let document = Document::parse(text.as_bytes()).unwrap();
        assert_eq!(document.base_path.as_deref(), Some("/v1"));
        let ids: Vec<_> = document.operations.iter().map(|one| one.operation_id.as_str()).collect();
        assert!(ids.iter().all(|id| fields::operation_id(id).is_ok()), "{ids:?}");
        assert!(ids[0].starts_with("GET:/long/long/") && ids[0] != ids[1], "{ids:?}");
        assert_eq!(ids[2], "GET:/%E7%AB%AF%E5%8F%A3");
    }

    #[test]
    fn references_are_percent_decoded_once() {
        let (_, operations, _) = read(include_str!("../../tests/openapi/encoded-references.json"));
        assert_eq!(operations.len(), 3, "{operations:?}");
        assert_eq!(pointer("#/a/100%2525/~01~1").unwrap(), ["a", "100%25", "~1/"]);
    }

    #[test]
    fn what_is_left_out_is_told() {
        let (_, operations, warnings) = read(include_str!("../../tests/openapi/unknown-keys.yaml"));
        assert_eq!(operations, ["DELETE /berths = clearBerths"]);
        assert!(warnings[0].contains("GET is left out; it may be meant as get"), "{warnings:?}");
        assert!(warnings[1].contains("psot is left out; it may be meant as post"), "{warnings:?}");
        assert_eq!(warnings.len(), 2);
        let (_, operations, warnings) = read(include_str!("../../tests/openapi/operation-ids.yaml"));
        assert_eq!(operations, ["GET /devices = GET:/devices", "POST /devices = POST:/devices"]);
        assert_eq!(warnings.len(), 2, "{warnings:?}");
    }

    #[test]
    fn servers_of_path_items_and_operations_are_followed() {
        let (base, operations, warnings) = read(include_str!("../../tests/openapi/path-servers.yaml"));
        assert_eq!(base, "/v1");
        assert_eq!(
            operations,
            ["GET /reports = listReports", "GET (/files-v2)/files/{file} = readReportFile"]
        );
        assert!(warnings.is_empty(), "{warnings:?}");
        let (base, operations, warnings) = read(
            "
openapi: 3.0.3
paths:
  /plain: {get: {}}
  /own:
    servers: [{url: 'https://{host}/{version}', variables: {version: {default: v2, enum: [v1, v2]}}}]
    get: {}
    put: {servers: [{url: /v3}, {url: 'https://b.example/v4'}]}
    post: {servers: [{url: /v4/}, {url: 'https://b.example/v4'}]}
    delete: {servers: [{url: '/{version}'}]}
    patch: {servers: [{url: 'https://b.example'}]}
",
        );
        assert_eq!(base, "");
        assert_eq!(
            operations,
            [
                "GET /plain = GET:/plain",
                "GET (/v2)/own = GET:/own",
                "PUT (/v3)/own = PUT:/own",
                "POST (/v4)/own = POST:/own",
                "DELETE /own = DELETE:/own",
                "PATCH /own = PATCH:/own"
            ]
        );
        assert_eq!(warnings.len(), 3, "{warnings:?}");
        assert!(warnings[0].contains("server variable version"), "{warnings:?}");
        assert!(warnings[1].contains("other servers have another path"), "{warnings:?}");
        assert!(warnings[2].contains("a variable without a default"), "{warnings:?}");
    }

    #[test]
    fn what_is_wrong_with_a_yaml_document_is_said_to_its_author() {
        let deep = format!("openapi: 3.0.3\nx-deep: {}1{}\n", "[".repeat(100), "]".repeat(100));
        let twice = "openapi: 3.0.3\npaths:\n  /a:\n    get: {operationId: a, operationId: b}\n";
        // The library does not know where a key of the document itself stands twice.
        let twice_at_the_top = "openapi: 3.0.3\npaths: {}\nopenapi: 3.0.3\n";
        let no_mapping = "openapi: 3.0.3\nservers: [[/a]]\n";
        let no_list = "openapi: 3.0.3\nservers: {url: /a}\n";
        let no_boolean = "openapi: 3.0.3\npaths: {\"/a\": {get: {deprecated: maybe}}}\n";
        for (text, wanted, at) in [
            ("openapi: 3.0.3\npaths: {}\n---\nopenapi: 3.0.3\n", "more than one document", "(line "),
            (twice, "the key `operationId` is there twice", "(line "),
            (twice_at_the_top, "the key `openapi` is there twice", ""),
            (no_mapping, "where a mapping (`key: value`) is wanted", "(line 2, column "),
            (no_list, "where a list (`- value`) is wanted", "(line 2, column "),
            ("openapi: 3.0.3\npaths: *nowhere\n", "the alias (`*name`) has no anchor", "(line "),
            (no_boolean, "boolean", "(line 2, column "),
            ("openapi: 3.0.3\npaths:\n  - [\n", "", "(line "),
            (deep.as_str(), "", "(line "),
        ] {
            let message = Document::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(message.starts_with("The document cannot be read: "), "{text}: {message}");
            assert!(message.contains(wanted) && message.contains(at), "{text}: {message}");
            for foreign in ["Options", "from_str", "Policy", "Option<", "budget", "struct", "breach"] {
                assert!(!message.contains(foreign), "{text}: {message}");
            }
            assert_eq!(message.lines().count(), 1, "{message}");
        }
    }

    #[test]
    fn aliases_that_explode_are_refused() {
        let mut text = "openapi: 3.0.0\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..12 {
            let before = format!("*a{}", level - 1);
            let list = [before.as_str(); 10].join(",");
            writeln!(text, "a{level}: &a{level} [{list}]").expect("a String takes anything");
        }
        let message = Document::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(message.contains("stand for too much") || message.contains("too large"), "{message}");
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,200}") {
            let _ = Document::parse(text.as_bytes());
        }
    }
}
