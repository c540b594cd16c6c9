//! Which paths of calls are canonical.
//!
//! What we match must be what the upstream runs, so a path that servers are
//! known to read in different ways is refused and never repaired.

use std::borrow::Cow;

use latchkey_shared::fields::Refusal;
use percent_encoding::percent_decode_str;

use super::template::{MAX_TEMPLATE, Template};

/// The longest path that is looked at, in bytes, its query included.
pub const MAX_PATH: usize = 8 * 1024;

/// The methods that an API may have which is added by hand: those of an OpenAPI path item.
pub const METHODS: [&str; 9] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE", "QUERY"];

/// Why a path is not canonical.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    /// Over [`MAX_PATH`].
    #[error("the path is longer than {MAX_PATH} bytes")]
    TooLong,
    /// Not an absolute path.
    #[error("the path does not start with /")]
    NotAbsolute,
    /// A character that no URI has.
    #[error("the path has a character that must be percent-encoded")]
    NotAUri,
    /// `%` without two hexadecimal digits, or bytes that are not UTF-8.
    #[error("the path has an invalid percent-encoding")]
    BadEncoding,
    /// Encoded where servers disagree on what it means: a slash, a backslash, a dot, `;` or a
    /// control character, also when encoded twice.
    #[error("the path has a percent-encoded character that servers read in different ways")]
    Disguised,
    /// `.` or `..`.
    #[error("the path has a dot segment")]
    DotSegment,
    /// `//`.
    #[error("the path has an empty segment")]
    EmptySegment,
    /// `;` starts parameters for some servers and is an ordinary character for others.
    #[error("the path has a semicolon")]
    Semicolon,
    /// Backslash, which some servers read as a slash.
    #[error("the path has a backslash")]
    Backslash,
}

/// A canonical absolute path, percent-decoded once, without its query.
///
/// No segment holds a slash after decoding, so the text splits at `/` into its
/// segments. Two equal values name the same resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path<'a>(Cow<'a, str>);

impl<'a> Path<'a> {
    /// Checks a request target as it arrived, still percent-encoded; its query is dropped.
    pub fn parse(raw: &'a str) -> Result<Self, NotCanonical> {
        if raw.len() > MAX_PATH {
            return Err(NotCanonical::TooLong);
        }
        let path = raw.split_once('?').map_or(raw, |(path, _)| path);
        let Some(relative) = path.strip_prefix('/') else {
            return Err(NotCanonical::NotAbsolute);
        };
        for byte in path.bytes() {
            match byte {
                b'\\' => return Err(NotCanonical::Backslash),
                b';' => return Err(NotCanonical::Semicolon),
                b'#' | ..=b' ' | 0x7f.. => return Err(NotCanonical::NotAUri),
                _ => {}
            }
        }
        let mut segments = relative.split('/').peekable();
        while let Some(segment) = segments.next() {
            match segment {
                "." | ".." => return Err(NotCanonical::DotSegment),
                "" if segments.peek().is_some() => return Err(NotCanonical::EmptySegment),
                _ => {}
            }
        }
        decode(path).map(Self)
    }

    /// The decoded path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Decodes percent-encoded text once; what would be a separator, a dot or a
/// control character then is refused.
pub(super) fn decode(text: &str) -> Result<Cow<'_, str>, NotCanonical> {
    if !text.contains('%') {
        return Ok(Cow::Borrowed(text));
    }
    if encoded_bytes(text).any(|byte| byte.is_none()) {
        return Err(NotCanonical::BadEncoding);
    }
    let disguised = |byte: u8| byte.is_ascii_control() || b"/\\.;".contains(&byte);
    if encoded_bytes(text).flatten().any(disguised) {
        return Err(NotCanonical::Disguised);
    }
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| NotCanonical::BadEncoding)?;
    if decoded.chars().any(char::is_control) || encoded_bytes(&decoded).flatten().any(disguised) {
        return Err(NotCanonical::Disguised);
    }
    Ok(decoded)
}

/// What each `%` of a text encodes; `None` where no two hexadecimal digits follow.
pub(super) fn encoded_bytes(text: &str) -> impl Iterator<Item = Option<u8>> {
    let digit = |byte: Option<&u8>| byte.and_then(|&byte| char::from(byte).to_digit(16));
    text.bytes().enumerate().filter(|&(_, byte)| byte == b'%').map(move |(at, _)| {
        let bytes = text.as_bytes();
        let value = digit(bytes.get(at + 1))? * 16 + digit(bytes.get(at + 2))?;
        u8::try_from(value).ok()
    })
}

/// The target of a request as a proof names it (`htu` of RFC 9449).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target<'a> {
    /// Scheme, host and port (`https://api.example`, a default port left out), if given.
    pub origin: Option<String>,
    /// The path, to be compared with that of the call.
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
    /// Reads a full URI or an absolute path; query and fragment are ignored (RFC 9449 §4.3).
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

/// The origin of an `http` or `https` URI as text: lower-case, no default port.
fn origin(scheme: &str, authority: &str) -> Result<String, BadTarget> {
    let is_http = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    // What the URL parser would quietly skip or read as something else is not an authority.
    let is_plain = authority.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\@".contains(&byte));
    if !is_http || !is_plain || authority.is_empty() {
        return Err(BadTarget::NotAUri);
    }
    let url = url::Url::parse(&format!("{scheme}://{authority}/")).map_err(|_| BadTarget::NotAUri)?;
    Ok(url.origin().ascii_serialization())
}

/// Reads a base path: empty, or an absolute path; a trailing slash is dropped,
/// since templates start with theirs.
pub fn base_path(raw: &str) -> Result<String, Refusal> {
    let trimmed = raw.trim().trim_end_matches('/');
    if trimmed.is_empty() {
        return Ok(String::new());
    }
    if trimmed.contains('?') || trimmed.len() > MAX_TEMPLATE {
        return Err(Refusal::new("invalid_path", "Must be an absolute path such as /api/v3."));
    }
    Path::parse(trimmed).map_err(|reason| Refusal::new("invalid_path", sentence(&reason)))?;
    Ok(trimmed.to_owned())
}

/// Reads the path template of an API that is added by hand.
pub fn template(raw: &str) -> Result<String, Refusal> {
    let trimmed = raw.trim();
    if trimmed.is_empty() {
        return Err(Refusal::new("required", "Must not be empty."));
    }
    Template::parse(trimmed, &[]).map_err(|reason| Refusal::new("invalid_path", sentence(&reason)))?;
    Ok(trimmed.to_owned())
}

/// Reads the method of an API that is added by hand, in any case.
pub fn method(raw: &str) -> Result<String, Refusal> {
    let method = raw.trim().to_ascii_uppercase();
    if METHODS.contains(&method.as_str()) {
        Ok(method)
    } else {
        Err(Refusal::new("invalid_method", format!("Must be one of {}.", METHODS.join(", "))))
    }
}

/// A reason as a sentence of its own.
fn sentence(reason: &impl std::fmt::Display) -> String {
    let reason = reason.to_string();
    let mut characters = reason.chars();
    characters
        .next()
        .map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), characters.as_str()))
}
