//! Finds the session of a cookie.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::{Method, header};
use actix_web::{HttpMessage as _, HttpRequest};
use latchkey_shared::ids::UserId;
use url::Url;

use super::store::{self, ABSOLUTE, IDLE};
use super::throttle::Throttle;
use crate::configuration::Configuration;
use crate::crypto::{Digest, Secret};
use crate::database::{Database, now, promptly};
use crate::telemetry::query;
use crate::web::SentMethod;
use crate::web::problem::{Kind, Problem};

/// How often the last request of a session is written, in milliseconds.
const NOTED: i64 = 60 * 1_000;

/// The sessions of this installation.
pub struct Sessions {
    database: Database,
    cookie: &'static str,
    origin: Option<String>,
    secure: bool,
    pub(crate) throttle: Throttle,
}

/// A session that has not ended.
pub struct Session {
    /// Who is logged in.
    pub user: UserId,
    /// Whether a temporary password must be changed before anything else.
    pub must_change_password: bool,
    /// The digest of its secret.
    pub digest: Digest,
}

impl Sessions {
    /// The sessions of a server with the configured public URL.
    #[must_use]
    pub fn new(database: Database, configuration: &Configuration) -> Self {
        let url = configuration.public_url.as_ref();
        let secure = url.is_some_and(|url| url.scheme() == "https");
        Self {
            database,
            // With this prefix, browsers require HTTPS, no domain, and all paths.
            cookie: if secure { "__Host-latchkey_session" } else { "latchkey_session" },
            origin: url.map(|url| Url::origin(url).ascii_serialization()),
            secure,
            throttle: Throttle::default(),
        }
    }

    /// The name of the cookie.
    #[must_use]
    pub fn cookie(&self) -> &'static str {
        self.cookie
    }

    /// The session of a request; none if it has ended.
    pub async fn resume(&self, request: &HttpRequest) -> Result<Option<Session>, Problem> {
        self.refuse_other_sites(request)?;
        let Some(digest) = self.digest(request) else { return Ok(None) };
        let now = now();
        let read = promptly(store::find(&self.database, &digest));
        let Some(session) = query("sessions", read).await? else { return Ok(None) };
        if now - session.seen_at > IDLE || now - session.created_at > ABSOLUTE {
            return Ok(None);
        }
        let user: UserId = session.user_id.parse().map_err(Problem::internal)?;
        if now - session.seen_at > NOTED {
            self.note(digest, now);
        }
        Ok(Some(Session { user, must_change_password: session.must_change_password != 0, digest }))
    }

    /// Notes the last request of a session, beside the request: it must not wait for other writes. A
    /// session goes on even if this cannot be written: withdrawing must work on a full disk.
    fn note(&self, digest: Digest, now: i64) {
        let database = self.database.clone();
        self.database.spawn(async move {
            if let Err(error) = store::touch(&database, &digest, now).await {
                tracing::warn!(%error, "the last request of a session is not noted");
            }
        });
    }

    /// Refuses a change that another site sent. A browser says where a request came from; other
    /// clients do not.
    pub(crate) fn refuse_other_sites(&self, request: &HttpRequest) -> Result<(), Problem> {
        let sent = request.extensions().get::<SentMethod>().map(|SentMethod(method)| method.clone());
        if matches!(sent.as_ref().unwrap_or(request.method()), &Method::GET | &Method::HEAD) {
            return Ok(());
        }
        let text = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
        let same_site = match (text("sec-fetch-site"), text(header::ORIGIN.as_str())) {
            (Some(site), _) => matches!(site, "same-origin" | "none"),
            (None, Some(origin)) => self.origin.as_deref() == Some(origin),
            (None, None) => true,
        };
        if same_site { Ok(()) } else { Err(Problem::new(Kind::CrossSite)) }
    }

    pub(crate) fn digest(&self, request: &HttpRequest) -> Option<Digest> {
        request.cookie(self.cookie).map(|cookie| Digest::of(cookie.value()))
    }

    pub(crate) fn set_cookie(&self, secret: &Secret) -> Cookie<'static> {
        self.build_cookie(secret.expose().to_owned())
    }

    pub(crate) fn remove_cookie(&self) -> Cookie<'static> {
        let mut cookie = self.build_cookie(String::new());
        cookie.make_removal();
        cookie
    }

    fn build_cookie(&self, value: String) -> Cookie<'static> {
        Cookie::build(self.cookie, value)
            .path("/")
            .http_only(true)
            .same_site(SameSite::Strict)
            .secure(self.secure)
            .finish()
    }
}
