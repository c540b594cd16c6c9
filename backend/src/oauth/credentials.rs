//! The credentials of a client. They come in the header or in the form, and in one way only.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use super::error::{Code, OAuthError};
use super::form::Form;
use crate::crypto::Secret;

/// The `client_assertion_type` of RFC 7523 §2.2.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The credentials of a client. One mechanism only is allowed (RFC 6749 §2.3).
pub(super) enum Credentials {
    /// `client_secret_basic` or `client_secret_post`.
    Secret { id: String, secret: Secret },
    /// `private_key_jwt` (RFC 7523 §2.2).
    Assertion { id: Option<String>, assertion: Zeroizing<String> },
}

/// The credentials of a request.
pub(super) fn credentials(request: &HttpRequest, form: &Form) -> Result<Credentials, OAuthError> {
    let refused = |description: &str| OAuthError::new(Code::InvalidRequest, description);
    let in_body = form.get("client_secret");
    let header = authorization(request)?;
    let assertion = form.get("client_assertion");
    let mechanisms = [in_body.is_some(), header.is_some(), assertion.is_some()];
    if mechanisms.into_iter().filter(|&used| used).count() > 1 {
        return Err(refused("Use only one client authentication method."));
    }
    let id = form.get("client_id").map(str::to_owned);
    if let Some(assertion) = assertion {
        return match form.get("client_assertion_type") {
            Some(ASSERTION_TYPE) => {
                Ok(Credentials::Assertion { id, assertion: Zeroizing::new(assertion.to_owned()) })
            }
            Some(_) => Err(refused("`client_assertion_type` is not supported.")),
            None => Err(refused("The parameter `client_assertion_type` is missing.")),
        };
    }
    if let Some(value) = header {
        let (name, secret) = basic(value).ok_or_else(OAuthError::client)?;
        if id.is_some_and(|other| other != name) {
            return Err(refused("The header and the body name different clients."));
        }
        return Ok(Credentials::Secret { id: name, secret });
    }
    let secret = Secret::new(in_body.ok_or_else(OAuthError::client)?.to_owned());
    Ok(Credentials::Secret { id: id.ok_or_else(OAuthError::client)?, secret })
}

/// The one `Authorization` header, if there is one.
pub(super) fn authorization(request: &HttpRequest) -> Result<Option<&HeaderValue>, OAuthError> {
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(OAuthError::new(Code::InvalidRequest, "Send one Authorization header.")),
        (value, None) => Ok(value),
    }
}

/// Id and secret of a Basic header. Both are form-encoded (RFC 6749 §2.3.1).
pub(super) fn basic(value: &HeaderValue) -> Option<(String, Secret)> {
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = Zeroizing::new(String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?);
    let (id, secret) = text.split_once(':')?;
    let decode = |part: &str| {
        let with_spaces = Zeroizing::new(part.replace('+', " "));
        percent_decode_str(&with_spaces).decode_utf8().ok().map(std::borrow::Cow::into_owned)
    };
    Some((decode(id)?, Secret::new(decode(secret)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_and_secret_are_form_encoded_before_they_are_joined() {
        let read = |text: &str, scheme: &str| {
            let value = HeaderValue::from_str(&format!("{scheme} {}", STANDARD.encode(text))).ok()?;
            basic(&value).map(|(id, secret)| (id, secret.expose().to_owned()))
        };
        let pair = |id: &str, secret: &str| Some((id.to_owned(), secret.to_owned()));
        assert_eq!(read("tok_1:lkj_abc", "Basic"), pair("tok_1", "lkj_abc"));
        assert_eq!(read("tok%5F1:a%3Ab+c%2B", "bASIC"), pair("tok_1", "a:b c+"));
        assert_eq!(read("tok_1:a:b", "Basic"), pair("tok_1", "a:b"));
        assert_eq!(read("tok_1", "Basic"), None);
        assert_eq!(read("tok_1:%ff", "Basic"), None);
        assert_eq!(read("tok_1:x", "Bearer"), None);
    }
}
