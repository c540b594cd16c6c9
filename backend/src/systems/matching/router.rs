//! Which operation does a call mean?
//!
//! [`Router`] finds the most specific template for a method, a path and a query.
//! `matchit` indexes the shapes of the templates (each segment a literal or
//! anything), and each shape knows the templates that can match the same paths, in
//! order. So the answer is that of a list tried from top to bottom, at the price of
//! a look-up. Templates of one path are told apart by their queries; those that
//! cannot be told apart are found together.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::bad_template::BadTemplate;
use super::path::Path;
use super::pattern::Side;
use super::query::{Conditions, Deciding};
use super::template::Template;

/// What a [`Router`] is built from.
#[derive(Debug, Clone)]
pub struct Route<T> {
    /// The HTTP method.
    pub method: String,
    /// What stands before the path instead of the system's base path.
    pub base_path: Option<String>,
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
    /// What a match would have given.
    pub value: T,
    /// Why there is none.
    pub reason: BadTemplate,
}

/// Finds the most specific path template that a call matches.
#[derive(Debug)]
pub struct Router<T> {
    /// What all paths start with: decoded, without a slash at its end.
    base_path: String,
    routes: Vec<(Template, T)>,
    methods: HashMap<String, Index>,
}

/// The routes of one method.
#[derive(Debug)]
struct Index {
    places: Vec<Place>,
    shapes: matchit::Router<Vec<Candidate>>,
    /// Places with parameters for several segments, most specific first, for paths of no shape.
    multi: Vec<usize>,
}

/// The routes whose templates match the same paths.
#[derive(Debug)]
struct Place {
    /// One of them, whose path stands for all.
    route: usize,
    deciding: Deciding,
    variants: Vec<Vec<usize>>,
}

/// A place that a path of some shape can match.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    place: usize,
    /// Every call whose path has the shape matches it.
    certain: bool,
}

/// Nobody knows which operation of a path a query means.
#[derive(Debug)]
struct Unclear;

/// A parameter's value in a matched call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parameter<'p> {
    /// No template has such a parameter.
    Absent,
    /// Its decoded value.
    Value(Cow<'p, str>),
    /// The call can be read in several ways (`a.b.c` for `{project}.{format}`, or
    /// two places, in one template or in two, that give it different values), so
    /// nobody knows which value the upstream takes: do not decide by it.
    Ambiguous,
}

/// The operations that a call can mean: more than one only where nothing tells them apart.
#[derive(Debug)]
pub struct Match<'r, 'c, T> {
    routes: &'r [(Template, T)],
    found: &'r [usize],
    path: &'c str,
    query: &'c str,
}

impl<'r, 'c, T> Match<'r, 'c, T> {
    /// What the routes were built with; at least one.
    pub fn values(&self) -> impl Iterator<Item = &'r T> + use<'r, T> {
        let routes = self.routes;
        self.found.iter().map(|&route| &routes[route].1)
    }

    /// The decoded value that a parameter has in whichever templates have it.
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
    /// Notes a value that the parameter has somewhere.
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

/// The segments that all base paths start with, as a base path.
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
    /// Builds the router of a system whose paths start with `base_path` (see
    /// [`crate::systems::fields::base_path`]), unless a route has its own. Gives back the
    /// routes that no call can match.
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
        let indexed = |own: &[usize]| Index::build(places(own, &kept), &kept);
        let mut indices: HashMap<String, Index> =
            methods.iter().map(|(method, own)| (method.clone(), indexed(own))).collect();
        // HEAD is GET without the body (RFC 9110 §9.3.2); its own operation wins where there is one.
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

    /// The operations that a call can mean, by the most specific path template that
    /// it matches. None also where servers may read its query in different ways.
    #[must_use]
    pub fn find<'c>(&self, method: &str, path: &'c Path<'_>, query: &'c str) -> Option<Match<'_, 'c, T>> {
        let path = path.as_str().strip_prefix(self.base_path.as_str())?;
        let index = match method {
            "HEAD" => self.methods.get("HEAD").or_else(|| self.methods.get("GET"))?,
            other => self.methods.get(other)?,
        };
        let found = match index.shapes.at(path) {
            Ok(shape) => match shape.value.first()? {
                first if first.certain => self.variant(&index.places[first.place], query).ok()??,
                _ => self.first_of(index, shape.value.iter().copied(), path, query)?,
            },
            Err(matchit::MatchError::NotFound) if path.starts_with('/') => {
                let multi = index.multi.iter().map(|&place| Candidate { place, certain: false });
                self.first_of(index, multi, path, query)?
            }
            Err(matchit::MatchError::NotFound) => return None,
        };
        Some(Match { routes: &self.routes, found, path, query })
    }

    /// The first of some candidates that a call matches.
    fn first_of<'r>(
        &'r self,
        index: &'r Index,
        candidates: impl Iterator<Item = Candidate>,
        path: &str,
        query: &str,
    ) -> Option<&'r [usize]> {
        let segments = split(path);
        for candidate in candidates {
            let place = &index.places[candidate.place];
            if !candidate.certain && !self.routes[place.route].0.matches(&segments) {
                continue;
            }
            if let found @ Some(_) = self.variant(place, query).ok()? {
                return found;
            }
        }
        None
    }

    /// The routes of a place that a query means: those that want the most of it.
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

    /// The values of routes that no call tells apart, group by group.
    pub fn alike(&self) -> impl Iterator<Item = Vec<&T>> {
        let variants =
            self.methods.values().flat_map(|index| &index.places).flat_map(|place| &place.variants);
        let groups: HashSet<&Vec<usize>> = variants.filter(|variant| variant.len() > 1).collect();
        groups.into_iter().map(|group| group.iter().map(|&route| &self.routes[route].1).collect())
    }
}

/// Puts routes, given in order, where their paths are the same.
fn places<T>(own: &[usize], routes: &[(Template, T)]) -> Vec<Place> {
    let mut by_form: HashMap<String, usize> = HashMap::with_capacity(own.len());
    let mut by_conditions = HashMap::with_capacity(own.len());
    let mut places: Vec<Place> = Vec::with_capacity(own.len());
    for &route in own {
        let template = &routes[route].0;
        let place = *by_form.entry(template.form()).or_insert(places.len());
        if place == places.len() {
            places.push(Place { route, deciding: Deciding::default(), variants: Vec::new() });
        }
        let variants = &mut places[place].variants;
        let variant = *by_conditions.entry((place, template.conditions.wanted())).or_insert(variants.len());
        if variant == variants.len() {
            variants.push(Vec::new());
        }
        variants[variant].push(route);
    }
    for place in &mut places {
        place.deciding =
            Deciding::of(place.variants.iter().flatten().map(|&route| &routes[route].0.conditions));
    }
    places
}

impl Index {
    /// Indexes places, given in order.
    fn build<T>(places: Vec<Place>, routes: &[(Template, T)]) -> Self {
        let template = |place: usize| &routes[places[place].route].0;
        let takes_any_query = |place: usize| {
            let mut variants = places[place].variants.iter().flatten();
            variants.any(|&route| routes[route].0.conditions.is_empty())
        };
        let (multi, single): (Vec<usize>, Vec<usize>) =
            (0..places.len()).partition(|&place| template(place).has_multi());
        let mut by_length: HashMap<usize, Vec<usize>> = HashMap::new();
        for &place in &single {
            by_length.entry(template(place).length()).or_default().push(place);
        }
        let mut shapes = matchit::Router::new();
        let mut known = HashSet::new();
        for &place in &single {
            let shape = template(place).shape();
            if !known.insert(shape.clone()) {
                continue;
            }
            let mut meeting: Vec<usize> = by_length[&template(place).length()]
                .iter()
                .chain(&multi)
                .copied()
                .filter(|&other| template(other).may_meet(template(place)))
                .collect();
            meeting.sort_unstable();
            let mut candidates = Vec::new();
            for other in meeting {
                let certain =
                    template(other).is_plain() && template(other).shape() == shape && takes_any_query(other);
                candidates.push(Candidate { place: other, certain });
                if certain {
                    break;
                }
            }
            shapes.insert(shape, candidates).expect("shapes differ and hold whole-segment parameters only");
        }
        Self { places, shapes, multi }
    }
}

#[cfg(test)]
mod tests;
