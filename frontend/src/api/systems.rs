//! Systems, their APIs and their verifier keys.

use latchkey_shared::page::Page;
use latchkey_shared::projects::ProjectRef;
use latchkey_shared::systems::{
    Api, ApiPatch, ImportReport, IssuedVerifierKey, NewApi, NewSystem, NewVerifierKey, System, SystemPatch,
    VerifierKey,
};

use latchkey_shared::tokens::Kind;

use super::{Error, delete, get, patch, post, put};

/// One page of the systems whose key or name holds `search`.
pub(crate) async fn list(search: &str, cursor: Option<&str>) -> Result<Page<System>, Error> {
    get(&["systems"]).query("q", search).page(cursor).read().await
}

/// A system, by key or id.
pub(crate) async fn find(system: &str) -> Result<System, Error> {
    get(&["systems", system]).read().await
}

/// Adds a system.
pub(crate) async fn create(new: &NewSystem) -> Result<System, Error> {
    post(&["systems"]).json(new).read().await
}

/// Changes a system.
pub(crate) async fn change(system: &str, change: &SystemPatch) -> Result<System, Error> {
    patch(&["systems", system]).json(change).read().await
}

/// Deletes a system that no token names.
pub(crate) async fn remove(system: &str) -> Result<(), Error> {
    delete(&["systems", system]).done().await
}

/// The projects that a restricted system is opened to.
pub(crate) async fn projects(system: &str) -> Result<Page<ProjectRef>, Error> {
    get(&["systems", system, "projects"]).read().await
}

/// One page of the APIs of a system.
pub(crate) async fn apis(system: &str, cursor: Option<&str>) -> Result<Page<Api>, Error> {
    get(&["systems", system, "apis"]).page(cursor).read().await
}

/// One page of the systems that may be granted to tokens of a kind.
pub(crate) async fn grantable(kind: Kind, cursor: Option<&str>) -> Result<Page<System>, Error> {
    get(&["systems"]).query("grantable", kind.as_str()).page(cursor).read().await
}

/// One page of the APIs that may be granted to tokens of a kind.
pub(crate) async fn grantable_apis(kind: Kind, cursor: Option<&str>) -> Result<Page<Api>, Error> {
    get(&["apis"]).query("grantable", kind.as_str()).page(cursor).read().await
}

/// Adds an API by hand.
pub(crate) async fn create_api(system: &str, new: &NewApi) -> Result<Api, Error> {
    post(&["systems", system, "apis"]).json(new).read().await
}

/// Changes an API.
pub(crate) async fn change_api(system: &str, api: &str, change: &ApiPatch) -> Result<Api, Error> {
    patch(&["systems", system, "apis", api]).json(change).read().await
}

/// Deletes an API that no token is granted.
pub(crate) async fn remove_api(system: &str, api: &str) -> Result<(), Error> {
    delete(&["systems", system, "apis", api]).done().await
}

/// Imports an OpenAPI document, JSON or YAML; with `dry_run` it only says what would change.
pub(crate) async fn import(system: &str, document: String, dry_run: bool) -> Result<ImportReport, Error> {
    let is_json = document.trim_start().starts_with('{');
    put(&["systems", system, "openapi"])
        .query("dry_run", if dry_run { "true" } else { "" })
        .header("content-type", if is_json { "application/json" } else { "application/yaml" })
        .text(document)
        .read()
        .await
}

/// The verifier keys of a system.
pub(crate) async fn verifier_keys(system: &str) -> Result<Page<VerifierKey>, Error> {
    get(&["systems", system, "verifier-keys"]).read().await
}

/// Makes a verifier key; the answer shows it for the only time.
pub(crate) async fn create_verifier_key(
    system: &str,
    new: &NewVerifierKey,
) -> Result<IssuedVerifierKey, Error> {
    post(&["systems", system, "verifier-keys"]).json(new).read().await
}

/// Deletes a verifier key.
pub(crate) async fn remove_verifier_key(system: &str, key: &str) -> Result<(), Error> {
    delete(&["systems", system, "verifier-keys", key]).done().await
}
