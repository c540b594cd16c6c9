//! Logging in and out.

use latchkey_shared::session::{Login, PasswordChange, Session};

use super::{Answer, delete, get, post, put};

/// Logs in; the server sets the cookie.
pub(crate) fn log_in(login: &Login) -> Answer<Session> {
    let mut call = post(&["session"]).json(login);
    call.is_login = true;
    call.read()
}

/// Ends the session.
pub(crate) fn log_out() -> Answer<()> {
    delete(&["session"]).done()
}

/// Who is logged in.
pub(crate) fn current() -> Answer<Session> {
    get(&["session"]).read()
}

/// Chooses a new password.
pub(crate) fn change_password(change: &PasswordChange) -> Answer<()> {
    put(&["session", "password"]).json(change).done()
}
