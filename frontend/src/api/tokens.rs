//! Tokens.

use latchkey_shared::page::Page;
use latchkey_shared::tokens::{
    Kind, NameAvailability, NewToken, Rotation, SecretId, Status, Token, TokenPatch, TokenSummary, Trial,
    Usage,
};
use latchkey_shared::verify::Decision;

use super::{Answer, delete, get, patch, post};

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
    /// Whose name another token has.
    pub(crate) name_taken: bool,
}

/// One page of the tokens that match, newest first.
pub(crate) fn list(filter: &Filter, cursor: Option<&str>) -> Answer<Page<TokenSummary>> {
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
        .query("name_taken", if filter.name_taken { "true" } else { "" })
        .query("cursor", cursor.unwrap_or_default())
        .read()
}

/// Whether the name is free, or `except` has it.
pub(crate) fn is_name_free(name: &str, except: &str) -> Answer<bool> {
    get(&["tokens", "name-availability"])
        .query("name", name)
        .query("except", except)
        .read_as(|answer: NameAvailability| answer.available)
}

/// Applies for a token. Sent again with the same `idempotency_key`, it makes no second one.
pub(crate) fn create(new: &NewToken, idempotency_key: &str) -> Answer<Token> {
    post(&["tokens"]).header("idempotency-key", idempotency_key).json(new).read()
}

/// A token, and the version that a change of it is based on.
pub(crate) fn find(id: &str) -> Answer<(Token, String)> {
    get(&["tokens", id]).read_versioned()
}

/// Changes a token, if it is still of this version; `*` is any.
pub(crate) fn change(id: &str, change: &TokenPatch, version: &str) -> Answer<(Token, String)> {
    patch(&["tokens", id]).header("if-match", version).json(change).read_versioned()
}

/// Deletes a token for good.
pub(crate) fn remove(id: &str) -> Answer<()> {
    delete(&["tokens", id]).done()
}

/// The token file as text.
pub(crate) fn file(id: &str) -> Answer<String> {
    get(&["tokens", id, "file"]).read_text()
}

/// The secret id of a JWT token.
pub(crate) fn secret(id: &str) -> Answer<SecretId> {
    get(&["tokens", id, "secret"]).read()
}

/// Gives a token new keys and secrets.
pub(crate) fn rotate(id: &str, rotation: &Rotation) -> Answer<(Token, String)> {
    post(&["tokens", id, "rotate"]).json(rotation).read_versioned()
}

/// How a token was used.
pub(crate) fn usage(id: &str) -> Answer<Usage> {
    get(&["tokens", id, "usage"]).read()
}

/// Would this call be allowed?
pub(crate) fn try_call(id: &str, trial: &Trial) -> Answer<Decision> {
    post(&["tokens", id, "try"]).json(trial).read()
}
