//! Users.

use latchkey_shared::page::Page;
use latchkey_shared::users::{NewUser, User, UserPatch};

use super::{Error, get, patch, post};

/// One page of the users whose names hold `search`.
pub(crate) async fn list(search: &str, cursor: Option<&str>) -> Result<Page<User>, Error> {
    get(&["users"]).query("q", search).page(cursor).read().await
}

/// Adds a user.
pub(crate) async fn create(new: &NewUser) -> Result<User, Error> {
    post(&["users"]).json(new).read().await
}

/// Changes a user; also how one is disabled and enabled.
pub(crate) async fn change(user: &str, change: &UserPatch) -> Result<User, Error> {
    patch(&["users", user]).json(change).read().await
}
