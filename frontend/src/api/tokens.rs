//! Tokens.

use latchkey_shared::tokens::{
    Confirmation, Confirmed, Kind, NameAvailability, NewToken, Rotation, SecretId, Status, Token, TokenPage,
    TokenPatch, Trial, Usage,
};
use latchkey_shared::verify::Decision;

use super::{Answer, delete, get, patch, post};

/// Which tokens to list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filter {
    pub(crate) kind: Kind,
    /// Part of the name. Small typing errors are tolerated.
    pub(crate) search: String,
    pub(crate) status: Option<Status>,
    /// Only tokens for this project (key or id).
    pub(crate) project: String,
    /// Only tokens for this user (name or id).
    pub(crate) user: String,
    /// Only tokens that are granted this API (key or id).
    pub(crate) api: String,
    /// Only tokens whose name another token has too.
    pub(crate) name_taken: bool,
}

/// One page of the matching tokens, newest first.
pub(crate) fn list(filter: &Filter, cursor: Option<&str>) -> Answer<TokenPage> {
    let status = match filter.status {
        None => "",
        Some(Status::Active) => "active",
        Some(Status::Suspended) => "suspended",
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

/// Whether the name is free. The token with the id `except` may have the name.
pub(crate) fn is_name_free(name: &str, except: &str) -> Answer<bool> {
    get(&["tokens", "name-availability"])
        .query("name", name)
        .query("except", except)
        .read_as(|answer: NameAvailability| answer.available)
}

/// Applies for a token. A second request with the same `idempotency_key` does not create a second token.
pub(crate) fn create(new: &NewToken, idempotency_key: &str) -> Answer<Token> {
    post(&["tokens"]).header("idempotency-key", idempotency_key).json(new).read()
}

/// A token and its `ETag`, which a change needs.
pub(crate) fn find(id: &str) -> Answer<(Token, String)> {
    get(&["tokens", id]).read_versioned()
}

/// Changes a token if it still has this `ETag`. `*` matches any version.
pub(crate) fn change(id: &str, change: &TokenPatch, version: &str) -> Answer<(Token, String)> {
    patch(&["tokens", id]).header("if-match", version).json(change).read_versioned()
}

/// Confirms a suspended token.
pub(crate) fn confirm(id: &str) -> Answer<(Token, String)> {
    post(&["tokens", id, "confirm"]).read_versioned()
}

/// Confirms all suspended tokens. `until` is the end of the time that was shown. Returns how many there were.
pub(crate) fn confirm_all(until: &str) -> Answer<u64> {
    let shown = Confirmation { until: until.to_owned() };
    post(&["tokens", "confirm"]).json(&shown).read_as(|answer: Confirmed| answer.confirmed)
}

/// Deletes a token permanently.
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

/// Replaces the keys and secrets of a token.
pub(crate) fn rotate(id: &str, rotation: &Rotation) -> Answer<(Token, String)> {
    post(&["tokens", id, "rotate"]).json(rotation).read_versioned()
}

/// The usage of a token.
pub(crate) fn usage(id: &str) -> Answer<Usage> {
    get(&["tokens", id, "usage"]).read()
}

/// Asks whether the token would be allowed to make this call.
pub(crate) fn try_call(id: &str, trial: &Trial) -> Answer<Decision> {
    post(&["tokens", id, "try"]).json(trial).read()
}
