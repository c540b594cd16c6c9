//! The protected header of JWE and JWT, parsed strictly.

use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::from_base64url;

/// Why a protected header is refused, before any key is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Not base64url of a JSON object whose names are unique (RFC 7515 §4).
    #[error("the protected header is not base64url of a JSON object with unique names")]
    NotAnObject,
    /// A parameter has a value of the wrong type or length.
    #[error("`{0}` in the protected header is not a short text")]
    NotText(&'static str),
    /// A required parameter is missing.
    #[error("the protected header has no `{0}`")]
    Missing(&'static str),
    /// A parameter that is never accepted: extensions, compression, and keys in the message.
    #[error("`{0}` is not accepted in the protected header")]
    NotAccepted(&'static str),
}

/// Parameters that would let the sender choose the key or its use.
const NEVER: [&str; 7] = ["crit", "zip", "jku", "jwk", "x5u", "x5c", "b64"];

/// Longer than any key id or media type.
const TEXT_LIMIT: usize = 200;

/// The parameters of a protected header.
pub(super) struct Header(Map<String, Value>);

impl Header {
    /// Parses the first part of a compact serialisation.
    pub(super) fn parse(encoded: &str) -> Result<Self, HeaderError> {
        let json = from_base64url(encoded).ok_or(HeaderError::NotAnObject)?;
        let UniqueNames(map) = serde_json::from_slice(&json).map_err(|_| HeaderError::NotAnObject)?;
        match NEVER.into_iter().find(|&name| map.contains_key(name)) {
            Some(name) => Err(HeaderError::NotAccepted(name)),
            None => Ok(Self(map)),
        }
    }

    /// A parameter, if it is there.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<&str>, HeaderError> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() <= TEXT_LIMIT => Ok(Some(text)),
            Some(_) => Err(HeaderError::NotText(name)),
        }
    }

    /// A required parameter.
    pub(super) fn required(&self, name: &'static str) -> Result<&str, HeaderError> {
        self.text(name)?.ok_or(HeaderError::Missing(name))
    }
}

/// `serde_json` keeps the last of several members with one name. Two parsers that disagree
/// could be deceived.
pub(super) struct UniqueNames(pub(super) Map<String, Value>);

impl<'de> Deserialize<'de> for UniqueNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = UniqueNames;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<UniqueNames, A::Error> {
                let mut map = Map::new();
                while let Some((name, value)) = members.next_entry::<String, Value>()? {
                    if map.insert(name, value).is_some() {
                        return Err(A::Error::custom("a name twice"));
                    }
                }
                Ok(UniqueNames(map))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::to_base64url;

    fn parse(json: &str) -> Result<Header, HeaderError> {
        Header::parse(&to_base64url(json))
    }

    #[test]
    fn a_header_is_an_object_with_unique_names() {
        assert!(parse(r#"{"alg":"x","other":[1,{"a":null}]}"#).is_ok());
        for wrong in [
            "",
            "null",
            "[]",
            "\"a\"",
            "{",
            r#"{"a":1}{}"#,
            r#"{"a":1,"a":1}"#,
            "{\"a\":\"\u{0}\"}",
            "\u{feff}{}",
        ] {
            assert_eq!(parse(wrong).err(), Some(HeaderError::NotAnObject), "{wrong}");
        }
        assert_eq!(Header::parse("e30=").err(), Some(HeaderError::NotAnObject));
        assert!(Header::parse("e30").is_ok());
    }

    #[test]
    fn the_sender_does_not_choose_the_key() {
        for name in NEVER {
            let header = format!(r#"{{"alg":"RS256","{name}":null}}"#);
            assert_eq!(parse(&header).err(), Some(HeaderError::NotAccepted(name)));
        }
    }

    #[test]
    fn parameters_are_short_texts() {
        let header = parse(&format!(r#"{{"a":"x","b":1,"c":"{}"}}"#, "c".repeat(201))).ok();
        let header = header.as_ref();
        assert_eq!(header.map(|h| h.text("a")), Some(Ok(Some("x"))));
        assert_eq!(header.map(|h| h.text("b")), Some(Err(HeaderError::NotText("b"))));
        assert_eq!(header.map(|h| h.text("c")), Some(Err(HeaderError::NotText("c"))));
        assert_eq!(header.map(|h| h.required("d")), Some(Err(HeaderError::Missing("d"))));
    }
}
