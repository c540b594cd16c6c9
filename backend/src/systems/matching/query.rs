//! The query in a path template. It tells operations apart: `POST /answers?beta=true` is
//! another operation than `POST /answers`.
//!
//! Names and values are compared in the encoding of HTML forms, decoded once. If servers may
//! read a query in different ways, it has no meaning here ([`Deciding::read`]): the upstream
//! could run another operation than the one we decided about.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use url::form_urlencoded;

use super::bad_template::BadTemplate;
use super::path::{NotCanonical, encoded_bytes};

/// The most parameters of a query that decides. Some servers drop those after the thousandth.
const MOST: usize = 500;

/// The conditions that a path template has for the query of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Conditions {
    /// The required value of each query parameter; `None` for any value.
    wanted: BTreeMap<String, Option<String>>,
    /// The template parameters that stand for a value, with the names of their query
    /// parameters.
    parameters: Vec<(String, String)>,
}

impl Conditions {
    /// Parses the part after the `?` of a path template: `name=value`, `name={parameter}` or
    /// `name`.
    pub(super) fn parse(query: &str) -> Result<Self, BadTemplate> {
        let mut conditions = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) =
                pair.split_once('=').map_or((pair, None), |(name, value)| (name, Some(value)));
            let name = decode(name)?;
            let parameter = value.and_then(|value| value.strip_prefix('{')?.strip_suffix('}'));
            let value = match (value, parameter) {
                (_, Some(parameter)) if parameter.is_empty() || parameter.contains(['{', '}']) => {
                    return Err(BadTemplate::Braces);
                }
                (_, Some(parameter)) => {
                    conditions.parameters.push((parameter.to_owned(), name.clone()));
                    None
                }
                (None, None) => None,
                (Some(value), None) => Some(decode(value)?),
            };
            if name.is_empty() {
                return Err(BadTemplate::Query);
            }
            if conditions.wanted.insert(name.clone(), value).is_some() {
                return Err(BadTemplate::Repeated(name));
            }
        }
        Ok(conditions)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// All conditions. If two templates of one path have the same ones, no call tells them
    /// apart.
    pub(super) fn wanted(&self) -> &BTreeMap<String, Option<String>> {
        &self.wanted
    }

    /// Whether every query that meets these conditions meets the others, too.
    pub(super) fn imply(&self, other: &Self) -> bool {
        other
            .wanted
            .iter()
            .all(|(name, value)| self.wanted.get(name).is_some_and(|own| value.is_none() || own == value))
    }

    pub(super) fn hold(&self, given: &Given<'_>) -> bool {
        self.wanted.iter().all(|(name, value)| {
            given.0.get(name.as_str()).is_some_and(|given| value.as_ref().is_none_or(|value| value == given))
        })
    }

    /// The names of the template parameters that stand for a value.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &str> {
        self.parameters.iter().map(|(parameter, _)| parameter.as_str())
    }

    /// The values of a template parameter in the query of a call.
    pub(super) fn values<'q>(&self, parameter: &str, query: &'q str) -> impl Iterator<Item = Cow<'q, str>> {
        let named = self.parameters.iter().filter(move |(own, _)| own == parameter);
        named.filter_map(move |(_, name)| {
            form_urlencoded::parse(query.as_bytes()).find(|(own, _)| own == name).map(|(_, value)| value)
        })
    }
}

/// Decodes a name or value of a template.
fn decode(text: &str) -> Result<String, BadTemplate> {
    if text.contains(['{', '}']) {
        return Err(BadTemplate::Query);
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().map_err(|_| NotCanonical::BadEncoding)?;
    Ok(decoded.into_owned())
}

/// The query parameters that tell the operations of a path apart, with the values that matter.
#[derive(Debug, Default)]
pub(super) struct Deciding(BTreeMap<String, BTreeSet<String>>);

/// A call's values for these parameters.
#[derive(Debug, Default)]
pub(super) struct Given<'q>(BTreeMap<&'q str, Cow<'q, str>>);

impl Deciding {
    pub(super) fn of<'c>(all: impl IntoIterator<Item = &'c Conditions>) -> Self {
        let mut deciding = Self::default();
        for (name, value) in all.into_iter().flat_map(|conditions| &conditions.wanted) {
            deciding.0.entry(name.clone()).or_default().extend(value.clone());
        }
        deciding
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads the query of a call.
    ///
    /// Returns `None` if servers may read it in different ways. That is so if a deciding
    /// parameter is there twice or in another spelling (case, brackets, dots, spaces), if its
    /// value differs from a known one only in case or spaces, if the query has a `;` or a
    /// character that no URI has, or if it has more parameters than some servers read.
    pub(super) fn read<'q>(&'q self, query: &'q str) -> Option<Given<'q>> {
        let is_odd = query.bytes().any(|byte| matches!(byte, b';' | b'#' | ..=b' ' | 0x7f..))
            || encoded_bytes(query).any(|byte| byte.is_none())
            || query.split('&').count() > MOST;
        if is_odd {
            return None;
        }
        let mut given = Given::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let Some((own, values)) = self.0.get_key_value(name.as_ref()) else {
                if self.0.keys().any(|own| is_nearly_named(own, &name)) {
                    return None;
                }
                continue;
            };
            let is_unclear =
                !values.contains(value.as_ref()) && values.iter().any(|known| is_nearly(known, &value));
            if is_unclear || given.0.insert(own, value).is_some() {
                return None;
            }
        }
        Some(given)
    }
}

/// Whether some server may take the sent value for this one.
fn is_nearly(known: &str, sent: &str) -> bool {
    let sent = sent.split('\0').next().unwrap_or_default();
    sent.trim().to_lowercase() == known.trim().to_lowercase()
}

/// The same for names. Some servers read `name[]` and `[name]` as `name`. PHP reads a dot, a
/// space or an open bracket as `_`.
fn is_nearly_named(known: &str, sent: &str) -> bool {
    let one = |name: &str| name.replace(['.', ' ', '['], "_");
    let inner = sent.trim().trim_start_matches('[');
    let plain = inner.split(['[', ']']).next().unwrap_or_default();
    is_nearly(known, plain) || is_nearly(&one(known.trim()), &one(sent.trim()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn conditions_hold_by_decoded_names_and_values() {
        let holds = |template: &str, query: &str| {
            let conditions = Conditions::parse(template).unwrap();
            let deciding = Deciding::of([&conditions]);
            deciding.read(query).is_some_and(|given| conditions.hold(&given))
        };
        for (template, query) in [
            ("beta=true", "beta=true"),
            ("beta=true", "b%65ta=tru%65"),
            ("beta=true", "more=1&beta=true&more=2"),
            ("a=1&b", "b=&a=1"),
            ("name=a%20b", "name=a+b"),
            ("name=a+b", "name=a%20b"),
            ("filter[kind]=x", "filter[size]=3&filter%5Bkind%5D=x"),
            ("project={project}", "project=harbour"),
        ] {
            assert!(holds(template, query), "{template} {query}");
        }
        for (template, query) in [
            ("beta=true", ""),
            ("beta=true", "beta=false"),
            ("beta=true", "beta"),
            ("beta=true", "be%2574a=true"),
            ("beta=true", "beta=true&beta=true"),
            ("beta=true", "beta=true&Beta=false"),
            ("beta=true", "x=1;beta=true"),
            ("beta=true", "beta=true#beta"),
            ("a=1&b", "a=1"),
        ] {
            assert!(!holds(template, query), "{template} {query}");
        }
    }

    #[test]
    fn a_query_that_servers_read_in_different_ways_is_not_read() {
        let deciding = Deciding::of([&Conditions::parse("beta=true").unwrap()]);
        for query in [
            "BETA=true",
            "[beta]=true",
            "%5Bbeta%5D=true",
            "b%u0065ta=true",
            "beta=tru%u0065",
            "beta=%",
            "beta[]=true",
            "+beta=true",
            "beta%00=true",
            "beta=TRUE",
            "beta=true%20",
            "beta&beta",
            "x=1;y=2",
            "x=\u{e4}",
        ] {
            assert!(deciding.read(query).is_none(), "{query}");
        }
        for query in ["", "x=1&x=2", "beta=false", "x=%3B", "alphabeta=1", "x=%ff", "beta=truer"] {
            assert!(deciding.read(query).is_some(), "{query}");
        }
    }

    #[test]
    fn php_style_array_parameters_are_not_read() {
        let deciding = Deciding::of([&Conditions::parse("api_version=2&\u{c9}tat=1").unwrap()]);
        for query in ["api.version=2", "api+version=2", "api%5Bversion=2", "%C3%A9tat=1"] {
            assert!(deciding.read(query).is_none(), "{query}");
        }
        assert!(deciding.read(&"x&".repeat(MOST - 1)).is_some());
        assert!(deciding.read(&"x&".repeat(MOST)).is_none());
    }

    #[test]
    fn an_ambiguous_query_is_no_condition() {
        for bad in ["=1", "a={b", "a={}", "a=x{b}", "a=1&a=2", "{a}=1", "a=%ff"] {
            assert!(Conditions::parse(bad).is_err(), "{bad}");
        }
        assert!(Conditions::parse("").unwrap().is_empty());
        assert!(Conditions::parse("a=1&b=2").unwrap().imply(&Conditions::parse("a").unwrap()));
        assert!(!Conditions::parse("a").unwrap().imply(&Conditions::parse("a=1").unwrap()));
    }
}
