//! Logging in and out.

use latchkey_shared::session::{Login, PasswordChange, Session};

use super::{Answer, delete, get, post, put};

/// Logs in. The server sets the session cookie.
pub(crate) fn log_in(login: &Login) -> Answer<Session> {
    let mut call = post(&["session"]).json(login);
    call.is_login = true;
    call.read()
}

/// Ends the session.
pub(crate) fn log_out() -> Answer<()> {
    delete(&["session"]).done()
}

/// The current session.
pub(crate) fn current() -> Answer<Session> {
    get(&["session"]).read()
}

/// Changes the password.
pub(crate) fn change_password(change: &PasswordChange) -> Answer<()> {
    put(&["session", "password"]).json(change).done()
}
