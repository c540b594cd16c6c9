//! The REST API as functions: the only module that knows how to reach it.

use std::cell::RefCell;

use gloo_net::http::{Request, RequestBuilder, Response};
use latchkey_shared::page::Page;
use latchkey_shared::problem::ProblemBody;
use latchkey_shared::session::{Login, PasswordChange, Session};
use latchkey_shared::tokens::{Kind, TokenSummary};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::text;

/// Why a call did not do what it should.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Error {
    /// No answer came.
    Unreachable,
    /// The server says why not.
    Problem(Box<ProblemBody>),
    /// An answer that is not the API's; its HTTP status.
    Unexpected(u16),
}

impl Error {
    /// What to tell the person, when no field is at fault.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Unreachable => text::UNREACHABLE.to_owned(),
            Self::Problem(problem) => problem.detail.clone().unwrap_or_else(|| problem.title.clone()),
            Self::Unexpected(status) => text::unexpected(*status),
        }
    }

    /// What is wrong with a field, if that is the matter.
    pub(crate) fn at_field(&self, field: &str) -> Option<String> {
        let Self::Problem(problem) = self else { return None };
        let error = problem.errors.iter().find(|error| error.field == field)?;
        Some(error.message.clone())
    }
}

thread_local! {
    static ON_LOGGED_OUT: RefCell<Option<Box<dyn Fn()>>> = RefCell::default();
}

/// Calls `handler` whenever the server answers that nobody is logged in.
pub(crate) fn when_logged_out(handler: impl Fn() + 'static) {
    ON_LOGGED_OUT.set(Some(Box::new(handler)));
}

/// Logs in; the server sets the cookie.
pub(crate) async fn log_in(login: &Login) -> Result<Session, Error> {
    let response = send(Request::post("/api/v1/session"), Some(login)).await?;
    read(accept(response).await?).await
}

/// Ends the session.
pub(crate) async fn log_out() -> Result<(), Error> {
    call(Request::delete("/api/v1/session"), None::<&()>).await.map(drop)
}

/// Who is logged in.
pub(crate) async fn session() -> Result<Session, Error> {
    read(call(Request::get("/api/v1/session"), None::<&()>).await?).await
}

/// Chooses a new password.
pub(crate) async fn change_password(change: &PasswordChange) -> Result<(), Error> {
    call(Request::put("/api/v1/session/password"), Some(change)).await.map(drop)
}

/// One page of the tokens of a kind whose names are like `search`, newest first.
pub(crate) async fn tokens(
    kind: Kind,
    search: &str,
    cursor: Option<&str>,
) -> Result<Page<TokenSummary>, Error> {
    let mut parameters = vec![("kind", kind.as_str())];
    if !search.is_empty() {
        parameters.push(("q", search));
    }
    parameters.extend(cursor.map(|cursor| ("cursor", cursor)));
    read(call(Request::get("/api/v1/tokens").query(parameters), None::<&()>).await?).await
}

/// Sends a request, and says so when the session is over.
async fn call(request: RequestBuilder, body: Option<&impl Serialize>) -> Result<Response, Error> {
    let response = send(request, body).await?;
    if response.status() == 401 {
        ON_LOGGED_OUT.with_borrow(|handler| {
            if let Some(handler) = handler {
                handler();
            }
        });
    }
    accept(response).await
}

async fn send(request: RequestBuilder, body: Option<&impl Serialize>) -> Result<Response, Error> {
    let request = match body {
        Some(body) => request.json(body),
        None => request.build(),
    };
    request.map_err(|_| Error::Unreachable)?.send().await.map_err(|_| Error::Unreachable)
}

async fn accept(response: Response) -> Result<Response, Error> {
    if response.ok() {
        return Ok(response);
    }
    match response.json::<ProblemBody>().await {
        Ok(problem) => Err(Error::Problem(Box::new(problem))),
        Err(_) => Err(Error::Unexpected(response.status())),
    }
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, Error> {
    response.json().await.map_err(|_| Error::Unexpected(response.status()))
}
