//! Canonical paths.
//!
//! The path that we match must be the path that the upstream runs. A path that servers may read
//! in different ways is refused, never repaired.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The longest path that is accepted, in bytes, with its query.
pub const MAX_PATH: usize = 8 * 1024;

/// Why a path is not canonical.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    /// The path is longer than [`MAX_PATH`].
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
    /// An encoded character whose meaning servers disagree on: a slash, a backslash, a dot, `;`
    /// or a control character, also if encoded twice.
    #[error("the path has a percent-encoded character that servers read in different ways")]
    Disguised,
    /// `.` or `..`.
    #[error("the path has a dot segment")]
    DotSegment,
    /// `//`.
    #[error("the path has an empty segment")]
    EmptySegment,
    /// `;`. Some servers take it as the start of parameters.
    #[error("the path has a semicolon")]
    Semicolon,
    /// A backslash. Some servers read it as a slash.
    #[error("the path has a backslash")]
    Backslash,
}

/// A canonical absolute path, percent-decoded once, without its query.
///
/// No segment contains a slash after decoding, so the text splits at `/` into its segments. Two
/// equal values name the same resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path<'a>(Cow<'a, str>);

impl<'a> Path<'a> {
    /// Checks a request target as it arrived, still percent-encoded. Its query is dropped.
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

/// Decodes percent-encoded text once. Encoded separators, dots and control characters are
/// refused.
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

/// The byte that each `%` of a text encodes; `None` if it is not followed by two hexadecimal
/// digits.
pub(super) fn encoded_bytes(text: &str) -> impl Iterator<Item = Option<u8>> {
    let digit = |byte: Option<&u8>| byte.and_then(|&byte| char::from(byte).to_digit(16));
    text.bytes().enumerate().filter(|&(_, byte)| byte == b'%').map(move |(at, _)| {
        let bytes = text.as_bytes();
        let value = digit(bytes.get(at + 1))? * 16 + digit(bytes.get(at + 2))?;
        u8::try_from(value).ok()
    })
}
