//! Logging in and out.

use latchkey_shared::session::{Login, PasswordChange, Session};

use super::{Error, delete, get, post, put};

/// Logs in; the server sets the cookie.
pub(crate) async fn log_in(login: &Login) -> Result<Session, Error> {
    let mut call = post(&["session"]).json(login);
    call.is_login = true;
    call.read().await
}

/// Ends the session.
pub(crate) async fn log_out() -> Result<(), Error> {
    delete(&["session"]).done().await
}

/// Who is logged in.
pub(crate) async fn current() -> Result<Session, Error> {
    get(&["session"]).read().await
}

/// Chooses a new password.
pub(crate) async fn change_password(change: &PasswordChange) -> Result<(), Error> {
    put(&["session", "password"]).json(change).done().await
}
