//! Form bodies of OAuth requests.

use std::collections::HashMap;

use actix_web::dev::Payload;
use actix_web::{HttpMessage as _, HttpRequest};
use zeroize::Zeroizing;

use super::error::{Code, OAuthError};
use crate::web::extract;

/// The largest body, in bytes. No request needs as much.
const LIMIT: usize = 64 * 1024;

/// The parameters of a request. Each may come once (RFC 6749 §3.2), except `resource` (RFC 8707
/// §2). An empty one counts as absent (§3.1). Unknown ones are ignored (§3.2). None may be in
/// the URI (§2.3.1).
pub(crate) struct Form {
    parameters: HashMap<String, Zeroizing<String>>,
    resources: Vec<String>,
}

impl Form {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(|value| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The different values of `resource`.
    pub(crate) fn resources(&self) -> &[String] {
        &self.resources
    }

    pub(crate) fn required(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| {
            OAuthError::new(Code::InvalidRequest, format!("The parameter `{name}` is missing."))
        })
    }

    /// Reads the form in the body of a request.
    pub(super) async fn read(request: &HttpRequest, payload: &mut Payload) -> Result<Self, OAuthError> {
        let refused = |description: &str| OAuthError::new(Code::InvalidRequest, description);
        if !request.query_string().is_empty() {
            return Err(refused("Send the parameters in the body, never in the URI."));
        }
        if !request.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(refused("Send Content-Type: application/x-www-form-urlencoded."));
        }
        let body = extract::read(payload.take(), LIMIT).await;
        let body = body.map_err(|_| refused("The body is too large, or it is incomplete."))?;
        let (mut parameters, mut resources) = (HashMap::new(), Vec::new());
        for (name, value) in url::form_urlencoded::parse(&body) {
            if value.contains('\u{fffd}') || value.contains('\0') {
                return Err(refused("A parameter is not UTF-8 text."));
            }
            if name == "resource" {
                let value = value.into_owned();
                if !value.is_empty() && !resources.contains(&value) {
                    resources.push(value);
                }
                continue;
            }
            let value = Zeroizing::new(value.into_owned());
            if parameters.insert(name.into_owned(), value).is_some() {
                return Err(refused("A parameter occurs twice."));
            }
        }
        Ok(Self { parameters, resources })
    }
}
