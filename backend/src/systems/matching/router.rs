//! Finds the operation that a call means.
//!
//! [`Router`] finds the most specific template for a method, a path and a query. The result is
//! the same as if all templates were tried in order, at the price of a look-up in a [`Tree`].
//! Templates of one path are told apart by their queries. Templates that cannot be told apart
//! are found together.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::bad_template::BadTemplate;
use super::path::Path;
use super::pattern::Side;
use super::query::{Conditions, Deciding};
use super::template::Template;
use super::tree::Tree;

/// A route of a [`Router`].
#[derive(Debug, Clone)]
pub struct Route<T> {
    /// The HTTP method.
    pub method: String,
    /// The base path of this route, if it is not that of the system.
    pub base_path: Option<String>,
    /// The path template.
    pub path: String,
    /// The parameters that may stand for several segments.
    pub multi_segment: Vec<String>,
    /// The value that a match returns.
    pub value: T,
}

/// A route that no call can match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmatchable<T> {
    /// The value of the route.
    pub value: T,
    /// Why no call matches it.
    pub reason: BadTemplate,
}

/// Finds the most specific path template that a call matches.
#[derive(Debug)]
pub struct Router<T> {
    /// The common start of all paths, decoded, without a trailing slash.
    base_path: String,
    routes: Vec<(Template, T)>,
    methods: HashMap<String, Index>,
}

/// The routes of one method.
#[derive(Debug)]
struct Index {
    /// The most specific first.
    places: Vec<Place>,
    tree: Tree,
}

/// The routes whose templates match the same paths.
#[derive(Debug)]
struct Place {
    /// One of these routes. Its path stands for all.
    route: usize,
    deciding: Deciding,
    variants: Vec<Vec<usize>>,
    /// Whether one of the variants has no conditions.
    takes_any_query: bool,
}

/// The query does not tell which operation is meant.
#[derive(Debug)]
struct Unclear;

/// A parameter's value in a matched call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parameter<'p> {
    /// No template has this parameter.
    Absent,
    /// Its decoded value.
    Value(Cow<'p, str>),
    /// The call can be read in several ways, and the upstream may take another value. Examples
    /// are `a.b.c` for `{project}.{format}`, or two places that give the parameter different
    /// values. Do not decide by it.
    Ambiguous,
}

/// The operations that a call can mean. There are several only if no call tells them apart.
#[derive(Debug)]
pub struct Match<'r, 'c, T> {
    routes: &'r [(Template, T)],
    found: &'r [usize],
    path: &'c str,
    query: &'c str,
}

impl<'r, 'c, T> Match<'r, 'c, T> {
    /// The values of the routes; at least one.
    pub fn values(&self) -> impl Iterator<Item = &'r T> + use<'r, T> {
        let routes = self.routes;
        self.found.iter().map(|&route| &routes[route].1)
    }

    /// The decoded value of a parameter in all templates that have it.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Parameter<'c> {
        let mut known = Parameter::Absent;
        for &route in self.found {
            let template = &self.routes[route].0;
            if template.names(name) {
                let segments = split(self.path);
                for side in [Side::Left, Side::Right] {
                    template.each_value(name, &segments, side, |value| known.take(value));
                }
                template.conditions.values(name, self.query).for_each(|value| known.take(value));
            }
        }
        known
    }
}

impl<'p> Parameter<'p> {
    /// Adds a value of the parameter.
    fn take(&mut self, value: Cow<'p, str>) {
        match self {
            Self::Absent => *self = Self::Value(value),
            Self::Value(known) if *known == value => {}
            _ => *self = Self::Ambiguous,
        }
    }
}

/// The segments of a decoded absolute path.
fn split(path: &str) -> Vec<&str> {
    path.split('/').skip(1).collect()
}

/// The common segments at the start of all base paths.
fn common<'b>(mut all: impl Iterator<Item = &'b str>) -> Option<&'b str> {
    let first = all.next()?;
    let shared = |one: &'b str, other: &str| {
        let ends = one.match_indices('/').map(|(at, _)| at).chain([one.len()]);
        let is_shared = |&end: &usize| {
            let rest = other.strip_prefix(&one[..end]);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        ends.rev().find(is_shared).map_or("", |end| &one[..end])
    };
    Some(all.fold(first, shared))
}

impl<T> Router<T> {
    /// Builds the router of a system. `base_path` is the base path of all routes that have none
    /// of their own (see [`crate::systems::rules`]). Also returns the routes that no call can
    /// match.
    pub fn build(base_path: &str, routes: impl IntoIterator<Item = Route<T>>) -> (Self, Vec<Unmatchable<T>>) {
        let routes: Vec<Route<T>> = routes.into_iter().collect();
        let own = |route: &Route<T>| route.base_path.clone().unwrap_or_else(|| base_path.to_owned());
        let mut bases: Vec<String> = routes.iter().map(own).collect();
        let shared = common(bases.iter().map(String::as_str)).unwrap_or(base_path).to_owned();
        for base in &mut bases {
            *base = base.split_off(shared.len());
        }

        let mut unmatchable = Vec::new();
        let mut parsed: Vec<(String, Template, T)> = Vec::new();
        for (Route { method, path, multi_segment, value, .. }, base) in routes.into_iter().zip(bases) {
            match Template::below(&base, &path, &multi_segment) {
                Ok(template) => parsed.push((method, template, value)),
                Err(reason) => unmatchable.push(Unmatchable { value, reason }),
            }
        }
        parsed.sort_by(|(_, one, _), (_, another, _)| one.order(another));

        let mut kept: Vec<(Template, T)> = Vec::with_capacity(parsed.len());
        let mut methods: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (method, template, value) in parsed {
            methods.entry(method).or_default().push(kept.len());
            kept.push((template, value));
        }
        let indexed = |own: &[usize]| Index::build(own, &kept);
        let mut indices: HashMap<String, Index> =
            methods.iter().map(|(method, own)| (method.clone(), indexed(own))).collect();
        // HEAD is GET without the body (RFC 9110 §9.3.2). An operation of its own takes
        // precedence.
        if let (Some(head), Some(get)) = (methods.get("HEAD"), methods.get("GET")) {
            let own: HashSet<_> = head.iter().map(|&route| kept[route].0.calls()).collect();
            let is_inherited = |route: &usize| !own.contains(&kept[*route].0.calls());
            let mut both: Vec<usize> = head.clone();
            both.extend(get.iter().copied().filter(is_inherited));
            both.sort_unstable();
            indices.insert("HEAD".to_owned(), indexed(&both));
        }
        let base_path = Path::parse(&shared).map(|path| path.as_str().to_owned()).unwrap_or_default();
        (Self { base_path, routes: kept, methods: indices }, unmatchable)
    }

    /// The operations that a call can mean, by the most specific path template that matches.
    /// `None` also if servers may read its query in different ways.
    #[must_use]
    pub fn find<'c>(&self, method: &str, path: &'c Path<'_>, query: &'c str) -> Option<Match<'_, 'c, T>> {
        let path = path.as_str().strip_prefix(self.base_path.as_str())?;
        let index = match method {
            "HEAD" => self.methods.get("HEAD").or_else(|| self.methods.get("GET"))?,
            other => self.methods.get(other)?,
        };
        let template = |place: usize| &self.routes[index.places[place].route].0;
        let segments = LazyCell::new(|| split(path));
        let candidates = index.tree.find(
            path,
            |place| template(place).matches(&segments),
            |place| index.places[place].takes_any_query,
        );
        for place in candidates {
            if let Some(found) = self.variant(&index.places[place], query).ok()? {
                return Some(Match { routes: &self.routes, found, path, query });
            }
        }
        None
    }

    /// The routes of a place that match a query: those with the most conditions.
    fn variant<'r>(&self, place: &'r Place, query: &str) -> Result<Option<&'r [usize]>, Unclear> {
        if place.deciding.is_empty() {
            return Ok(place.variants.first().map(Vec::as_slice));
        }
        let given = place.deciding.read(query).ok_or(Unclear)?;
        let holding: Vec<(&Conditions, &[usize])> = place
            .variants
            .iter()
            .filter_map(|variant| Some((&self.routes[*variant.first()?].0.conditions, variant.as_slice())))
            .filter(|(conditions, _)| conditions.hold(&given))
            .collect();
        let wants_most =
            |(own, _): &&(&Conditions, &[usize])| holding.iter().all(|(other, _)| own.imply(other));
        match holding.iter().find(wants_most) {
            Some((_, found)) => Ok(Some(found)),
            None if holding.is_empty() => Ok(None),
            None => Err(Unclear),
        }
    }

    /// The values of routes that no call tells apart, in groups.
    pub fn alike(&self) -> impl Iterator<Item = Vec<&T>> {
        let variants =
            self.methods.values().flat_map(|index| &index.places).flat_map(|place| &place.variants);
        let groups: HashSet<&Vec<usize>> = variants.filter(|variant| variant.len() > 1).collect();
        groups.into_iter().map(|group| group.iter().map(|&route| &self.routes[route].1).collect())
    }
}

/// Groups routes with the same path.
fn places<T>(own: &[usize], routes: &[(Template, T)]) -> Vec<Place> {
    let mut by_form: HashMap<String, usize> = HashMap::with_capacity(own.len());
    let mut by_conditions = HashMap::with_capacity(own.len());
    let mut places: Vec<Place> = Vec::with_capacity(own.len());
    for &route in own {
        let template = &routes[route].0;
        let place = *by_form.entry(template.form()).or_insert(places.len());
        if place == places.len() {
            let deciding = Deciding::default();
            places.push(Place { route, deciding, variants: Vec::new(), takes_any_query: false });
        }
        let variants = &mut places[place].variants;
        let variant = *by_conditions.entry((place, template.conditions.wanted())).or_insert(variants.len());
        if variant == variants.len() {
            variants.push(Vec::new());
        }
        variants[variant].push(route);
    }
    for place in &mut places {
        let conditions = || place.variants.iter().flatten().map(|&route| &routes[route].0.conditions);
        place.takes_any_query = conditions().any(Conditions::is_empty);
        place.deciding = Deciding::of(conditions());
    }
    places
}

impl Index {
    /// Indexes routes. They are sorted.
    fn build<T>(own: &[usize], routes: &[(Template, T)]) -> Self {
        let places = places(own, routes);
        let tree = Tree::build(places.iter().map(|place| &routes[place.route].0));
        Self { places, tree }
    }
}

#[cfg(test)]
mod tests;
