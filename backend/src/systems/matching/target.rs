//! The target of a one-time request: a path, or a whole URI.

use super::path::{NotCanonical, Path};

/// The target in a proof (`htu` of RFC 9449).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target<'a> {
    /// Scheme, host and port, without a default port: `https://api.example`. None if only a
    /// path is given.
    pub origin: Option<String>,
    /// The path, to compare with that of the call.
    pub path: Path<'a>,
}

/// Why a target cannot be compared with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadTarget {
    /// Neither an absolute path nor an `http` or `https` URI.
    #[error("not an http or https URI or an absolute path")]
    NotAUri,
    /// Its path is not canonical.
    #[error(transparent)]
    Path(#[from] NotCanonical),
}

impl<'a> Target<'a> {
    /// Parses a full URI or an absolute path. Query and fragment are ignored (RFC 9449 §4.3).
    pub fn parse(raw: &'a str) -> Result<Self, BadTarget> {
        let raw = raw.split(['?', '#']).next().unwrap_or_default();
        if raw.starts_with('/') {
            return Ok(Self { origin: None, path: Path::parse(raw)? });
        }
        let (scheme, rest) = raw.split_once("://").ok_or(BadTarget::NotAUri)?;
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        Ok(Self { origin: Some(origin(scheme, authority)?), path: Path::parse(path)? })
    }
}

/// The origin of an `http` or `https` URI, in lower case, without a default port.
fn origin(scheme: &str, authority: &str) -> Result<String, BadTarget> {
    let is_http = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    // Refuses what the URL parser would skip or read as something else.
    let is_plain = authority.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\@".contains(&byte));
    if !is_http || !is_plain || authority.is_empty() {
        return Err(BadTarget::NotAUri);
    }
    let url = url::Url::parse(&format!("{scheme}://{authority}/")).map_err(|_| BadTarget::NotAUri)?;
    Ok(url.origin().ascii_serialization())
}
