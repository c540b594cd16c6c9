//! Systems, their APIs and their verifier keys.

use latchkey_shared::page::Page;
use latchkey_shared::projects::ProjectRef;
use latchkey_shared::systems::{
    Api, ApiPatch, ImportReport, IssuedVerifierKey, NewApi, NewSystem, NewVerifierKey, System, SystemPatch,
    VerifierKey,
};

use latchkey_shared::tokens::Kind;

use super::{Answer, delete, get, patch, post, put};

/// One page of the systems whose key or name contains `search`.
pub(crate) fn list(search: &str, cursor: Option<&str>) -> Answer<Page<System>> {
    get(&["systems"]).query("q", search).page(cursor).read()
}

/// A system, by key or id.
pub(crate) fn find(system: &str) -> Answer<System> {
    get(&["systems", system]).read()
}

/// Adds a system.
pub(crate) fn create(new: &NewSystem) -> Answer<System> {
    post(&["systems"]).json(new).read()
}

/// Changes a system.
pub(crate) fn change(system: &str, change: &SystemPatch) -> Answer<System> {
    patch(&["systems", system]).json(change).read()
}

/// Deletes a system. The server refuses while a token names it.
pub(crate) fn remove(system: &str) -> Answer<()> {
    delete(&["systems", system]).done()
}

/// The projects that a restricted system is open to.
pub(crate) fn projects(system: &str) -> Answer<Page<ProjectRef>> {
    get(&["systems", system, "projects"]).read()
}

/// One page of the APIs of a system.
pub(crate) fn apis(system: &str, cursor: Option<&str>) -> Answer<Page<Api>> {
    get(&["systems", system, "apis"]).page(cursor).read()
}

/// One page of the systems that can be granted to tokens of this kind.
pub(crate) fn grantable(kind: Kind, cursor: Option<&str>) -> Answer<Page<System>> {
    get(&["systems"]).query("grantable", kind.as_str()).page(cursor).read()
}

/// One page of the APIs that can be granted to tokens of this kind.
pub(crate) fn grantable_apis(kind: Kind, cursor: Option<&str>) -> Answer<Page<Api>> {
    get(&["apis"]).query("grantable", kind.as_str()).page(cursor).read()
}

/// Adds an API.
pub(crate) fn create_api(system: &str, new: &NewApi) -> Answer<Api> {
    post(&["systems", system, "apis"]).json(new).read()
}

/// Changes an API.
pub(crate) fn change_api(system: &str, api: &str, change: &ApiPatch) -> Answer<Api> {
    patch(&["systems", system, "apis", api]).json(change).read()
}

/// Deletes an API. The server refuses while a token is granted it.
pub(crate) fn remove_api(system: &str, api: &str) -> Answer<()> {
    delete(&["systems", system, "apis", api]).done()
}

/// Imports an OpenAPI document in JSON or YAML. With `dry_run`, the server only reports what would change.
pub(crate) fn import(system: &str, document: String, dry_run: bool) -> Answer<ImportReport> {
    let is_json = document.trim_start().starts_with('{');
    put(&["systems", system, "openapi"])
        .query("dry_run", if dry_run { "true" } else { "" })
        .header("content-type", if is_json { "application/json" } else { "application/yaml" })
        .text(document)
        .read()
}

/// The verifier keys of a system.
pub(crate) fn verifier_keys(system: &str) -> Answer<Page<VerifierKey>> {
    get(&["systems", system, "verifier-keys"]).read()
}

/// Creates a verifier key. Only this response contains the key itself.
pub(crate) fn create_verifier_key(system: &str, new: &NewVerifierKey) -> Answer<IssuedVerifierKey> {
    post(&["systems", system, "verifier-keys"]).json(new).read()
}

/// Deletes a verifier key.
pub(crate) fn remove_verifier_key(system: &str, key: &str) -> Answer<()> {
    delete(&["systems", system, "verifier-keys", key]).done()
}
