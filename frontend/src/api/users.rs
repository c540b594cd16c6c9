//! Users.

use latchkey_shared::page::Page;
use latchkey_shared::users::{NewUser, User, UserPatch};

use super::{Answer, get, patch, post};

/// One page of the users whose names contain `search`.
pub(crate) fn list(search: &str, cursor: Option<&str>) -> Answer<Page<User>> {
    get(&["users"]).query("q", search).page(cursor).read()
}

/// Adds a user.
pub(crate) fn create(new: &NewUser) -> Answer<User> {
    post(&["users"]).json(new).read()
}

/// Changes a user. Also disables and enables a user.
pub(crate) fn change(user: &str, change: &UserPatch) -> Answer<User> {
    patch(&["users", user]).json(change).read()
}
