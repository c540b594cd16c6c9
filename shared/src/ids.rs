//! Typed ids: a prefix for the type, `_`, and a ULID in lower-case Crockford base32. Ids sort
//! by creation time.

use std::fmt;
use std::str::FromStr;

use arrayvec::ArrayString;
use serde::{Deserialize, Serialize, Serializer};

/// The text is not an id of this type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an id of this kind")
    }
}

impl std::error::Error for NotAnId {}

const ULID_LENGTH: usize = 26;
/// All prefixes have four characters.
const LENGTH: usize = 4 + ULID_LENGTH;

/// The text of an id. It needs no allocation, and caches hold many.
type Text = ArrayString<LENGTH>;

fn parse(prefix: &str, text: &str) -> Result<Text, NotAnId> {
    let ulid = text.strip_prefix(prefix).ok_or(NotAnId)?;
    let is_base32 = |b: u8| b.is_ascii_digit() || (b.is_ascii_lowercase() && !b"ilou".contains(&b));
    if ulid.len() != ULID_LENGTH || !ulid.bytes().all(is_base32) {
        return Err(NotAnId);
    }
    Text::from(text).map_err(|_| NotAnId)
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
        #[serde(try_from = "String")]
        #[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "server", schema(value_type = String))]
        pub struct $name(Text);

        impl $name {
            /// The prefix of all ids of this type.
            pub const PREFIX: &'static str = $prefix;

            /// A new id. Ids of different milliseconds sort by creation time.
            #[cfg(feature = "server")]
            #[must_use]
            #[allow(clippy::new_without_default, reason = "an id is made on purpose, never by default")]
            pub fn new() -> Self {
                Self::of(ulid::Ulid::generate())
            }

            /// A new id that sorts by this time, in milliseconds since the epoch.
            #[cfg(feature = "server")]
            #[must_use]
            pub fn at(moment: i64) -> Self {
                let since = std::time::Duration::from_millis(u64::try_from(moment).unwrap_or_default());
                Self::of(ulid::Ulid::from_datetime(std::time::UNIX_EPOCH + since))
            }

            #[cfg(feature = "server")]
            fn of(ulid: ulid::Ulid) -> Self {
                let mut text = Text::new();
                text.push_str($prefix);
                text.push_str(&ulid.to_string());
                text.make_ascii_lowercase();
                Self(text)
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                parse($prefix, text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAnId;
            fn try_from(text: String) -> Result<Self, NotAnId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.as_str().to_owned()
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(/// A token that an administrator applied for; also the `client_id` of its credentials.
    TokenId, "tok_");
id!(/// A person.
    UserId, "usr_");
id!(/// A platform project.
    ProjectId, "prj_");
id!(/// A core system.
    SystemId, "sys_");
id!(/// One operation of a system.
    ApiId, "api_");
id!(/// A key of a token (`kid`), a verifier key, or a signing key.
    KeyId, "key_");
id!(/// An audit event.
    EventId, "evt_");
id!(/// A node: a process that serves the installation. Each start has a new one.
    NodeId, "nod_");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_its_prefix_and_a_ulid() {
        assert!("tok_01jq0000000000000000000000".parse::<TokenId>().is_ok());
        for wrong in [
            "",
            "tok_",
            "usr_01jq0000000000000000000000",
            "tok_01JQ0000000000000000000000",
            "tok_01jq000000000000000000000l",
        ] {
            assert_eq!(wrong.parse::<TokenId>(), Err(NotAnId), "{wrong}");
        }
    }

    #[cfg(feature = "server")]
    #[test]
    fn new_ids_parse_again() {
        let id = TokenId::new();
        assert_eq!(id.as_str().parse(), Ok(id));
    }
}
