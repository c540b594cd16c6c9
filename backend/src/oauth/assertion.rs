//! `private_key_jwt` (RFC 7523 §3): a client proves itself with a JWT that it signs with its
//! own key.

use actix_web::HttpRequest;
use latchkey_shared::ids::TokenId;
use latchkey_shared::verify::Reason;
use serde::Deserialize;

use super::client::Client;
use super::error::{Code, OAuthError};
use crate::crypto::client_key::Signed;
use crate::database::now;
use crate::engine::verifier::Verifier;
use crate::json;
use crate::keys::keyring::Keyring;

/// The longest validity of an assertion, in milliseconds.
const LONGEST: i64 = 300_000;
/// How far the clock of a client may be off, in milliseconds.
const CLOCK_DIFFERENCE: i64 = 5_000;

/// The `typ` values that an assertion may have. Any other `typ` means that the JWT was signed
/// for something else, such as a one-time request.
const TYPES: [&str; 2] = ["JWT", "client-authentication+jwt"];

/// The claims of an assertion (RFC 7523 §3).
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: f64,
    #[serde(default)]
    iat: Option<f64>,
    #[serde(default)]
    nbf: Option<f64>,
    jti: String,
}

/// The client that an assertion names, before the signature is checked.
#[derive(Deserialize)]
struct Named {
    sub: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    /// Whether the assertion is for us, and for nobody else.
    fn is_only(&self, ours: &[String]) -> bool {
        match self {
            Self::One(one) => ours.contains(one),
            Self::Several(all) => !all.is_empty() && all.iter().all(|one| ours.contains(one)),
        }
    }
}

/// A client with a valid assertion that is not used up yet.
pub(super) struct Asserted {
    pub(super) client: Client,
    jti: String,
    expires_at: i64,
}

/// The client that signed an assertion for this endpoint.
pub(super) async fn prove(
    assertion: &str,
    client_id: Option<&str>,
    request: &HttpRequest,
    verifier: &Verifier,
    keyring: &Keyring,
) -> Result<Asserted, OAuthError> {
    let signed = Signed::parse(assertion).ok_or_else(|| refused("it is not a signed JWT"))?;
    if signed.typ().is_some_and(|typ| !TYPES.iter().any(|one| typ.eq_ignore_ascii_case(one))) {
        return Err(refused("its `typ` is not that of a client assertion"));
    }
    let named: Named = signed.claims().ok_or_else(|| refused("it has no `sub`"))?;
    let id: TokenId = named.sub.parse().map_err(|_| OAuthError::client())?;
    let token = verifier.token(&id).await?.ok_or_else(OAuthError::client)?;
    // The client's own name for its key means nothing here, so each valid key is tried.
    let (key, claims) = token
        .good_keys(now())
        .find_map(|key| {
            let claims = key.client_key.as_ref()?.verify::<serde_json::Value>(&signed).ok()?;
            Some((key.clone(), claims))
        })
        .ok_or_else(OAuthError::client)?;
    let claims: Claims =
        json::from_value(claims).map_err(|_| refused("`iss`, `sub`, `aud`, `exp` and `jti` are required"))?;
    if claims.iss != claims.sub || client_id.is_some_and(|other| other != claims.sub) {
        return Err(refused("`iss`, `sub` and `client_id` are not the same"));
    }
    let ours = [
        keyring.issuer().to_owned(),
        format!("{}/oauth2/token", keyring.issuer()),
        format!("{}{}", keyring.issuer(), request.path()),
    ];
    if !claims.aud.is_only(&ours) {
        return Err(refused("`aud` is neither the issuer nor the token endpoint"));
    }
    if !(1..=128).contains(&claims.jti.len()) || claims.jti.contains('\0') {
        return Err(refused("`jti` is not a text of 1 to 128 bytes"));
    }
    let expires_at = claims.good_until(now())?;
    Ok(Asserted { client: Client { token, key }, jti: claims.jti, expires_at })
}

impl Claims {
    /// Until when the assertion is valid, if it is valid now. An assertion with a later end is
    /// still valid for only five minutes after its `iat`. So libraries that sign for an hour
    /// can be used.
    fn good_until(&self, now: i64) -> Result<i64, OAuthError> {
        let exp = millis(self.exp).ok_or_else(|| refused("`exp` is not a time"))?;
        let since = |seconds: Option<f64>, name| match seconds {
            None => Ok(None),
            Some(seconds) => match millis(seconds) {
                Some(at) if at <= now + CLOCK_DIFFERENCE => Ok(Some(at)),
                _ => Err(refused(&format!("`{name}` is in the future"))),
            },
        };
        let iat = since(self.iat, "iat")?;
        since(self.nbf, "nbf")?;
        let end = iat.map_or(exp, |iat| exp.min(iat + LONGEST));
        if end + CLOCK_DIFFERENCE <= now {
            return Err(refused("it has expired"));
        }
        if end > now + LONGEST + CLOCK_DIFFERENCE {
            return Err(refused("`exp` is more than five minutes ahead, and there is no `iat`"));
        }
        Ok(end + CLOCK_DIFFERENCE)
    }
}

impl Asserted {
    /// Claims the one use of the assertion.
    pub(super) async fn claim(self, verifier: &Verifier) -> Result<Client, OAuthError> {
        match verifier.claim_once(&self.client.token.id, &self.jti, self.expires_at).await {
            Ok(()) => Ok(self.client),
            Err(Reason::Replayed) => Err(refused("its `jti` was used before")),
            Err(_) => {
                Err(OAuthError::new(Code::TemporarilyUnavailable, "Temporarily unavailable. Try again."))
            }
        }
    }
}

/// `NumericDate` (RFC 7519 §2) in milliseconds.
fn millis(seconds: f64) -> Option<i64> {
    #[allow(clippy::cast_possible_truncation, reason = "bounded in the same line")]
    (0.0..1e11).contains(&seconds).then_some((seconds * 1_000.0) as i64)
}

fn refused(why: &str) -> OAuthError {
    OAuthError::new(Code::InvalidClient, format!("The assertion is refused: {why}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assertion_is_good_for_five_minutes_at_most() {
        let now = 1_796_000_000_000;
        let at = |exp: i64, iat: Option<i64>| {
            #[allow(clippy::cast_precision_loss, reason = "small")]
            let seconds = |offset: i64| (now / 1_000 + offset) as f64;
            let claims = Claims {
                iss: String::new(),
                sub: String::new(),
                aud: Audience::Several(Vec::new()),
                exp: seconds(exp),
                iat: iat.map(seconds),
                nbf: None,
                jti: String::new(),
            };
            claims.good_until(now).map(|end| (end - now) / 1_000).ok()
        };
        assert_eq!(at(60, None), Some(65));
        assert_eq!(at(300, None), Some(305));
        assert_eq!(at(310, None), None, "too long");
        assert_eq!(at(3_600, Some(0)), Some(305), "cut");
        assert_eq!(at(3_600, Some(-100)), Some(205));
        assert_eq!(at(3_600, Some(-310)), None, "over, although it says otherwise");
        assert_eq!(at(60, Some(60)), None, "from the future");
        assert_eq!(at(-10, Some(-20)), None, "over");
        assert_eq!(at(-3, None), Some(2), "clocks differ");
    }

    #[test]
    fn an_assertion_for_others_as_well_is_not_for_us() {
        let ours = ["https://latchkey.example".to_owned()];
        let several = |all: &[&str]| Audience::Several(all.iter().map(ToString::to_string).collect());
        assert!(Audience::One(ours[0].clone()).is_only(&ours));
        assert!(several(&[&ours[0]]).is_only(&ours));
        assert!(!several(&[&ours[0], "https://other.example"]).is_only(&ours));
        assert!(!several(&[]).is_only(&ours));
    }
}
