//! Reads OpenAPI documents, 2.0 (Swagger) to 3.2, JSON and YAML. It reads only what affects
//! matching. It follows `$ref` inside the document only.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;

use indexmap::IndexMap;
use latchkey_shared::fields;
use percent_encoding::percent_decode_str;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;
use sha2::{Digest as _, Sha256};

use super::raw::{
    METHOD_KEYS, RawDocument, RawItem, RawOperation, RawParameter, RawServer, base_path, meant_by,
};
use super::yaml::wrong_with_yaml;
use crate::json;
use crate::systems::matching::bad_template::MAX_TEMPLATE;

/// The largest document, in bytes.
pub(crate) const LIMIT: usize = 32 * 1024 * 1024;

/// Why a text cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ImportError {
    /// Not UTF-8.
    #[error("The document is not UTF-8 text.")]
    NotText,
    /// Neither JSON nor YAML of the shape that OpenAPI has.
    #[error("The document cannot be read: {0}")]
    Unreadable(String),
    /// Another version of OpenAPI, or none.
    #[error("`openapi` must be 3.0, 3.1 or 3.2, or `swagger` 2.0, not {0}.")]
    Version(String),
    /// A reference that is broken, leaves the document, or is circular.
    #[error("The reference {0} does not lead to a part of this document.")]
    Reference(String),
}

/// The parts of a document that an import needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Document {
    /// The path of `servers[0]`; none if the document does not say where its paths begin.
    pub base_path: Option<String>,
    /// The operations, in the order of the document.
    pub operations: Vec<Operation>,
    /// Warnings for the administrator.
    pub warnings: Vec<String>,
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "`operation_id` is the term of OpenAPI")]
pub(crate) struct Operation {
    /// Unique in the document. It has only characters that a scope may have.
    pub operation_id: String,
    /// The HTTP method, in upper case.
    pub method: String,
    /// The base path of this operation, if its path item or itself has `servers`.
    pub base_path: Option<String>,
    /// The path template.
    pub path: String,
    /// The path parameters that may contain slashes.
    pub multi_segment: Vec<String>,
    /// The summary, or a replacement.
    pub name: String,
    /// The tags.
    pub tags: Vec<String>,
    /// Whether it is deprecated.
    pub deprecated: bool,
}

impl Document {
    /// Reads a document.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, ImportError> {
        let text = std::str::from_utf8(bytes).map_err(|_| ImportError::NotText)?;
        let text = text.trim_start_matches('\u{feff}');
        let raw: RawDocument = if text.trim_start().starts_with('{') {
            json::from_slice(text.as_bytes()).map_err(|error| ImportError::Unreadable(error.to_string()))?
        } else {
            // A path that is there twice is merged. Derived types would refuse it.
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
        // Without `servers`, the document does not say where its paths begin. If some paths
        // have `servers`, the others are at `/`.
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
        // A missing or duplicate id is replaced by method and path.
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
        // Only one step: a reference to a reference is refused.
        target.filter(|target| target.reference.is_none()).ok_or_else(lost)
    }

    fn parameter<'d>(&'d self, parameter: &'d RawParameter) -> Result<&'d RawParameter, ImportError> {
        /// The most references that are followed in a chain.
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

/// The lines of some keys of `paths`; empty if they cannot be found.
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
    // JSON is valid YAML, and the YAML reader knows positions.
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

/// `METHOD:path`, with characters that no scope may have percent-encoded. If it is too long, it
/// ends with a digest.
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

/// The parts of a JSON pointer in the fragment of a reference: percent-decoded once, then
/// unescaped (RFC 6901 §6).
fn pointer(reference: &str) -> Option<Vec<String>> {
    let fragment = percent_decode_str(reference.strip_prefix('#')?).decode_utf8().ok()?;
    let parts = fragment.strip_prefix('/')?.split('/');
    Some(parts.map(|part| part.replace("~1", "/").replace("~0", "~")).collect())
}

#[cfg(test)]
mod tests;
