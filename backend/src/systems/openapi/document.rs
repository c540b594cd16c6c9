//! Reads OpenAPI documents, 2.0 (Swagger) to 3.2, JSON and YAML. Only what decides
//! which calls there are is read. `$ref` is followed inside the document alone.

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

/// The largest document that is read, in bytes.
pub(crate) const LIMIT: usize = 32 * 1024 * 1024;

/// Why a text is no document that can be imported.
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
    /// A reference that leads nowhere, outside, or in a circle.
    #[error("The reference {0} does not lead to a part of this document.")]
    Reference(String),
}

/// What an import needs of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Document {
    /// The path of `servers[0]`, if the document says where its paths begin.
    pub base_path: Option<String>,
    /// Its operations, in its order.
    pub operations: Vec<Operation>,
    /// What an administrator should know.
    pub warnings: Vec<String>,
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Operation {
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

impl Document {
    /// Reads a document.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, ImportError> {
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
