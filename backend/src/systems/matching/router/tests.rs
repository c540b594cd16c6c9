#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::*;
use crate::systems::matching::query::Given;
use crate::systems::matching::template::LOOKED_AT;

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
    let routes = routes.iter().enumerate().map(|(value, (method, path))| route(method, None, path, value));
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
fn operations_that_no_call_can_distinguish_are_found_together() {
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
    (method, base, prop::collection::vec(segment, 1..4), query).prop_map(|(method, base, segments, query)| {
        let mut path = String::new();
        let mut names = HashSet::new();
        for segment in segments {
            // A name may stand in a template once.
            let segment = if segment.contains('{') && !names.insert(segment.replace(['a', 'b', 'x', '.'], ""))
            {
                "a"
            } else {
                segment
            };
            path.push('/');
            path.push_str(segment);
        }
        (method.to_owned(), base, path + query)
    })
}

fn call() -> impl Strategy<Value = (&'static str, String, String)> {
    let segment = prop::sample::select(vec!["a", "b", "v", "w", "ab", "x.y", "c"]);
    let pair = prop::sample::select(vec!["k=1", "k=2", "k", "l=1", "l=2", "n=1", "K=1"]);
    let method = prop::sample::select(vec!["GET", "HEAD"]);
    (method, prop::collection::vec(segment, 1..6), prop::collection::vec(pair, 0..3))
        .prop_map(|(method, segments, pairs)| (method, format!("/{}", segments.join("/")), pairs.join("&")))
}

/// A router of a document with so many operations. A third of the paths have verbs, take several segments, or
/// overlap.
fn large(operations: usize) -> Router<usize> {
    let path = |number: usize| match number % 9 {
        0 => format!("/projects/{{p}}/things{}/{{t}}:verb{number}", number % 40),
        3 => format!("/projects/{{p}}/files{number}/{{m}}"),
        6 => format!("/projects/{{p}}/{{kind}}/{{t}}/part{}", number - 1),
        _ => format!("/projects/{{p}}/things{}/{{t}}/part{number}", number % 40),
    };
    let routes = (0..operations).map(|number| route("GET", None, &path(number), number));
    let (built, unmatchable) = Router::build("", routes);
    assert!(unmatchable.is_empty(), "{unmatchable:?}");
    built
}

#[test]
fn building_compares_few_templates_and_finding_almost_none() {
    let counts = [1_000, 10_000].map(|operations| {
        LOOKED_AT.set(0);
        let router = large(operations);
        let built = LOOKED_AT.replace(0);
        for (target, wanted) in [
            ("/projects/a/things5/b/part5", 5),
            ("/projects/a/things9/b:verb9", 9),
            ("/projects/a/files12/b/c/d", 12),
            ("/projects/a/other/b/part5", 6),
        ] {
            assert_eq!(found(&router, "GET", target), [wanted], "{target}");
        }
        (built, LOOKED_AT.replace(0))
    });
    let [(few, found_in_few), (many, found_in_many)] = counts;
    // Sorting compares a little more often than in proportion.
    assert!(many <= 15 * few, "{counts:?}");
    assert!(found_in_many <= 2 * found_in_few.max(4), "{counts:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn a_call_matches_the_listed_operation(
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
