//! Functions that call the REST API. No other module sends requests to the server.

pub(crate) mod audit;
pub(crate) mod installation;
pub(crate) mod projects;
pub(crate) mod session;
pub(crate) mod systems;
pub(crate) mod tokens;
pub(crate) mod users;

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use futures_channel::oneshot;
use gloo_net::http::{Method, RequestBuilder};
use js_sys::encode_uri_component;
use latchkey_shared::page::Page;
use latchkey_shared::problem::ProblemBody;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_split_helpers::SplitLoaderError;

use crate::text;

/// Why a call failed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Error {
    /// No response arrived.
    Unreachable,
    /// The server answered with a problem document.
    Problem(Box<ProblemBody>),
    /// The response does not have the format of the API. Holds its HTTP status.
    Unexpected(u16),
}

impl Error {
    /// The message to show when the error belongs to no field.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Unreachable => text::unreachable().to_owned(),
            Self::Problem(problem) => text::problems::sentence(problem),
            Self::Unexpected(status) => text::unexpected(*status),
        }
    }

    /// The message for a field, if the error concerns this field or an entry of it.
    pub(crate) fn at_field(&self, field: &str) -> Option<String> {
        let Self::Problem(problem) = self else { return None };
        let is_in_it = |name: &str| {
            name.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
        };
        let error = problem.errors.iter().find(|error| is_in_it(&error.field))?;
        Some(text::problems::at_field(&error.code, &error.message))
    }

    /// The position in a list that the error of this field is about: 3 in `apis[3]`.
    pub(crate) fn index_in(&self, field: &str) -> Option<usize> {
        let Self::Problem(problem) = self else { return None };
        let of = |name: &str| name.strip_prefix(field)?.strip_prefix('[')?.split_once(']')?.0.parse().ok();
        problem.errors.iter().find_map(|error| of(&error.field))
    }

    /// Whether the error concerns any field.
    pub(crate) fn names_fields(&self) -> bool {
        matches!(self, Self::Problem(problem) if !problem.errors.is_empty())
    }

    /// Whether the problem has this type. `kind` is the last segment of the type URI.
    pub(crate) fn is(&self, kind: &str) -> bool {
        matches!(self, Self::Problem(problem) if problem.kind.rsplit('/').next() == Some(kind))
    }
}

/// Asks the user to log in again. The receiver yields whether they did.
type LogInAgain = Rc<dyn Fn() -> oneshot::Receiver<bool>>;

thread_local! {
    static LOG_IN_AGAIN: RefCell<Option<LogInAgain>> = RefCell::default();
}

/// Sets the function that a call runs when the server answers that nobody is logged in. The call waits for
/// the login and is then sent again.
pub(crate) fn when_logged_out(ask: impl Fn() -> oneshot::Receiver<bool> + 'static) {
    LOG_IN_AGAIN.set(Some(Rc::new(ask)));
}

/// A lazily loaded part of the app could not be fetched.
impl From<SplitLoaderError> for Error {
    fn from(_: SplitLoaderError) -> Self {
        Self::Unreachable
    }
}

/// The pending response of a call. The future is boxed, so that code that awaits it is compiled once per type
/// of response and not once per call.
pub(crate) type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Error>>>>;

/// Loads the page of a list after a cursor, or the first page without a cursor.
pub(crate) type LoadPage<T> = dyn Fn(Option<&str>) -> Answer<Page<T>> + Send + Sync;

/// Loads all pages of a list, one after the other.
pub(crate) fn all<T: 'static>(
    load: impl Fn(Option<&str>) -> Answer<Page<T>> + Send + Sync + 'static,
) -> Answer<Vec<T>> {
    let load: Box<LoadPage<T>> = Box::new(load);
    Box::pin(async move {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let page = load(cursor.as_deref()).await?;
            items.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(items);
            }
        }
    })
}

/// A request that is being built. Nothing is sent before `done`, `read` or another `read_…` method is called.
struct Call {
    method: Method,
    url: String,
    headers: Vec<(&'static str, String)>,
    body: Option<String>,
    is_login: bool,
}

/// Builds the URL from `/api/v1` and the percent-encoded segments. Keys and ids may contain any character.
fn call(method: Method, segments: &[&str]) -> Call {
    let encoded = segments.iter().map(|segment| String::from(encode_uri_component(segment)));
    let url = encoded.fold("/api/v1".to_owned(), |path, segment| path + "/" + &segment);
    Call { method, url, headers: Vec::new(), body: None, is_login: false }
}

fn get(segments: &[&str]) -> Call {
    call(Method::GET, segments)
}

fn post(segments: &[&str]) -> Call {
    call(Method::POST, segments)
}

fn put(segments: &[&str]) -> Call {
    call(Method::PUT, segments)
}

fn patch(segments: &[&str]) -> Call {
    call(Method::PATCH, segments)
}

fn delete(segments: &[&str]) -> Call {
    call(Method::DELETE, segments)
}

impl Call {
    /// Adds a query parameter, unless its value is empty.
    fn query(mut self, name: &str, value: &str) -> Self {
        if !value.is_empty() {
            let separator = if self.url.contains('?') { '&' } else { '?' };
            self.url = format!("{}{separator}{name}={}", self.url, String::from(encode_uri_component(value)));
        }
        self
    }

    /// Asks for the page after the cursor, with the maximum page size.
    fn page(self, cursor: Option<&str>) -> Self {
        self.query("limit", "200").query("cursor", cursor.unwrap_or_default())
    }

    fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    fn json(self, body: &impl Serialize) -> Self {
        // Cannot fail: the types of the API have no maps with keys that are not strings.
        let body = serde_json::to_string(body).unwrap_or_default();
        self.header("content-type", "application/json").text(body)
    }

    fn text(mut self, body: String) -> Self {
        self.body = Some(body);
        self
    }

    /// Sends the request and reads the response as JSON.
    fn read<T: DeserializeOwned + 'static>(self) -> Answer<T> {
        self.receive(|received| received.json())
    }

    /// Sends the request, reads the response as JSON and passes it to `what_matters`.
    fn read_as<T: DeserializeOwned + 'static, U: 'static>(self, what_matters: fn(T) -> U) -> Answer<U> {
        self.receive(move |received| received.json().map(what_matters))
    }

    /// Sends the request and reads the response as JSON, with its `ETag` for a later change.
    fn read_versioned<T: DeserializeOwned + 'static>(self) -> Answer<(T, String)> {
        self.receive(|received| Ok((received.json()?, received.version)))
    }

    /// Sends the request and reads the response as text.
    fn read_text(self) -> Answer<String> {
        self.receive(|received| Ok(received.body))
    }

    /// Sends the request and ignores the response body.
    fn done(self) -> Answer<()> {
        self.receive(|_| Ok(()))
    }

    fn receive<T: 'static>(self, read: impl FnOnce(Received) -> Result<T, Error> + 'static) -> Answer<T> {
        let received = self.send();
        Box::pin(async move { read(received.await?) })
    }

    /// Sends the request. If the session has ended, waits until the user has logged in.
    fn send(self) -> Answer<Received> {
        Box::pin(async move {
            loop {
                let received = self.send_once().await?;
                if (200..300).contains(&received.status) {
                    return Ok(received);
                }
                let error = match received.json() {
                    Ok(problem) => Error::Problem(Box::new(problem)),
                    Err(error) => error,
                };
                let is_logged_out = received.status == 401 && !self.is_login;
                let ask = LOG_IN_AGAIN.with_borrow(Clone::clone).filter(|_| is_logged_out);
                match ask {
                    Some(ask) if ask().await == Ok(true) => {}
                    _ => return Err(error),
                }
            }
        })
    }

    async fn send_once(&self) -> Result<Received, Error> {
        let mut request = RequestBuilder::new(&self.url).method(self.method.clone());
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = match &self.body {
            Some(body) => request.body(body.clone()),
            None => request.build(),
        };
        let response =
            request.map_err(|_| Error::Unreachable)?.send().await.map_err(|_| Error::Unreachable)?;
        Ok(Received {
            status: response.status(),
            version: response.headers().get("etag").unwrap_or_default(),
            body: response.text().await.map_err(|_| Error::Unreachable)?,
        })
    }
}

/// A response.
struct Received {
    status: u16,
    version: String,
    body: String,
}

impl Received {
    fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_str(&self.body).map_err(|_| Error::Unexpected(self.status))
    }
}
