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
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;

    use super::*;
    use crate::systems::matching::query::Given;

    fn route(method: &str, base_path: Option<&str>, path: &str, value: usize) -> Route<usize> {
        Route {
            method: method.to_owned(),
            base_path: base_path.map(str::to_owned),
            path: path.to_owned(),
            multi_segment: vec!["m".to_owned()],
            value,
        }
    }

    fn router(base_path: &str, routes: &[(&str, &str)]) -> Router<usize> {
        let routes =
            routes.iter().enumerate().map(|(value, (method, path))| route(method, None, path, value));
        let (built, unmatchable) = Router::build(base_path, routes);
        assert!(unmatchable.is_empty(), "{unmatchable:?}");
        built
    }

    /// The values of the routes that a call can mean.
    fn found(router: &Router<usize>, method: &str, target: &str) -> Vec<usize> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = Path::parse(path).unwrap();
        router.find(method, &path, query).map(|found| found.values().copied().collect()).unwrap_or_default()
    }

    #[test]
    fn a_query_tells_operations_of_one_path_apart() {
        let router = router(
            "/v1",
            &[
                ("POST", "/answers"),
                ("POST", "/answers?beta=true"),
                ("POST", "/?Action=ListUsers"),
                ("POST", "/?Action=GetUser&Version=2"),
                ("GET", "/both?one=1"),
                ("GET", "/both?other=1"),
                ("GET", "/search{?page,size}"),
            ],
        );
        for (target, wanted) in [
            ("/v1/answers", vec![0]),
            ("/v1/answers?beta=false", vec![0]),
            ("/v1/answers?beta=true", vec![1]),
            ("/v1/answers?a=b&beta=true", vec![1]),
            ("/v1/answers?beta=true&beta=true", vec![]),
            ("/v1/answers?beta=true&beta=false", vec![]),
            ("/v1/answers?Beta=true", vec![]),
            ("/v1/?Action=ListUsers", vec![2]),
            ("/v1/?Action=GetUser&Version=2", vec![3]),
            ("/v1/?Action=GetUser", vec![]),
            ("/v1/", vec![]),
        ] {
            assert_eq!(found(&router, "POST", target), wanted, "{target}");
        }
        assert_eq!(found(&router, "GET", "/v1/both?one=1"), [4]);
        assert_eq!(found(&router, "GET", "/v1/both?one=1&other=1"), [0; 0], "nobody knows which one runs");
        assert_eq!(found(&router, "GET", "/v1/search"), [6]);
    }

    #[test]
    fn what_no_call_tells_apart_is_found_together() {
        let router = router(
            "",
            &[
                ("GET", "/x/{project}/{id}"),
                ("GET", "/x/{id}/{project}"),
                ("PUT", "/boxes/{box}"),
                ("PUT", "/boxes/{box}#addLink"),
                ("GET", "/y/{id}"),
                ("GET", "/y/{project}"),
                ("GET", "/z?project={project}"),
                ("GET", "/copy/{project}/to/{project}"),
                ("GET", "/one.{project}?project={project}"),
            ],
        );
        assert_eq!(found(&router, "PUT", "/boxes/7"), [2, 3]);
        assert_eq!(router.alike().count(), 3);
        let parameter = |target: &str| {
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            let path = Path::parse(path).unwrap();
            match router.find("GET", &path, query).unwrap().parameter("project") {
                Parameter::Value(value) => value.into_owned(),
                other => format!("{other:?}"),
            }
        };
        assert_eq!(parameter("/x/a/b"), "Ambiguous");
        assert_eq!(parameter("/x/a/a"), "a");
        assert_eq!(parameter("/y/a"), "a");
        assert_eq!(parameter("/z?project=h%61rbour"), "harbour");
        assert_eq!(parameter("/copy/a/to/a"), "a");
        assert_eq!(parameter("/copy/a/to/b"), "Ambiguous");
        assert_eq!(parameter("/one.a?project=a"), "a");
        assert_eq!(parameter("/one.a?project=b"), "Ambiguous");
    }

    #[test]
    fn a_route_with_a_base_path_of_its_own_is_found_below_it() {
        let routes = [
            route("GET", None, "/reports", 0),
            route("GET", Some("/files-v2"), "/files/{file}", 1),
            route("GET", Some("/v1/more/{x}"), "/reports", 2),
        ];
        let (built, _) = Router::build("/v1", routes);
        for (path, wanted) in [
            ("/v1/reports", vec![0]),
            ("/files-v2/files/7", vec![1]),
            ("/v1/more/%7Bx%7D/reports", vec![2]),
            ("/v1/more/1/reports", vec![]),
            ("/v1/files/7", vec![]),
            ("/reports", vec![]),
        ] {
            assert_eq!(found(&built, "GET", path), wanted, "{path}");
        }
        assert_eq!(common(["/v1/a", "/v1/b", "/v1"].into_iter()), Some("/v1"));
        assert_eq!(common(["/v1", "/v10"].into_iter()), Some(""));
        assert_eq!(common(["", "/v1"].into_iter()), Some(""));
        assert_eq!(common(["/v1"; 2].into_iter()), Some("/v1"));
    }

    /// What [`Router::find`] promises, as a list that is tried from top to bottom.
    fn listed(base_path: &str, routes: &[Route<usize>], method: &str, path: &str, query: &str) -> Vec<usize> {
        let parsed = |wanted: &str| -> Vec<(Template, usize)> {
            let own = routes.iter().filter(|route| route.method == wanted);
            own.map(|route| {
                let full = format!("{}{}", route.base_path.as_deref().unwrap_or(base_path), route.path);
                (Template::parse(&full, &route.multi_segment).unwrap(), route.value)
            })
            .collect()
        };
        let mut list = parsed(method);
        if method == "HEAD" {
            let is_same = |one: &Template, other: &Template| {
                one.form() == other.form() && one.conditions.wanted() == other.conditions.wanted()
            };
            let inherited = parsed("GET");
            let own = list.len();
            for (template, value) in inherited {
                if !list[..own].iter().any(|(own, _)| is_same(own, &template)) {
                    list.push((template, value));
                }
            }
        }
        list.sort_by(|(one, _), (other, _)| one.order(other));
        let segments = split(path);
        let mut tried = HashSet::new();
        for (template, _) in &list {
            if !template.matches(&segments) || !tried.insert(template.form()) {
                continue;
            }
            let here: Vec<_> = list.iter().filter(|(other, _)| other.form() == template.form()).collect();
            let deciding = Deciding::of(here.iter().map(|(template, _)| &template.conditions));
            let given = if deciding.is_empty() { Some(Given::default()) } else { deciding.read(query) };
            let Some(given) = given else { return Vec::new() };
            let holding: Vec<_> = here.iter().filter(|(one, _)| one.conditions.hold(&given)).collect();
            if holding.is_empty() {
                continue;
            }
            let most = holding
                .iter()
                .find(|(one, _)| holding.iter().all(|(other, _)| one.conditions.imply(&other.conditions)));
            let Some((most, _)) = most else { return Vec::new() };
            let mut found: Vec<usize> = holding
                .iter()
                .filter(|(one, _)| one.conditions.wanted() == most.conditions.wanted())
                .map(|(_, value)| *value)
                .collect();
            found.sort_unstable();
            return found;
        }
        Vec::new()
    }

    fn template() -> impl Strategy<Value = (String, Option<&'static str>, String)> {
        let segment =
            prop::sample::select(vec!["a", "b", "v", "w", "{p}", "{q}", "a{p}", "{p}b", "{m}", "x.{p}"]);
        let query = prop::sample::select(vec!["", "", "?k=1", "?k=2", "?k", "?l=1", "?k=1&l=1", "#f"]);
        let base = prop::sample::select(vec![None, None, Some(""), Some("/v"), Some("/v/w")]);
        let method = prop::sample::select(vec!["GET", "HEAD"]);
        (method, base, prop::collection::vec(segment, 1..4), query).prop_map(
            |(method, base, segments, query)| {
                let mut path = String::new();
                let mut names = HashSet::new();
                for segment in segments {
                    // A name may stand in a template once.
                    let segment = if segment.contains('{')
                        && !names.insert(segment.replace(['a', 'b', 'x', '.'], ""))
                    {
                        "a"
                    } else {
                        segment
                    };
                    path.push('/');
                    path.push_str(segment);
                }
                (method.to_owned(), base, path + query)
            },
        )
    }

    fn call() -> impl Strategy<Value = (&'static str, String, String)> {
        let segment = prop::sample::select(vec!["a", "b", "v", "w", "ab", "x.y", "c"]);
        let pair = prop::sample::select(vec!["k=1", "k=2", "k", "l=1", "l=2", "n=1", "K=1"]);
        let method = prop::sample::select(vec!["GET", "HEAD"]);
        (method, prop::collection::vec(segment, 1..6), prop::collection::vec(pair, 0..3)).prop_map(
            |(method, segments, pairs)| (method, format!("/{}", segments.join("/")), pairs.join("&")),
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn a_call_means_what_a_list_says(
            base in prop::sample::select(vec!["", "/v"]),
            templates in prop::collection::vec(template(), 1..12),
            calls in prop::collection::vec(call(), 1..12),
        ) {
            let routes: Vec<Route<usize>> = templates
                .iter()
                .enumerate()
                .map(|(value, (method, base, path))| route(method, *base, path, value))
                .collect();
            let (built, unmatchable) = Router::build(base, routes.clone());
            prop_assert!(unmatchable.is_empty(), "{unmatchable:?}");
            for (method, path, query) in calls {
                let mut got = found(&built, method, &format!("{path}?{query}"));
                got.sort_unstable();
                let wanted = listed(base, &routes, method, &path, &query);
                prop_assert_eq!(got, wanted, "{} {}?{} of {:?}", method, path, query, templates);
            }
        }
    }
}
