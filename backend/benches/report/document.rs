//! OpenAPI documents as large platforms have them.

use serde_json::{Value, json};

/// A path template of a document, and its parameter for several segments.
pub(crate) struct Path {
    pub(crate) template: String,
    pub(crate) multi_segment: Option<&'static str>,
}

/// The path of the operation with this number. A third of the paths have verbs, take several
/// segments, or overlap with the path before them.
pub(crate) fn path(number: u64) -> Path {
    let group = number % 40;
    let (template, multi_segment) = match number % 9 {
        0 => (format!("/projects/{{project}}/things{group}/{{thing}}:verb{number}"), None),
        3 => (format!("/projects/{{project}}/files{number}/{{path}}"), Some("path")),
        6 => (format!("/projects/{{project}}/{{kind}}/{{thing}}/part{}", number - 1), None),
        _ => (format!("/projects/{{project}}/things{group}/{{thing}}/part{number}"), None),
    };
    Path { template, multi_segment }
}

/// A document with so many operations and the one that is called.
pub(crate) fn document(count: u64) -> Value {
    let mut paths = serde_json::Map::new();
    let called = json!({ "get": { "operationId": "readDevice", "responses": {} } });
    paths.insert("/projects/{project}/devices/{device}".to_owned(), called);
    for number in 0..count {
        let Path { template, multi_segment } = path(number);
        let parameters =
            multi_segment.map(|name| json!({ "name": name, "in": "path", "x-multi-segment": true }));
        let operation = json!({
            "operationId": format!("readPart{number}"),
            "parameters": parameters.as_slice(),
            "responses": {},
        });
        paths.insert(template, json!({ "get": operation }));
    }
    json!({ "openapi": "3.0.3", "paths": paths })
}
