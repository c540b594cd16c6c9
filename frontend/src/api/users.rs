//! Users.

use latchkey_shared::page::Page;
use latchkey_shared::users::{NewUser, User, UserPatch};

use super::{Answer, get, patch, post};

/// One page of the users whose names hold `search`.
pub(crate) fn list(search: &str, cursor: Option<&str>) -> Answer<Page<User>> {
    get(&["users"]).query("q", search).page(cursor).read()
}

/// Adds a user.
pub(crate) fn create(new: &NewUser) -> Answer<User> {
    post(&["users"]).json(new).read()
}

/// Changes a user; also how one is disabled and enabled.
pub(crate) fn change(user: &str, change: &UserPatch) -> Answer<User> {
    patch(&["users", user]).json(change).read()
}
