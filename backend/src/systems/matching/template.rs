//! Parsed path templates: `/projects/{project}/files/{name}.{format}?beta=true`.
//!
//! A fragment (`#…`) never reaches a server, so it is ignored. So is an RFC 6570 expansion for
//! an optional query (`{?page,size}`).

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::bad_template::{BadTemplate, MAX_TEMPLATE};
use super::path::{NotCanonical, decode};
use super::pattern::{Pattern, Side};
use super::query::Conditions;

#[cfg(test)]
thread_local! {
    /// How often this thread has compared templates, and matched them one by one.
    pub(super) static LOOKED_AT: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// One segment of a path template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Segment {
    /// This text. Empty only at the end, for a trailing slash.
    Literal(String),
    /// Any text that is not empty.
    Parameter(String),
    /// Text and parameters.
    Pattern(Pattern),
    /// One or more segments.
    Multi(String),
}

impl Segment {
    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Literal(literal) => literal == text,
            Self::Parameter(_) | Self::Multi(_) => !text.is_empty(),
            Self::Pattern(pattern) => pattern.place(text, Side::Left).is_some(),
        }
    }

    /// A smaller value is more specific.
    fn specificity(&self) -> (u8, usize) {
        match self {
            Self::Literal(_) => (0, 0),
            Self::Pattern(pattern) => {
                let literal: usize = pattern.literals.iter().map(String::len).sum();
                (1, usize::MAX - literal)
            }
            Self::Parameter(_) => (2, 0),
            Self::Multi(_) => (3, 0),
        }
    }
}

/// A parsed path template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::systems) struct Template {
    raw: String,
    segments: Vec<Segment>,
    pub(super) conditions: Conditions,
}

impl Template {
    /// Parses a path template. Parameters in `multi_segment` may stand for several segments, if
    /// they fill a segment.
    pub(in crate::systems) fn parse(raw: &str, multi_segment: &[String]) -> Result<Self, BadTemplate> {
        if raw.len() > MAX_TEMPLATE {
            return Err(BadTemplate::TooLong);
        }
        let plain = without_expansions(raw);
        let (path, query) = split_query(&plain);
        let conditions = Conditions::parse(query)?;
        let mut rest = path.strip_prefix('/').ok_or(NotCanonical::NotAbsolute)?;
        let mut segments = Vec::new();
        let mut pattern = Pattern { names: Vec::new(), literals: vec![String::new()] };
        loop {
            let at = rest.find(['/', '{', '}']).unwrap_or(rest.len());
            if let Some(literal) = pattern.literals.last_mut() {
                rest[..at].clone_into(literal);
            }
            let after = rest.get(at + 1..).unwrap_or_default();
            match rest.as_bytes().get(at) {
                Some(b'{') => {
                    let (name, after) = after.split_once('}').ok_or(BadTemplate::Braces)?;
                    if name.is_empty() || name.contains('{') {
                        return Err(BadTemplate::Braces);
                    }
                    pattern.names.push(name.to_owned());
                    pattern.literals.push(String::new());
                    rest = after;
                }
                Some(b'}') => return Err(BadTemplate::Braces),
                separator => {
                    let is_last = separator.is_none();
                    let next = Pattern { names: Vec::new(), literals: vec![String::new()] };
                    let segment = std::mem::replace(&mut pattern, next);
                    segments.push(Self::segment(segment, is_last, multi_segment)?);
                    if is_last {
                        return Ok(Self { raw: raw.to_owned(), segments, conditions });
                    }
                    rest = after;
                }
            }
        }
    }

    /// Parses a template below a base path. Braces in the base path are text.
    pub(in crate::systems) fn below(
        base_path: &str,
        raw: &str,
        multi_segment: &[String],
    ) -> Result<Self, BadTemplate> {
        let base_path = base_path.replace('{', "%7B").replace('}', "%7D");
        Self::parse(&(base_path + raw), multi_segment)
    }

    /// The calls that it matches. Two templates with an equal value match the same calls.
    pub(in crate::systems) fn calls(&self) -> (String, BTreeMap<String, Option<String>>) {
        (self.form(), self.conditions.wanted().clone())
    }

    fn segment(mut pattern: Pattern, is_last: bool, multi: &[String]) -> Result<Segment, BadTemplate> {
        for literal in &mut pattern.literals {
            // A document may contain characters beyond ASCII as they are. Calls encode them.
            let encoded = literal.bytes().filter(u8::is_ascii).find_map(|byte| match byte {
                b'\\' => Some(NotCanonical::Backslash),
                b';' => Some(NotCanonical::Semicolon),
                byte if byte.is_ascii_control() => Some(NotCanonical::NotAUri),
                _ => None,
            });
            if let Some(reason) = encoded {
                return Err(reason.into());
            }
            *literal = decode(literal)?.into_owned();
        }
        let is_bare = pattern.literals.iter().all(String::is_empty);
        match pattern.names.as_slice() {
            [] => {
                let literal = pattern.literals.concat();
                match literal.as_str() {
                    "." | ".." => Err(NotCanonical::DotSegment.into()),
                    "" if !is_last => Err(NotCanonical::EmptySegment.into()),
                    _ => Ok(Segment::Literal(literal)),
                }
            }
            [name] if is_bare && multi.contains(name) => Ok(Segment::Multi(name.clone())),
            [name] if is_bare => Ok(Segment::Parameter(name.clone())),
            _ => Ok(Segment::Pattern(pattern)),
        }
    }

    /// Whether its path or its query has a parameter of this name.
    pub(super) fn names(&self, name: &str) -> bool {
        let in_path = |segment: &Segment| match segment {
            Segment::Literal(_) => false,
            Segment::Parameter(own) | Segment::Multi(own) => own == name,
            Segment::Pattern(pattern) => pattern.names.iter().any(|own| own == name),
        };
        self.segments.iter().any(in_path) || self.conditions.parameters().any(|own| own == name)
    }

    /// Its segments, from the left.
    pub(super) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Its path without the names of parameters. Two templates with the same form match the
    /// same paths.
    pub(super) fn form(&self) -> String {
        let mut form = String::with_capacity(self.raw.len());
        for segment in &self.segments {
            form.push('/');
            match segment {
                Segment::Literal(literal) => form.push_str(&escape(literal)),
                Segment::Parameter(_) => form.push_str("{}"),
                Segment::Multi(_) => form.push_str("{*}"),
                Segment::Pattern(pattern) => {
                    let literals: Vec<_> = pattern.literals.iter().map(|literal| escape(literal)).collect();
                    form.push_str(&literals.join("{}"));
                }
            }
        }
        form
    }

    /// Compares two templates, the more specific one first. Segment by segment from the left, a
    /// literal comes before a pattern, a pattern before a parameter, and a parameter before
    /// several segments. Then the text decides, so the order is total.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        #[cfg(test)]
        LOOKED_AT.with(|count| count.set(count.get() + 1));
        let by_segments = self
            .segments
            .iter()
            .zip(&other.segments)
            .map(|(one, another)| one.specificity().cmp(&another.specificity()))
            .find(|order| order.is_ne());
        by_segments
            .unwrap_or_else(|| other.segments.len().cmp(&self.segments.len()))
            .then_with(|| self.raw.cmp(&other.raw))
    }

    /// The position of each segment of the template in the segments of a path. Groups of
    /// segments between multi-segment parameters are placed like the literals of a [`Pattern`].
    fn place(&self, path: &[&str], side: Side) -> Option<Vec<usize>> {
        let fits = |group: &[Segment], at: usize| {
            path.get(at..at + group.len())
                .is_some_and(|part| group.iter().zip(part).all(|(segment, text)| segment.matches(text)))
        };
        let groups: Vec<&[Segment]> =
            self.segments.split(|segment| matches!(segment, Segment::Multi(_))).collect();
        let (first, rest) = groups.split_first()?;
        let Some((last, inner)) = rest.split_last() else {
            return (path.len() == first.len() && fits(first, 0)).then(|| (0..path.len()).collect());
        };
        let end = path.len().checked_sub(last.len())?;
        // A trailing slash never belongs to a multi-segment parameter.
        if end <= first.len() || path[end - 1].is_empty() || !fits(first, 0) || !fits(last, end) {
            return None;
        }
        let (mut from, mut to) = (first.len(), end);
        let mut starts = vec![0; groups.len()];
        starts[groups.len() - 1] = end;
        match side {
            Side::Left => {
                for (group, start) in inner.iter().zip(&mut starts[1..]) {
                    *start = (from + 1..to).find(|&at| {
                        at + group.len() < to + usize::from(group.is_empty()) && fits(group, at)
                    })?;
                    from = *start + group.len();
                }
            }
            Side::Right => {
                let last_inner = groups.len() - 1;
                for (group, start) in inner.iter().zip(&mut starts[1..last_inner]).rev() {
                    let most = to.checked_sub(group.len() + 1)?;
                    *start = (from + 1..=most).rev().find(|&at| fits(group, at))?;
                    to = *start;
                }
            }
        }
        if from >= to {
            return None;
        }
        let mut places = Vec::with_capacity(self.segments.len());
        let mut after = 0;
        for (index, (group, start)) in groups.iter().zip(starts).enumerate() {
            if index > 0 {
                places.push(after);
            }
            places.extend(start..start + group.len());
            after = start + group.len();
        }
        Some(places)
    }

    pub(super) fn matches(&self, path: &[&str]) -> bool {
        #[cfg(test)]
        LOOKED_AT.with(|count| count.set(count.get() + 1));
        self.place(path, Side::Left).is_some()
    }

    /// Calls `take` with each value of a parameter. There are several if the name is there
    /// several times.
    pub(super) fn each_value<'p>(
        &self,
        name: &str,
        path: &[&'p str],
        side: Side,
        mut take: impl FnMut(Cow<'p, str>),
    ) {
        let Some(places) = self.place(path, side) else { return };
        for (index, (segment, &start)) in self.segments.iter().zip(&places).enumerate() {
            match segment {
                Segment::Parameter(own) if own == name => take(Cow::Borrowed(path[start])),
                Segment::Multi(own) if own == name => {
                    let end = places.get(index + 1).copied().unwrap_or(path.len());
                    take(Cow::Owned(path[start..end].join("/")));
                }
                Segment::Pattern(pattern) if pattern.names.iter().any(|own| own == name) => {
                    let inside = pattern.place(path[start], side).unwrap_or_default();
                    for (_, (from, to)) in pattern.names.iter().zip(inside).filter(|(own, _)| *own == name) {
                        take(Cow::Borrowed(&path[start][from..to]));
                    }
                }
                _ => {}
            }
        }
    }
}

/// The template without RFC 6570 expansions for a query or a fragment: `{?…}`, `{&…}`, `{#…}`.
fn without_expansions(raw: &str) -> Cow<'_, str> {
    let is_expansion =
        |rest: &str| rest.starts_with("{?") || rest.starts_with("{&") || rest.starts_with("{#");
    let mut plain = String::new();
    let mut rest = raw;
    while let Some(at) = rest.char_indices().map(|(at, _)| at).find(|&at| is_expansion(&rest[at..])) {
        let Some(length) = rest[at..].find('}') else { break };
        plain.push_str(&rest[..at]);
        rest = &rest[at + length + 1..];
    }
    if rest.len() == raw.len() { Cow::Borrowed(raw) } else { Cow::Owned(plain + rest) }
}

/// Splits a template into path and query. Characters inside braces do not separate.
fn split_query(template: &str) -> (&str, &str) {
    let separator = |text: &str, wanted: &[char]| {
        let mut is_inside = false;
        text.char_indices().find_map(|(at, c)| {
            match c {
                '{' => is_inside = true,
                '}' => is_inside = false,
                c if !is_inside && wanted.contains(&c) => return Some(at),
                _ => {}
            }
            None
        })
    };
    let template = separator(template, &['#']).map_or(template, |at| &template[..at]);
    separator(template, &['?']).map_or((template, ""), |at| (&template[..at], &template[at + 1..]))
}

/// Escapes the braces of a literal, so that no form has two meanings.
fn escape(literal: &str) -> Cow<'_, str> {
    if literal.contains(['{', '}']) {
        Cow::Owned(literal.replace('{', "{{").replace('}', "}}"))
    } else {
        Cow::Borrowed(literal)
    }
}
