//! What a limit is for.

use std::fmt;
use std::str::FromStr;

use latchkey_shared::ids::{ApiId, NotAnId, TokenId};
use serde::{Serialize, Serializer};

/// What a limit is for: all calls with a token, or those of one API.
///
/// As text, it is the id of the token, and for an API a colon and its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LimitKey {
    /// The token whose limit it is.
    pub token: TokenId,
    /// The API whose calls spend it; `None` if all do.
    pub api: Option<ApiId>,
}

impl fmt::Display for LimitKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.api {
            None => self.token.fmt(f),
            Some(api) => write!(f, "{}:{api}", self.token),
        }
    }
}

impl FromStr for LimitKey {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let (token, api) = match text.split_once(':') {
            None => (text, None),
            Some((token, api)) => (token, Some(api.parse()?)),
        };
        Ok(Self { token: token.parse()?, api })
    }
}

impl Serialize for LimitKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_same_after_they_were_text() {
        let token = TokenId::new();
        for api in [None, Some(ApiId::new())] {
            let key = LimitKey { token: token.clone(), api };
            assert_eq!(key.to_string().parse(), Ok(key));
        }
        for text in ["", "tok_1", &format!("{token}:"), &format!("{token}:{token}")] {
            assert!(text.parse::<LimitKey>().is_err(), "{text}");
        }
    }
}
