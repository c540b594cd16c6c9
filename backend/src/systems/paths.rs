//! Paths: which are canonical, and which path template a call matches.
//!
//! What we match must be what the upstream runs, so a path that servers are
//! known to read in different ways is refused and never repaired ([`Path`]).
//! [`Router`] finds the most specific template for a method and a path:
//! `matchit` indexes the shapes of the templates (each segment a literal or
//! anything), and each shape knows the templates that can match the same
//! paths, in order. So the answer is that of a list tried from top to bottom,
//! at the price of a look-up.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

use latchkey_shared::fields::Refusal;
use percent_encoding::percent_decode_str;

/// The longest path that is looked at, in bytes, its query included.
pub const MAX_PATH: usize = 8 * 1024;

/// The longest path template, in bytes.
pub const MAX_TEMPLATE: usize = 2 * 1024;

/// The methods that an API may have: those of an OpenAPI path item.
pub const METHODS: [&str; 8] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"];

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
fn decode(text: &str) -> Result<Cow<'_, str>, NotCanonical> {
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
fn encoded_bytes(text: &str) -> impl Iterator<Item = Option<u8>> {
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

/// Why no call can match a path template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTemplate {
    /// Over [`MAX_TEMPLATE`].
    #[error("the path template is longer than {MAX_TEMPLATE} bytes")]
    TooLong,
    /// A brace that opens or closes nothing, or nothing between two.
    #[error("the path template has a brace without its counterpart, or an empty parameter name")]
    Braces,
    /// `?` or `#`.
    #[error("the path template has a query or fragment, which is no part of a path")]
    Query,
    /// A parameter's name stands twice in it.
    #[error("the path template names {{{0}}} twice")]
    Repeated(String),
    /// No canonical path looks like this.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// Differs from another one of its method in nothing but the names of its parameters.
    #[error("the path template matches the same calls as {0}")]
    SameAs(String),
}

/// One segment of a path template.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    /// This text; empty only at the end, for a trailing slash.
    Literal(String),
    /// Anything but nothing.
    Parameter(String),
    /// Parameters amid literal text.
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

    /// The smaller, the more specific.
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

/// From which side literals are looked for. If both give the same, there is no other way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// `prefix{a}between{b}suffix`: one more literal than there are names, and any may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    names: Vec<String>,
    literals: Vec<String>,
}

impl Pattern {
    /// Where each parameter's value stands in `text`, each at least a character
    /// long. Taking the first (or last) place for each literal in turn leaves
    /// the most room for the others, so no going back is needed.
    fn place(&self, text: &str, side: Side) -> Option<Vec<(usize, usize)>> {
        let (prefix, rest) = self.literals.split_first()?;
        let (suffix, inner) = rest.split_last()?;
        let end = text.len().checked_sub(suffix.len())?;
        if !text.starts_with(prefix.as_str()) || !text.ends_with(suffix.as_str()) || prefix.len() > end {
            return None;
        }
        let (mut from, mut to) = (prefix.len(), end);
        let mut places = Vec::with_capacity(self.names.len());
        match side {
            Side::Left => {
                for literal in inner {
                    let least = from + text[from..to].chars().next()?.len_utf8();
                    let at = least + text[least..to].find(literal.as_str())?;
                    places.push((from, at));
                    from = at + literal.len();
                }
                places.push((from, to));
            }
            Side::Right => {
                for literal in inner.iter().rev() {
                    let most = to - text[from..to].chars().next_back()?.len_utf8();
                    let at = from + text[from..most].rfind(literal.as_str())?;
                    places.push((at + literal.len(), to));
                    to = at;
                }
                places.push((from, to));
                places.reverse();
            }
        }
        (from < to).then_some(places)
    }
}

/// A path template, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    raw: String,
    segments: Vec<Segment>,
}

impl Template {
    /// Takes a path template apart. Those of its parameters that `multi_segment`
    /// names may stand for several segments, where they have a segment to themselves.
    pub fn parse(raw: &str, multi_segment: &[String]) -> Result<Self, BadTemplate> {
        if raw.len() > MAX_TEMPLATE {
            return Err(BadTemplate::TooLong);
        }
        let mut rest = raw.strip_prefix('/').ok_or(NotCanonical::NotAbsolute)?;
        let mut segments = Vec::new();
        let mut pattern = Pattern { names: Vec::new(), literals: vec![String::new()] };
        let mut names = HashSet::new();
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
                    if !names.insert(name) {
                        return Err(BadTemplate::Repeated(name.to_owned()));
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
                        return Ok(Self { raw: raw.to_owned(), segments });
                    }
                    rest = after;
                }
            }
        }
    }

    fn segment(mut pattern: Pattern, is_last: bool, multi: &[String]) -> Result<Segment, BadTemplate> {
        for literal in &mut pattern.literals {
            if literal.contains(['?', '#']) {
                return Err(BadTemplate::Query);
            }
            // A document may write a literal that is not ASCII as it is: calls have it encoded.
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

    /// Those of the given parameters that share a segment with other text, and so match within it.
    pub fn confined<'n>(&'n self, multi_segment: &'n [String]) -> impl Iterator<Item = &'n str> {
        let in_patterns = self.segments.iter().filter_map(|segment| match segment {
            Segment::Pattern(pattern) => Some(&pattern.names),
            _ => None,
        });
        in_patterns.flatten().filter(|name| multi_segment.contains(name)).map(String::as_str)
    }

    fn has_multi(&self) -> bool {
        self.segments.iter().any(|segment| matches!(segment, Segment::Multi(_)))
    }

    /// What is left of it without the names of its parameters: two templates
    /// with one form match the same paths.
    fn form(&self) -> String {
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

    /// Its route for `matchit`: patterns widened to anything. Only for templates without multi.
    fn shape(&self) -> String {
        let mut shape = String::with_capacity(self.raw.len());
        for segment in &self.segments {
            shape.push('/');
            match segment {
                Segment::Literal(literal) => shape.push_str(&escape(literal)),
                _ => shape.push_str("{p}"),
            }
        }
        shape
    }

    /// Whether its shape says all about it.
    fn is_plain(&self) -> bool {
        self.segments.iter().all(|segment| matches!(segment, Segment::Literal(_) | Segment::Parameter(_)))
    }

    /// Literal before pattern before parameter before several segments, segment
    /// by segment from the left; then by text, so that the order is total.
    fn order(&self, other: &Self) -> Ordering {
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

    /// Whether some path could match both this and the shape of `other`, which
    /// has no multi. May say yes too often, never no.
    fn may_meet(&self, other: &Self) -> bool {
        let meet = |(one, another): (&Segment, &Segment)| match (one, another) {
            (one, Segment::Literal(literal)) => one.matches(literal),
            (Segment::Literal(literal), _) => !literal.is_empty(),
            _ => true,
        };
        let single = |segment: &&Segment| !matches!(segment, Segment::Multi(_));
        if !self.has_multi() {
            return self.segments.len() == other.segments.len()
                && self.segments.iter().zip(&other.segments).all(meet);
        }
        let before = self.segments.iter().take_while(single);
        let after = self.segments.iter().rev().take_while(single);
        self.segments.len() <= other.segments.len()
            && before.zip(&other.segments).all(meet)
            && after.zip(other.segments.iter().rev()).all(meet)
    }

    /// Where each segment of the template starts in the path's segments.
    /// Groups of segments between multis are looked for like the literals of a [`Pattern`].
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
        // A trailing slash is never part of a multi: the template has it or has not.
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

    fn matches(&self, path: &[&str]) -> bool {
        self.place(path, Side::Left).is_some()
    }

    /// The parameter's value when literals are looked for from one side.
    fn value<'p>(&self, name: &str, path: &[&'p str], side: Side) -> Option<Cow<'p, str>> {
        let places = self.place(path, side)?;
        self.segments.iter().enumerate().find_map(|(index, segment)| {
            let start = places[index];
            match segment {
                Segment::Parameter(own) if own == name => Some(Cow::Borrowed(path[start])),
                Segment::Multi(own) if own == name => {
                    let end = places.get(index + 1).copied().unwrap_or(path.len());
                    Some(Cow::Owned(path[start..end].join("/")))
                }
                Segment::Pattern(pattern) => {
                    let at = pattern.names.iter().position(|own| own == name)?;
                    let (from, to) = pattern.place(path[start], side)?[at];
                    Some(Cow::Borrowed(&path[start][from..to]))
                }
                _ => None,
            }
        })
    }
}

/// Braces of a literal, as `matchit` wants them.
fn escape(literal: &str) -> Cow<'_, str> {
    if literal.contains(['{', '}']) {
        Cow::Owned(literal.replace('{', "{{").replace('}', "}}"))
    } else {
        Cow::Borrowed(literal)
    }
}

/// What a [`Router`] is built from.
#[derive(Debug, Clone)]
pub struct Route<T> {
    /// The HTTP method, in upper case.
    pub method: String,
    /// The path template.
    pub path: String,
    /// The parameters that may stand for several segments.
    pub multi_segment: Vec<String>,
    /// What a match gives.
    pub value: T,
}

/// A route that no call can match, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmatchable<T> {
    /// The HTTP method.
    pub method: String,
    /// The path template.
    pub path: String,
    /// What a match would have given.
    pub value: T,
    /// Why there is none.
    pub reason: BadTemplate,
}

/// Finds the most specific path template that a call matches.
#[derive(Debug)]
pub struct Router<T> {
    /// Decoded, without a slash at its end.
    base_path: String,
    routes: Vec<(Template, T)>,
    methods: HashMap<String, Index>,
}

/// The routes of one method.
#[derive(Debug)]
struct Index {
    shapes: matchit::Router<Vec<Candidate>>,
    /// Routes for several segments, most specific first, for paths of no shape.
    multi: Vec<usize>,
}

/// A route that a path of some shape can match.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    route: usize,
    /// Every path of the shape matches it.
    certain: bool,
}

/// A parameter's value in a matched path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parameter<'p> {
    /// The template has no such parameter.
    Absent,
    /// Its decoded value.
    Value(Cow<'p, str>),
    /// The path can be read in several ways (`a.b.c` for `{project}.{format}`),
    /// so nobody knows which value the upstream takes: do not decide by it.
    Ambiguous,
}

/// A match.
#[derive(Debug)]
pub struct Match<'r, 'p, T> {
    /// What the route was built with.
    pub value: &'r T,
    template: &'r Template,
    path: &'p str,
}

impl<'p, T> Match<'_, 'p, T> {
    /// The decoded value of a parameter of the path template.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Parameter<'p> {
        let segments = split(self.path);
        match self.template.value(name, &segments, Side::Left) {
            None => Parameter::Absent,
            left if left == self.template.value(name, &segments, Side::Right) => {
                left.map_or(Parameter::Absent, Parameter::Value)
            }
            Some(_) => Parameter::Ambiguous,
        }
    }
}

/// The segments of a decoded absolute path.
fn split(path: &str) -> Vec<&str> {
    path.split('/').skip(1).collect()
}

impl<T> Router<T> {
    /// Builds the router of a system whose paths all start with `base_path`
    /// (see [`base_path`]). Gives back the routes that no call can match.
    pub fn build(base_path: &str, routes: impl IntoIterator<Item = Route<T>>) -> (Self, Vec<Unmatchable<T>>) {
        let mut unmatchable = Vec::new();
        let mut parsed: Vec<(String, Template, T)> = Vec::new();
        for Route { method, path, multi_segment, value } in routes {
            match Template::parse(&path, &multi_segment) {
                Ok(template) => parsed.push((method, template, value)),
                Err(reason) => unmatchable.push(Unmatchable { method, path, value, reason }),
            }
        }
        parsed.sort_by(|(_, one, _), (_, another, _)| one.order(another));

        let mut kept: Vec<(Template, T)> = Vec::with_capacity(parsed.len());
        let mut forms: HashMap<(String, String), usize> = HashMap::with_capacity(parsed.len());
        let mut methods: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (method, template, value) in parsed {
            match forms.entry((method.clone(), template.form())) {
                std::collections::hash_map::Entry::Occupied(first) => {
                    let reason = BadTemplate::SameAs(kept[*first.get()].0.raw.clone());
                    unmatchable.push(Unmatchable { method, path: template.raw, value, reason });
                }
                std::collections::hash_map::Entry::Vacant(free) => {
                    free.insert(kept.len());
                    methods.entry(method).or_default().push(kept.len());
                    kept.push((template, value));
                }
            }
        }
        // HEAD is GET without the body (RFC 9110 §9.3.2); its own operation wins where there is one.
        if let (Some(head), Some(get)) = (methods.get("HEAD"), methods.get("GET")) {
            let own: HashSet<_> = head.iter().map(|&route| kept[route].0.form()).collect();
            let inherited = get.iter().copied().filter(|&route| !own.contains(&kept[route].0.form()));
            let mut both: Vec<usize> = head.iter().copied().chain(inherited).collect();
            both.sort_unstable();
            methods.insert("HEAD".to_owned(), both);
        }
        let methods = methods.into_iter().map(|(method, own)| (method, Index::build(&own, &kept))).collect();
        let base_path = Path::parse(base_path).map(|path| path.0.into_owned()).unwrap_or_default();
        (Self { base_path, routes: kept, methods }, unmatchable)
    }

    /// The most specific route that a call matches.
    #[must_use]
    pub fn find<'p>(&self, method: &str, path: &'p Path<'_>) -> Option<Match<'_, 'p, T>> {
        let path = path.as_str().strip_prefix(self.base_path.as_str())?;
        let index = match method {
            "HEAD" => self.methods.get("HEAD").or_else(|| self.methods.get("GET"))?,
            other => self.methods.get(other)?,
        };
        let found = match index.shapes.at(path) {
            Ok(shape) => match shape.value.first()? {
                first if first.certain => first.route,
                _ => {
                    let segments = split(path);
                    let holds = |candidate: &&Candidate| {
                        candidate.certain || self.routes[candidate.route].0.matches(&segments)
                    };
                    shape.value.iter().find(holds)?.route
                }
            },
            Err(matchit::MatchError::NotFound) if path.starts_with('/') => {
                let segments = split(path);
                *index.multi.iter().find(|&&route| self.routes[route].0.matches(&segments))?
            }
            Err(matchit::MatchError::NotFound) => return None,
        };
        let (template, value) = &self.routes[found];
        Some(Match { value, template, path })
    }
}

impl Index {
    /// Indexes some of the routes, given in order.
    fn build<T>(own: &[usize], routes: &[(Template, T)]) -> Self {
        let template = |route: usize| &routes[route].0;
        let (multi, single): (Vec<usize>, Vec<usize>) =
            own.iter().copied().partition(|&route| template(route).has_multi());
        let mut by_length: HashMap<usize, Vec<usize>> = HashMap::new();
        for &route in &single {
            by_length.entry(template(route).segments.len()).or_default().push(route);
        }
        let mut shapes = matchit::Router::new();
        let mut known = HashSet::new();
        for &route in &single {
            let shape = template(route).shape();
            if !known.insert(shape.clone()) {
                continue;
            }
            let mut meeting: Vec<usize> = by_length[&template(route).segments.len()]
                .iter()
                .chain(&multi)
                .copied()
                .filter(|&other| template(other).may_meet(template(route)))
                .collect();
            meeting.sort_unstable();
            let mut candidates = Vec::new();
            for other in meeting {
                let certain = template(other).is_plain() && template(other).shape() == shape;
                candidates.push(Candidate { route: other, certain });
                if certain {
                    break;
                }
            }
            shapes.insert(shape, candidates).expect("shapes differ and hold whole-segment parameters only");
        }
        Self { shapes, multi }
    }
}
