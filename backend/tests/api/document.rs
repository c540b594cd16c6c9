//! The content and the completeness of the OpenAPI document.

use std::collections::HashSet;

use latchkey::program::startup::document;
use latchkey::web::problem::Kind;
use serde_json::Value;

use crate::server::{Server, Where};

#[tokio::test]
async fn the_document_is_served_as_it_is_reviewed() {
    let server = Server::start(Where::sqlite()).await;
    let found: Value = server
        .nobody()
        .http
        .get(format!("{}/api/openapi.json", server.url))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(found, serde_json::to_value(document("latchkey_session")).unwrap());
    insta::assert_snapshot!("openapi", serde_json::to_string_pretty(&found).unwrap());
}

#[test]
fn every_operation_has_a_unique_id_and_documents_its_responses() {
    let document = serde_json::to_value(document("latchkey_session")).unwrap();
    let mut ids = HashSet::new();
    let known: Vec<&Value> = document["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in
            methods.as_object().unwrap().iter().filter(|(name, _)| *name != "parameters")
        {
            let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no id"));
            assert!(ids.insert(id.to_owned()), "{id} is there twice");
            let responses = operation["responses"].as_object().unwrap();
            let described = |one: &Value| one["description"].as_str().is_some_and(|text| !text.is_empty());
            assert!(!responses.is_empty() && responses.values().all(described), "{method} {path}");
            assert!(described(operation) && operation["security"].is_array(), "{method} {path}");
            let bodies = operation["requestBody"]["content"].as_object();
            for (media_type, body) in bodies.into_iter().flatten() {
                assert!(body["schema"].is_object(), "{method} {path} {media_type} has no schema");
            }
            let tags = operation["tags"].as_array().unwrap();
            assert!(tags.len() == 1 && known.contains(&&tags[0]), "{method} {path}: {tags:?}");
        }
    }
    assert!(ids.len() > 40, "{}", ids.len());
}

#[test]
fn every_operation_names_its_problem_types() {
    let document = serde_json::to_value(document("latchkey_session")).unwrap();
    let mut named = HashSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            for (status, response) in operation["responses"].as_object().into_iter().flatten() {
                let at = format!("{method} {path} {status}");
                if response["content"]["application/problem+json"].is_null() {
                    assert!(response["x-problem-types"].is_null(), "{at}");
                    // `/readyz` has its own response when it is not ready. All other responses here are OAuth
                    // errors.
                    let is_error = status.as_str() >= "400" && path != "/readyz";
                    assert_eq!(response["x-error-codes"].is_array(), is_error, "{at}");
                    continue;
                }
                let types = response["x-problem-types"].as_array().unwrap();
                assert!(!types.is_empty(), "{at} has no type of problem");
                for one in types.iter().map(|one| one.as_str().unwrap()) {
                    let kind = Kind::ALL.into_iter().find(|kind| kind.uri() == one).unwrap();
                    assert_eq!(kind.status().as_str(), status, "{at}");
                    assert!(response["description"].as_str().unwrap().contains(kind.name()), "{at}");
                    named.insert(kind.name());
                }
            }
        }
    }
    let missing: Vec<_> = Kind::ALL.into_iter().filter(|kind| !named.contains(kind.name())).collect();
    // Plain HTTP has no operations, and a method that a path does not support is none of the document.
    assert_eq!(missing, [Kind::HttpsRequired, Kind::MethodNotAllowed]);
}

/// Removes the prose of a document. What remains is the contract with client programs.
fn contract(value: &mut Value) {
    match value {
        Value::Object(members) => {
            // A schema may have a property with this name. Its value is then an object.
            for prose in ["description", "summary", "title"] {
                if members.get(prose).is_some_and(Value::is_string) {
                    members.remove(prose);
                }
            }
            members.values_mut().for_each(contract);
        }
        Value::Array(items) => items.iter_mut().for_each(contract),
        _ => {}
    }
}

#[test]
fn the_contract_without_its_prose_does_not_change() {
    let mut promised = serde_json::to_value(document("latchkey_session")).unwrap();
    contract(&mut promised);
    insta::assert_snapshot!("contract", serde_json::to_string(&promised).unwrap());
}
