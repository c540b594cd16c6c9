//! Reads OpenAPI documents, 3.0 and 3.1, JSON and YAML. Only what decides which
//! calls there are is read; `$ref` is followed inside the document alone.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use indexmap::IndexMap;
use latchkey_shared::fields;
use serde::Deserialize;

use super::paths;

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
    #[error("`openapi` must be 3.0 or 3.1, not {0}.")]
    Version(String),
    /// A reference that leads nowhere, outside, or in a circle.
    #[error("The reference {0} does not lead to a part of this document.")]
    Reference(String),
}

/// What an import needs of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The path of `servers[0]`; empty if there is none.
    pub base_path: String,
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
    servers: Vec<RawServer>,
    #[serde(default)]
    paths: IndexMap<String, Option<RawItem>>,
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

#[derive(Deserialize)]
struct RawServer {
    #[serde(default)]
    url: String,
    #[serde(default)]
    variables: HashMap<String, RawVariable>,
}

#[derive(Deserialize)]
struct RawVariable {
    #[serde(default)]
    default: String,
}

#[derive(Deserialize, Clone, Default)]
struct RawItem {
    #[serde(rename = "$ref", default)]
    reference: Option<String>,
    #[serde(default)]
    parameters: Vec<RawParameter>,
    #[serde(default)]
    get: Option<RawOperation>,
    #[serde(default)]
    put: Option<RawOperation>,
    #[serde(default)]
    post: Option<RawOperation>,
    #[serde(default)]
    delete: Option<RawOperation>,
    #[serde(default)]
    options: Option<RawOperation>,
    #[serde(default)]
    head: Option<RawOperation>,
    #[serde(default)]
    patch: Option<RawOperation>,
    #[serde(default)]
    trace: Option<RawOperation>,
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

impl Document {
    /// Reads a document.
    pub fn parse(bytes: &[u8]) -> Result<Self, ImportError> {
        let text = std::str::from_utf8(bytes).map_err(|_| ImportError::NotText)?;
        let text = text.trim_start_matches('\u{feff}');
        let raw: RawDocument = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| ImportError::Unreadable(error.to_string()))?
        } else {
            serde_saphyr::from_str(text).map_err(|error| {
                let message = error.to_string();
                ImportError::Unreadable(message.lines().next().unwrap_or_default().to_owned())
            })?
        };
        let version = raw.openapi.clone().unwrap_or_else(|| "missing".to_owned());
        if !(version.starts_with("3.0") || version.starts_with("3.1")) {
            return Err(ImportError::Version(version.chars().take(20).collect()));
        }
        let mut warnings = Vec::new();
        let base_path = raw.base_path(&mut warnings);
        let operations = raw.operations(&mut warnings)?;
        Ok(Self { base_path, operations, warnings })
    }
}

impl RawDocument {
    fn base_path(&self, warnings: &mut Vec<String>) -> String {
        let Some(server) = self.servers.first() else { return String::new() };
        let mut url = server.url.clone();
        for (name, variable) in &server.variables {
            url = url.replace(&format!("{{{name}}}"), &variable.default);
        }
        let path = match url.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("", |slash| &rest[slash..]),
            None => &url,
        };
        let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        let rooted =
            if path.is_empty() || path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        paths::base_path(&rooted).unwrap_or_else(|refusal| {
            warnings.push(format!("The path of servers[0] is left out: {}", refusal.message));
            String::new()
        })
    }

    fn operations(&self, warnings: &mut Vec<String>) -> Result<Vec<Operation>, ImportError> {
        let mut found = Vec::new();
        for (path, item) in &self.paths {
            let Some(item) = item else { continue };
            if !path.starts_with('/') {
                if !path.starts_with("x-") {
                    warnings.push(format!("{path}: left out, since a path starts with a slash."));
                }
                continue;
            }
            let item = self.item(item)?;
            let methods = [
                ("GET", &item.get),
                ("PUT", &item.put),
                ("POST", &item.post),
                ("DELETE", &item.delete),
                ("OPTIONS", &item.options),
                ("HEAD", &item.head),
                ("PATCH", &item.patch),
                ("TRACE", &item.trace),
            ];
            for (method, operation) in methods {
                let Some(operation) = operation else { continue };
                found.push(self.operation(method, path, item, operation)?);
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
            let fits = fields::operation_id(&operation.operation_id).is_ok()
                && operation.path.len() <= paths::MAX_TEMPLATE
                && !operation.path.contains(char::is_control);
            if !fits {
                warnings.push(format!(
                    "{} {}: left out, since its id or path is too long.",
                    operation.method, operation.path
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
        let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
        let tags = raw.tags.iter().map(|tag| tag.chars().filter(|c| !c.is_control()).take(100).collect());
        Ok(Operation {
            operation_id: id.map_or_else(|| stand_in(method, path), str::to_owned),
            method: method.to_owned(),
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
        let target = if let Some(name) = reference.strip_prefix("#/components/pathItems/") {
            self.components.path_items.get(&unescape(name))
        } else if let Some(path) = reference.strip_prefix("#/paths/") {
            self.paths.get(&unescape(path)).and_then(Option::as_ref)
        } else {
            None
        };
        // One step: a reference to a reference is a circle or near one.
        target.filter(|target| target.reference.is_none()).ok_or_else(lost)
    }

    fn parameter<'d>(&'d self, parameter: &'d RawParameter) -> Result<&'d RawParameter, ImportError> {
        let Some(reference) = &parameter.reference else { return Ok(parameter) };
        reference
            .strip_prefix("#/components/parameters/")
            .and_then(|name| self.components.parameters.get(&unescape(name)))
            .filter(|target| target.reference.is_none())
            .ok_or_else(|| ImportError::Reference(reference.clone()))
    }
}

/// `METHOD:path`, with what no scope may hold percent-encoded.
fn stand_in(method: &str, path: &str) -> String {
    let mut id = format!("{method}:");
    for byte in path.bytes() {
        if fields::is_scope_byte(byte) {
            id.push(char::from(byte));
        } else {
            let _ = write!(id, "%{byte:02X}"); // a String takes anything
        }
    }
    id
}

/// A part of a JSON pointer (RFC 6901 §4).
fn unescape(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
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
        assert_eq!(document.base_path, "/api/v3");
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
        assert_eq!(error(b"{\"swagger\": \"2.0\"}"), ImportError::Version("missing".into()));
        let outside = br#"{"openapi":"3.0.0","paths":{"/a":{"$ref":"other.yaml#/a"}}}"#;
        assert_eq!(error(outside), ImportError::Reference("other.yaml#/a".into()));
    }

    #[test]
    fn aliases_that_explode_are_refused() {
        let mut text = "openapi: 3.0.0\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..12 {
            let before = format!("*a{}", level - 1);
            let list = [before.as_str(); 10].join(",");
            writeln!(text, "a{level}: &a{level} [{list}]").expect("a String takes anything");
        }
        assert!(matches!(Document::parse(text.as_bytes()), Err(ImportError::Unreadable(_))));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,200}") {
            let _ = Document::parse(text.as_bytes());
        }
    }
}
