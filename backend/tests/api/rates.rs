//! Rate limits of tokens.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::process::Process;
use crate::proxy::{Link, proxy};
use crate::server::{Caller, DEVICE, Platform, Server, Where, reason, sealed, text};

/// Waits until a new node knows that it is alone.
pub(crate) async fn settle(server: &Server) -> &Server {
    tokio::time::sleep(Duration::from_millis(1_600)).await;
    server
}

/// A token with this limit, and changes of the application.
pub(crate) async fn limited(admin: &Caller, limit: &Value, changes: &Value) -> String {
    let mut wanted = Platform::wanted("rsa");
    wanted["rate_limit"] = limit.clone();
    wanted.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    text(&admin.post("/tokens", &wanted).await["id"])
}

/// One call an hour, and some at once.
pub(crate) fn hourly(burst: u32) -> Value {
    json!({ "requests": 1, "seconds": 3_600, "burst": burst })
}

/// The answers to so many calls, in a batch.
pub(crate) async fn calls(gateway: &Caller, credential: &str, count: usize) -> Vec<String> {
    let call = json!({ "credential": credential, "method": "GET", "path": DEVICE });
    let answer = gateway.ask("/verify/batch", &json!({ "calls": vec![call; count] })).await;
    answer["decisions"].as_array().unwrap().iter().map(reason).collect()
}

pub(crate) async fn passed(gateway: &Caller, credential: &str, count: usize) -> usize {
    calls(gateway, credential, count).await.iter().filter(|reason| *reason == "allowed").count()
}

/// How many pass if so many calls are made at each of these nodes, at all of them at the same time.
pub(crate) async fn passed_at_all(gateways: &[Caller], credential: &str, count: usize) -> usize {
    join_all(gateways.iter().map(|gateway| passed(gateway, credential, count))).await.iter().sum()
}

/// How many of a burst of 60 pass if it is asked for at all nodes, again and again for two seconds.
pub(crate) async fn passed_of_burst(gateways: &[Caller], credential: &str) -> usize {
    let began = Instant::now();
    let mut all = 0;
    while began.elapsed() < Duration::from_secs(2) {
        all += passed_at_all(gateways, credential, 60).await;
    }
    eprintln!("{all} passed of a burst of 60");
    all
}

pub(crate) fn header(answer: &Response, name: &str) -> String {
    answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

/// Checks the answer to a caller over a limit of one call an hour.
async fn is_too_many(answer: Response) {
    assert_eq!(answer.status(), 429);
    let wait: u32 = header(&answer, "retry-after").parse().unwrap();
    assert!((3_500..=3_600).contains(&wait), "{wait}");
    assert_eq!(header(&answer, "ratelimit-policy"), r#""rate";q=1;w=3600"#);
    assert_eq!(header(&answer, "ratelimit"), format!(r#""rate";r=0;t={wait}"#));
    let body: Value = answer.json().await.unwrap();
    assert_eq!(
        (&body["type"], &body["title"], &body["detail"]),
        (&json!("/problems/too-many-requests"), &json!("Too many requests."), &json!("rate_limited"))
    );
}

on_both_engines! {
    async fn a_rate_limit_is_set_shown_changed_and_lifted(server) {
        let platform = Platform::on(settle(server).await).await;
        let admin = &platform.admin;
        let id = limited(admin, &json!({ "requests": 5, "seconds": 3_600 }), &json!({})).await;
        let path = format!("/tokens/{id}");
        assert_eq!(admin.get(&path).await["rate_limit"], json!({ "requests": 5, "seconds": 3_600, "burst": 5 }));
        let credential = platform.credential(&id).await;
        assert_eq!(passed(&platform.gateway, &credential, 9).await, 5);
        // A change of something else leaves the limit, and what was spent of it.
        let changed = admin.patch(&path, &json!({ "description": "The same limit" })).await;
        assert_eq!(changed["rate_limit"]["requests"], 5);
        assert_eq!(passed(&platform.gateway, &credential, 9).await, 0);
        admin.patch(&path, &json!({ "rate_limit": { "requests": 1, "seconds": 1, "burst": 3 } })).await;
        assert_eq!(passed(&platform.gateway, &credential, 9).await, 3);
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        assert_eq!(passed(&platform.gateway, &credential, 9).await, 1);
        assert_eq!(admin.patch(&path, &json!({ "rate_limit": null })).await["rate_limit"], Value::Null);
        assert_eq!(passed(&platform.gateway, &credential, 90).await, 90);

        for (limit, fields) in [
            (json!({ "requests": 0, "seconds": 0 }), vec!["rate_limit.requests:out_of_range", "rate_limit.seconds:out_of_range"]),
            (json!({ "requests": 1_000_001, "seconds": 86_401, "burst": 0 }), vec![
                "rate_limit.requests:out_of_range", "rate_limit.seconds:out_of_range", "rate_limit.burst:out_of_range",
            ]),
            (json!({ "requests": 1, "seconds": 3_600, "burst": 25 }), vec!["rate_limit.burst:out_of_range"]),
        ] {
            let mut wanted = Platform::wanted("rsa");
            wanted["rate_limit"] = limit.clone();
            assert_eq!(admin.refused(Method::POST, "/tokens", &wanted).await.fields(), fields);
            let body = json!({ "rate_limit": limit });
            assert_eq!(admin.refused(Method::PATCH, &path, &body).await.fields(), fields);
        }
        for limit in [json!({ "requests": -1, "seconds": 1 }), json!({ "requests": 1 }), json!({ "requests": 1, "seconds": 1, "per": 1 })] {
            let body = json!({ "rate_limit": limit });
            assert!([400, 422].contains(&admin.refused(Method::PATCH, &path, &body).await.status));
        }
    }

    async fn a_call_over_the_limit_is_denied_at_every_door(server) {
        let platform = Platform::on(settle(server).await).await;
        let (admin, http) = (&platform.admin, &server.nobody().http);
        let credential = platform.credential(&limited(admin, &hourly(2), &json!({})).await).await;
        let mut reasons = calls(&platform.gateway, &credential, 4).await;
        reasons.sort_unstable();
        assert_eq!(reasons, ["allowed", "allowed", "rate_limited", "rate_limited"]);
        let decision = platform.decide(&credential, "GET", DEVICE).await;
        let limit = json!({ "requests": 1, "seconds": 3_600, "burst": 2 });
        assert_eq!((reason(&decision), &decision["exceeded"]["rate_limit"]), ("rate_limited".to_owned(), &limit));
        assert!(decision["exceeded"]["retry_after"].as_u64().unwrap() > 3_500);
        // Another reason is told first, and no limit with it.
        let denied = platform.decide(&credential, "PATCH", DEVICE).await;
        assert_eq!((reason(&denied), &denied["exceeded"]), ("api_not_granted".to_owned(), &Value::Null));

        for family in ["nginx", "haproxy", "caddy", "traefik", "envoy"] {
            let key = admin.post("/systems/fleet/verifier-keys", &json!({ "name": "g", "gateway": family })).await;
            let credential = platform.credential(&limited(admin, &hourly(1), &json!({})).await).await;
            let ask = || {
                let url = format!("{}/auth/fleet", server.url);
                let request = match family {
                    "envoy" => http.get(format!("{url}{DEVICE}")),
                    "nginx" | "haproxy" => http.get(url).header("X-Original-Method", "GET").header("X-Original-URI", DEVICE),
                    _ => http.get(url).header("X-Forwarded-Method", "GET").header("X-Forwarded-Uri", DEVICE),
                };
                request.header("X-Latchkey-Verifier", text(&key["key"])).bearer_auth(&credential).send()
            };
            assert_eq!(ask().await.unwrap().status(), 200, "{family}");
            is_too_many(ask().await.unwrap()).await;
        }

        // Latchkey's own API.
        let grants = json!({ "apis": ["latchkey:list_tokens"] });
        let credential = platform.credential(&limited(admin, &hourly(1), &grants).await).await;
        let caller = admin.with_bearer(&credential);
        caller.get("/tokens").await;
        is_too_many(caller.send(Method::GET, "/tokens").send().await.unwrap()).await;
        assert_eq!(admin.with_bearer(&credential).refused(Method::GET, "/tokens", &json!({})).await.kind(), "too-many-requests");

        // Introspection, exchange and trial spend nothing. A trial tells that the call would be denied.
        let id = limited(admin, &hourly(1), &json!({})).await;
        let credential = platform.credential(&id).await;
        let trial = json!({ "system": "fleet", "method": "GET", "path": DEVICE });
        for _ in 0..3 {
            assert_eq!(platform.introspect(&credential).await["active"], true);
            assert_eq!(reason(&admin.ask(&format!("/tokens/{id}/try"), &trial).await), "allowed");
        }
        assert_eq!(passed(&platform.gateway, &credential, 3).await, 1);
        assert_eq!(platform.introspect(&credential).await["active"], true);
        let decision = admin.ask(&format!("/tokens/{id}/try"), &trial).await;
        assert_eq!(reason(&decision), "rate_limited");
        assert_eq!(decision["exceeded"]["rate_limit"], hourly(1));
        let usage = admin.get(&format!("/tokens/{id}/usage")).await;
        assert_eq!(usage["last_24_hours"], json!({ "allowed": 1, "denied": 2 }));
    }

    async fn a_call_that_is_denied_otherwise_spends_nothing(server) {
        let platform = Platform::on(settle(server).await).await;
        let id = limited(&platform.admin, &hourly(3), &json!({})).await;
        let file = platform.admin.get(&format!("/tokens/{id}/file")).await;
        let request = || sealed(&file, &json!({ "htm": "GET", "htu": DEVICE }));
        let used = request();
        assert_eq!(platform.reason(&used, "GET", DEVICE).await, "allowed");
        for _ in 0..5 {
            assert_eq!(platform.reason(&used, "GET", DEVICE).await, "replayed");
            assert_eq!(platform.reason(&request(), "PATCH", DEVICE).await, "proof_mismatch");
            assert_eq!(platform.reason("nonsense", "GET", DEVICE).await, "malformed");
        }
        let copies = vec![json!({ "credential": used, "method": "GET", "path": DEVICE }); 20];
        let answer = platform.gateway.ask("/verify/batch", &json!({ "calls": copies })).await;
        let reasons: Vec<String> = answer["decisions"].as_array().unwrap().iter().map(reason).collect();
        assert!(reasons.iter().all(|reason| reason == "replayed" || reason == "rate_limited"), "{reasons:?}");
        for expected in ["allowed", "allowed", "rate_limited", "rate_limited"] {
            assert_eq!(platform.reason(&request(), "GET", DEVICE).await, expected);
        }
    }

    async fn a_token_spends_the_limits_of_the_tokens_that_issued_it(server) {
        let platform = Platform::on(settle(server).await).await;
        let admin = &platform.admin;
        let grants = json!({ "apis": ["fleet:readDevice", "latchkey:create_token", "latchkey:change_token", "latchkey:delete_token"] });
        let parent = limited(admin, &hourly(12), &grants).await;
        let issuer = admin.with_bearer(&platform.credential(&parent).await);
        // Each call to Latchkey's own API is a call, too.
        let child = text(&issuer.post("/tokens", &Platform::wanted("rsa")).await["id"]);
        let sibling = limited(&issuer, &hourly(2), &json!({})).await;
        for (id, limit) in [(&parent, Value::Null), (&sibling, hourly(3))] {
            let change = json!({ "rate_limit": limit });
            let problem = issuer.refused(Method::PATCH, &format!("/tokens/{id}"), &change).await;
            assert_eq!((problem.status, problem.kind()), (403, "forbidden"), "{change}");
        }
        let (child, sibling) = (platform.credential(&child).await, platform.credential(&sibling).await);
        assert_eq!(passed(&platform.gateway, &child, 12).await, 8, "four of twelve are spent");
        assert_eq!(passed(&platform.gateway, &sibling, 3).await, 0);
        let exceeded = platform.decide(&sibling, "GET", DEVICE).await["exceeded"].clone();
        assert_eq!(exceeded["rate_limit"]["burst"], 12);
        // A change of the limit holds for them, too, and its end.
        admin.patch(&format!("/tokens/{parent}"), &json!({ "rate_limit": hourly(5) })).await;
        assert_eq!(passed(&platform.gateway, &sibling, 9).await, 2, "its own limit");
        assert_eq!(passed(&platform.gateway, &child, 9).await, 3, "the rest of its issuer's");
        // The limit outlives the token: else it would delete itself.
        admin.delete(&format!("/tokens/{parent}")).await;
        assert_eq!(passed(&platform.gateway, &child, 9).await, 0);
    }
}

/// A platform on three nodes: the same callers at each.
pub(crate) async fn three() -> Option<(Vec<Server>, Platform, Vec<Caller>)> {
    let place = Where::postgres().await?;
    let servers = join_all((0..3).map(|_| Server::start(place.clone()))).await;
    let platform = Platform::on(&servers[0]).await;
    let gateways = servers.iter().map(|server| platform.gateway.at(&server.url)).collect();
    settle(&servers[0]).await;
    Some((servers, platform, gateways))
}

/// How many calls to make at each of three nodes, at this time and turn.
type Load = fn(Duration, u32) -> [usize; 3];

/// Makes calls at each node, again and again after a short rest: as many at once as `load` says for this
/// time. Returns how many passed.
async fn press(
    gateways: &[Caller],
    credential: &str,
    time: Duration,
    load: impl Fn(Duration, u32) -> [usize; 3],
) -> usize {
    let began = Instant::now();
    let node = async |number: usize, gateway: &Caller| {
        let (mut all, mut turn) = (0, 0);
        while began.elapsed() < time {
            let count = load(began.elapsed(), turn)[number];
            if count > 0 {
                all += passed(gateway, credential, count).await;
            }
            turn += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        all
    };
    join_all(gateways.iter().enumerate().map(|(number, gateway)| node(number, gateway)))
        .await
        .into_iter()
        .sum()
}

#[tokio::test]
async fn three_nodes_share_a_rate_wherever_the_load_is() {
    let Some((_servers, platform, gateways)) = three().await else { return };
    let limit = json!({ "requests": 100, "seconds": 1, "burst": 20 });
    let even = |_: Duration, _: u32| [10; 3];
    let uneven = |_: Duration, turn: u32| [27, 3, usize::from(turn.is_multiple_of(3))];
    let on_one = |_: Duration, _: u32| [0, 30, 0];
    let moving = |time: Duration, _: u32| {
        let mut load = [0; 3];
        load[usize::try_from(time.as_secs()).unwrap() % 3] = 30;
        load
    };
    let time = Duration::from_secs(6);
    let credential = platform.credential(&limited(&platform.admin, &limit, &json!({})).await).await;
    let loads: [(&str, Load); 4] =
        [("even", even), ("90:9:1", uneven), ("on one", on_one), ("moving", moving)];
    for (name, load) in loads {
        let began = Instant::now();
        let passed = press(&gateways, &credential, time, load).await;
        let rate = f64::from(u32::try_from(passed).unwrap()) / began.elapsed().as_secs_f64();
        eprintln!("{name}: {rate:.1} a second");
        // A machine that is busy otherwise lets grants end unspent; too many never pass.
        assert!((85.0..=110.0).contains(&rate), "{name}: {rate}");
    }
}

#[tokio::test]
async fn a_burst_holds_once_in_all_nodes() {
    let Some((_servers, platform, gateways)) = three().await else { return };
    let id =
        limited(&platform.admin, &json!({ "requests": 60, "seconds": 60, "burst": 60 }), &json!({})).await;
    let credential = platform.credential(&id).await;
    let all = passed_of_burst(&gateways, &credential).await;
    // A grant that a node on a busy machine does not spend within a second is void.
    assert!((40..=64).contains(&all), "{all}");
}

#[tokio::test]
async fn a_node_that_dies_or_stands_still_takes_no_rate_with_it() {
    let Some(place) = Where::postgres().await else { return };
    let one = Server::start(place.clone()).await;
    let platform = Platform::on(&one).await;
    let mut process = Process::start(&place, &[]);
    settle(&one).await;
    let limit = json!({ "requests": 100, "seconds": 1, "burst": 20 });
    let credential = platform.credential(&limited(&platform.admin, &limit, &json!({})).await).await;
    let both = [platform.gateway.clone(), platform.gateway.at(&process.url)];
    let load = |_: Duration, _: u32| [20, 20, 0];
    press(&both, &credential, Duration::from_secs(2), load).await;
    process.signal("-STOP");
    press(&both[..1], &credential, Duration::from_secs(5), load).await;
    let alone = press(&both[..1], &credential, Duration::from_secs(3), load).await;
    assert!((285..=330).contains(&alone), "{alone} in 3 s beside a node that stands still");
    process.signal("-CONT");
    let thawed = press(&both, &credential, Duration::from_secs(3), load).await;
    assert!((285..=330).contains(&thawed), "{thawed} in 3 s after it goes on");
    process.kill();
    press(&both[..1], &credential, Duration::from_secs(2), load).await;
    let left = press(&both[..1], &credential, Duration::from_secs(3), load).await;
    eprintln!("in 3 s: {alone} beside a frozen node, {thawed} after the thaw, {left} after a death");
    assert!((285..=330).contains(&left), "{left} in 3 s after a death");
}

#[tokio::test]
async fn a_node_without_the_database_allows_its_part() {
    let Some(place) = Where::postgres().await else { return };
    let one = Server::start(place.clone()).await;
    let platform = Platform::on(&one).await;
    let (behind, link) = proxy(&place).await;
    let two = Server::start(behind).await;
    settle(&two).await;
    let limit = json!({ "requests": 100, "seconds": 1, "burst": 20 });
    let credential = platform.credential(&limited(&platform.admin, &limit, &json!({})).await).await;
    let cut_off = [platform.gateway.at(&two.url)];
    let load = |_: Duration, _: u32| [20, 0, 0];
    let before = press(&cut_off, &credential, Duration::from_secs(2), load).await;
    assert!((190..=230).contains(&before), "{before}");
    link.send(Link::Silent).unwrap();
    // What is granted is void after a second. The doors close after five.
    press(&cut_off, &credential, Duration::from_millis(1_200), load).await;
    let part = press(&cut_off, &credential, Duration::from_secs(2), load).await;
    eprintln!("{part} passed in 2 s on a node that is cut off");
    assert!((80..=110).contains(&part), "{part}");
    link.send(Link::Open).unwrap();
}

#[tokio::test]
async fn a_call_whose_client_hangs_up_is_given_back() {
    let Some(place) = Where::postgres().await else { return };
    let (behind, link) = proxy(&place).await;
    let server = Server::start(behind).await;
    let platform = Platform::on(settle(&server).await).await;
    let id = limited(&platform.admin, &hourly(3), &json!({})).await;
    let file = platform.admin.get(&format!("/tokens/{id}/file")).await;
    let call = || {
        let credential = sealed(&file, &json!({ "htm": "GET", "htu": DEVICE }));
        json!({ "credential": credential, "method": "GET", "path": DEVICE })
    };
    let ask = || platform.gateway.send(Method::POST, "/verify").json(&call()).send();
    assert_eq!(ask().await.unwrap().json::<Value>().await.unwrap()["allowed"], true);
    // The use of the request cannot be written, and the client does not wait for it.
    link.send(Link::Silent).unwrap();
    let mut hung_up = 0;
    for _ in 0..6 {
        match tokio::time::timeout(Duration::from_millis(200), ask()).await {
            Err(_) => hung_up += 1,
            // The server may not have noticed yet that the others hung up.
            Ok(answer) => assert_ne!(answer.unwrap().json::<Value>().await.unwrap()["allowed"], true),
        }
    }
    assert!(hung_up > 0);
    // A decision waits for a second. If it ends in time, the call passes, whoever waits for it.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    link.send(Link::Open).unwrap();
    let (began, mut passed) = (Instant::now(), 0);
    loop {
        assert!(began.elapsed() < Duration::from_secs(40), "{passed} passed");
        let answer = ask().await.unwrap();
        if answer.status() == 503 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        }
        match reason(&answer.json().await.unwrap()).as_str() {
            "allowed" => passed += 1,
            "rate_limited" => break,
            other => panic!("{other}"),
        }
    }
    assert_eq!(passed, 2);
}
