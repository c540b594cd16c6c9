//! Tokens.

use latchkey_shared::page::Page;
use latchkey_shared::tokens::{
    Kind, NameAvailability, NewToken, Rotation, SecretId, Status, Token, TokenPatch, TokenSummary, Trial,
    Usage,
};
use latchkey_shared::verify::Decision;

use super::{Error, delete, get, patch, post};

/// Which tokens to list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filter {
    pub(crate) kind: Kind,
    /// Part of the name, give or take a typo.
    pub(crate) search: String,
    pub(crate) status: Option<Status>,
    /// For this project, by key or id.
    pub(crate) project: String,
    /// For this user, by name or id.
    pub(crate) user: String,
    /// Granted this API, by key or id.
    pub(crate) api: String,
}

/// One page of the tokens that match, newest first.
pub(crate) async fn list(filter: &Filter, cursor: Option<&str>) -> Result<Page<TokenSummary>, Error> {
    let status = match filter.status {
        None => "",
        Some(Status::Active) => "active",
        Some(Status::Disabled) => "disabled",
        Some(Status::Expired) => "expired",
    };
    get(&["tokens"])
        .query("kind", filter.kind.as_str())
        .query("q", &filter.search)
        .query("status", status)
        .query("project", &filter.project)
        .query("user", &filter.user)
        .query("api", &filter.api)
        .query("cursor", cursor.unwrap_or_default())
        .read()
        .await
}

/// Whether the name is free, or `except` has it.
pub(crate) async fn is_name_free(name: &str, except: &str) -> Result<bool, Error> {
    let answer: NameAvailability =
        get(&["tokens", "name-availability"]).query("name", name).query("except", except).read().await?;
    Ok(answer.available)
}

/// Applies for a token. Sent again with the same `idempotency_key`, it makes no second one.
pub(crate) async fn create(new: &NewToken, idempotency_key: &str) -> Result<Token, Error> {
    post(&["tokens"]).header("idempotency-key", idempotency_key).json(new).read().await
}

/// A token, and the version that a change of it is based on.
pub(crate) async fn find(id: &str) -> Result<(Token, String), Error> {
    get(&["tokens", id]).read_versioned().await
}

/// Changes a token, if it is still of this version; `*` is any.
pub(crate) async fn change(id: &str, change: &TokenPatch, version: &str) -> Result<(Token, String), Error> {
    patch(&["tokens", id]).header("if-match", version).json(change).read_versioned().await
}

/// Deletes a token for good.
pub(crate) async fn remove(id: &str) -> Result<(), Error> {
    delete(&["tokens", id]).done().await
}

/// The token file as text.
pub(crate) async fn file(id: &str) -> Result<String, Error> {
    let response = get(&["tokens", id, "file"]).send().await?;
    response.text().await.map_err(|_| Error::Unreachable)
}

/// The secret id of a JWT token.
pub(crate) async fn secret(id: &str) -> Result<SecretId, Error> {
    get(&["tokens", id, "secret"]).read().await
}

/// Gives a token new keys and secrets.
pub(crate) async fn rotate(id: &str, rotation: &Rotation) -> Result<(Token, String), Error> {
    post(&["tokens", id, "rotate"]).json(rotation).read_versioned().await
}

/// How a token was used.
pub(crate) async fn usage(id: &str) -> Result<Usage, Error> {
    get(&["tokens", id, "usage"]).read().await
}

/// Would this call be allowed?
pub(crate) async fn try_call(id: &str, trial: &Trial) -> Result<Decision, Error> {
    post(&["tokens", id, "try"]).json(trial).read().await
}
