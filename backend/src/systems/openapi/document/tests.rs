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
fn a_text_that_is_no_document_gets_a_reason() {
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
    let (base, operations, warnings) = read(include_str!("../../../../tests/openapi/swagger-2.yaml"));
    assert_eq!(base, "/pump-api/v2");
    assert_eq!(
        operations,
        ["GET /projects/{project}/pumps = listPumps", "POST /projects/{project}/pumps = addPump"]
    );
    assert!(warnings.is_empty(), "{warnings:?}");
    let (_, operations, warnings) = read(include_str!("../../../../tests/openapi/openapi-3.2.yaml"));
    assert_eq!(
        operations,
        ["QUERY /search = searchFiles", "GET /files/{file} = readFile", "COPY /files/{file} = copyFile"]
    );
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn a_path_that_is_there_twice_is_put_together_and_a_method_refused() {
    let json = include_str!("../../../../tests/openapi/duplicate-path.json");
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
    let (_, operations, _) = read(include_str!("../../../../tests/openapi/encoded-references.json"));
    assert_eq!(operations.len(), 3, "{operations:?}");
    assert_eq!(pointer("#/a/100%2525/~01~1").unwrap(), ["a", "100%25", "~1/"]);
}

#[test]
fn everything_left_out_gets_a_warning() {
    let (_, operations, warnings) = read(include_str!("../../../../tests/openapi/unknown-keys.yaml"));
    assert_eq!(operations, ["DELETE /berths = clearBerths"]);
    assert!(warnings[0].contains("GET is left out; it may be meant as get"), "{warnings:?}");
    assert!(warnings[1].contains("psot is left out; it may be meant as post"), "{warnings:?}");
    assert_eq!(warnings.len(), 2);
    let (_, operations, warnings) = read(include_str!("../../../../tests/openapi/operation-ids.yaml"));
    assert_eq!(operations, ["GET /devices = GET:/devices", "POST /devices = POST:/devices"]);
    assert_eq!(warnings.len(), 2, "{warnings:?}");
}

#[test]
fn servers_of_path_items_and_operations_are_followed() {
    let (base, operations, warnings) = read(include_str!("../../../../tests/openapi/path-servers.yaml"));
    assert_eq!(base, "/v1");
    assert_eq!(operations, ["GET /reports = listReports", "GET (/files-v2)/files/{file} = readReportFile"]);
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
fn yaml_errors_are_written_for_the_author_of_the_document() {
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
