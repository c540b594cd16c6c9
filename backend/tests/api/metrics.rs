//! Metrics: they count what was done, they are on a listener of their own, and they need no database.

#![allow(clippy::float_cmp, reason = "counts are whole numbers")]

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::postgres::PostgreSql;
use crate::scrape::Scrape;
use crate::server::{DEVICE, Platform, Server, Where, sealed, text};

/// Makes a test for each engine of a function that takes a server with metrics.
macro_rules! with_metrics {
    ($($test:ident)*) => {$(
        mod $test {
            use crate::server::{Server, Where};

            #[tokio::test]
            async fn on_sqlite() {
                super::$test(&Server::start(Where::sqlite().with_metrics()).await).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                let Some(place) = Where::postgres().await else { return };
                super::$test(&Server::start(place.with_metrics()).await).await;
            }
        }
    )*};
}

with_metrics! {
    every_decision_is_counted_by_door_and_reason
    both_formats_are_well_formed_and_say_the_same
    only_the_listener_for_metrics_has_metrics
    writes_and_their_refusals_are_counted
    systems_beyond_the_first_hundred_are_counted_together
}

fn url(server: &Server) -> &str {
    server.metrics.as_deref().unwrap()
}

async fn every_decision_is_counted_by_door_and_reason(server: &Server) {
    let platform = Platform::on(server).await;
    let (id, other) = (platform.apply("rsa").await, platform.apply("jwt").await);
    let file = platform.admin.get(&format!("/tokens/{id}/file")).await;
    let open = text(&file["open_token"]);
    let secret = text(&platform.admin.get(&format!("/tokens/{other}/secret")).await["secret_id"]);
    let nginx = json!({ "name": "nginx", "gateway": "nginx" });
    let nginx = text(&platform.admin.post("/systems/fleet/verifier-keys", &nginx).await["key"]);
    let before = Scrape::now(url(server)).await;

    for _ in 0..3 {
        assert_eq!(platform.reason(&open, "GET", DEVICE).await, "allowed");
    }
    assert_eq!(platform.reason(&open, "GET", "/nothing").await, "no_such_api");
    let request = sealed(&file, &json!({ "htm": "GET", "htu": DEVICE }));
    assert_eq!(platform.reason(&request, "GET", DEVICE).await, "allowed");
    assert_eq!(platform.reason(&request, "GET", DEVICE).await, "replayed");
    let call = |credential: &str| json!({ "credential": credential, "method": "GET", "path": DEVICE });
    let calls = json!({ "calls": [call(&open), call("nonsense"), call("nonsense")] });
    platform.gateway.ask("/verify/batch", &calls).await;
    for (credential, active) in [(open.as_str(), true), ("nonsense", false)] {
        assert_eq!(platform.introspect(credential).await["active"], active);
    }
    let authorize = platform.admin.http.get(format!("{}/auth/fleet", server.url)).bearer_auth(&open);
    let authorize = authorize.header("X-Latchkey-Verifier", nginx).header("X-Original-Method", "GET");
    assert_eq!(authorize.header("X-Original-URI", DEVICE).send().await.unwrap().status(), 200);
    let api = platform.admin.with_bearer(&open);
    assert_eq!(api.status(Method::GET, "/tokens").await, StatusCode::FORBIDDEN);
    assert!(platform.exchange(&other, &secret).await["access_token"].is_string());
    assert_eq!(platform.exchange(&other, "wrong").await["error"], "invalid_client");

    let after = Scrape::now(url(server)).await;
    let rise = |series: &str| after.value(series) - before.value(series);
    let expected = [
        ("verify", "allowed", 4.0),
        ("verify", "no_such_api", 1.0),
        ("verify", "replayed", 1.0),
        ("batch", "allowed", 1.0),
        ("batch", "malformed", 2.0),
        ("introspect", "allowed", 1.0),
        ("introspect", "malformed", 1.0),
        ("auth", "allowed", 1.0),
        ("api", "api_not_granted", 1.0),
    ];
    for (series, value) in after.family("latchkey_decisions_total") {
        let wanted = expected.iter().find(|(door, reason, _)| {
            series == format!("latchkey_decisions_total{{door=\"{door}\",reason=\"{reason}\"}}")
        });
        let rise = value - before.value(series);
        assert_eq!(rise, wanted.map_or(0.0, |(.., count)| *count), "{series}");
    }
    for door in ["verify", "batch", "introspect", "auth", "api"] {
        let all: f64 = expected.iter().filter(|(at, ..)| *at == door).map(|(.., count)| count).sum();
        let times = format!("latchkey_decision_duration_seconds_count{{door=\"{door}\"}}");
        assert_eq!(rise(&times), all, "{door}");
    }
    for (result, count) in [("allowed", 7.0), ("denied", 5.0), ("unavailable", 0.0)] {
        let series = format!("latchkey_system_decisions_total{{system=\"fleet\",result=\"{result}\"}}");
        assert_eq!(rise(&series), count, "{result}");
    }
    for (result, count) in [("issued", 1.0), ("invalid_client", 1.0), ("invalid_scope", 0.0)] {
        assert_eq!(rise(&format!("latchkey_exchanges_total{{result=\"{result}\"}}")), count, "{result}");
    }
    assert_eq!(rise("latchkey_exchange_duration_seconds_count"), 2.0);
    // The open token is verified once; after that, its proof and its token are in memory.
    let lookups = |cache: &str, result: &str| {
        rise(&format!("latchkey_cache_lookups_total{{cache=\"{cache}\",result=\"{result}\"}}"))
    };
    assert_eq!(lookups("proofs", "miss"), 1.0);
    assert_eq!(lookups("proofs", "hit"), 7.0);
    assert!(lookups("tokens", "hit") >= 7.0);
    assert_eq!(after.value("latchkey_cache_differences_total"), 0.0);
    assert!(after.value("latchkey_usage_unwritten_tokens") <= 1.0);
}

async fn both_formats_are_well_formed_and_say_the_same(server: &Server) {
    let platform = Platform::on(server).await;
    let credential = platform.credential(&platform.apply("rsa").await).await;
    platform.reason(&credential, "GET", DEVICE).await;
    let (plain, one) = Scrape::of(url(server), "*/*").await;
    assert_eq!(plain, "text/plain; version=0.0.4; charset=utf-8");
    let accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    let (open, other) = Scrape::of(url(server), accept).await;
    assert!(open.starts_with("application/openmetrics-text; version=1.0.0"), "{open}");
    assert_eq!(one.len(), other.len());
    // Nothing grows with what is asked: series are few, and known in advance.
    assert!(one.len() < 600, "{}", one.len());
    let version = env!("CARGO_PKG_VERSION");
    let (build, value) = one.family("latchkey_build_info").next().unwrap();
    assert!(build.contains(version) && value == 1.0, "{build}");
    assert!(one.value("process_resident_memory_bytes") > 1e6);
    assert!(one.value("process_start_time_seconds") > 1.7e9);
    assert_eq!((one.value("latchkey_feed_live"), one.value("latchkey_writes_work")), (1.0, 1.0));
    assert!(one.value("latchkey_feed_lag_seconds") < 1.0);
    let document = include_str!("../../../docs/metrics.md");
    for family in one.families() {
        assert!(document.contains(&format!("`{family}`")), "docs/metrics.md does not describe {family}");
    }
}

async fn only_the_listener_for_metrics_has_metrics(server: &Server) {
    let metrics = url(server);
    let base = metrics.trim_end_matches("/metrics");
    for path in ["/metrics", "/api/v1/metrics"] {
        let answer = reqwest::get(format!("{}{path}", server.url)).await.unwrap();
        assert!(!answer.text().await.unwrap().contains("latchkey_decisions"), "{path}");
    }
    assert_eq!(reqwest::get(metrics).await.unwrap().status(), 200);
    for path in ["/", "/healthz", "/api/v1/tokens", "/api/openapi.json"] {
        assert_eq!(reqwest::get(format!("{base}{path}")).await.unwrap().status(), 404, "{path}");
    }
    let post = reqwest::Client::new().post(metrics).send().await.unwrap();
    assert_ne!(post.status(), 200);
}

async fn writes_and_their_refusals_are_counted(server: &Server) {
    let admin = server.admin().await;
    let before = Scrape::now(url(server)).await;
    let project = json!({ "key": "quay", "name": "Quay" });
    admin.post("/projects", &project).await;
    admin.refused(Method::POST, "/projects", &project).await;
    admin.delete("/projects/quay").await;
    let after = Scrape::now(url(server)).await;
    let rise = |kind: &str, outcome: &str| {
        let series = format!("latchkey_writes_total{{kind=\"{kind}\",outcome=\"{outcome}\"}}");
        after.value(&series) - before.value(&series)
    };
    assert_eq!((rise("request", "written"), rise("request", "refused")), (1.0, 1.0));
    assert_eq!(rise("withdrawal", "written"), 1.0);
    for kind in ["withdrawal", "request", "background", "brief"] {
        assert_eq!(rise(kind, "failed"), 0.0, "{kind}");
    }
    let connections = after.family("latchkey_database_connections").map(|(_, count)| count).sum::<f64>();
    let limits = after.family("latchkey_database_connections_limit").map(|(_, count)| count).sum::<f64>();
    assert!(connections >= 2.0 && connections <= limits, "{connections} of {limits}");
}

async fn systems_beyond_the_first_hundred_are_counted_together(server: &Server) {
    let admin = server.admin().await;
    for number in 0..101 {
        let key = format!("system-{number}");
        admin.post("/systems", &json!({ "key": key, "name": key, "audience": format!("urn:{key}") })).await;
    }
    let ask = async |system: &str| {
        let path = format!("/systems/{system}/verifier-keys");
        let key = text(&admin.post(&path, &json!({ "name": "door" })).await["key"]);
        let call = json!({ "credential": "nonsense", "method": "GET", "path": "/" });
        admin.with_bearer(&key).ask("/verify", &call).await;
    };
    let denied = |scrape: &Scrape, system: &str| {
        scrape.value(&format!("latchkey_system_decisions_total{{system=\"{system}\",result=\"denied\"}}"))
    };
    ask("system-0").await;
    ask("system-100").await;
    ask("system-99").await;
    let scrape = Scrape::now(url(server)).await;
    // The built-in system has counts of its own, too.
    assert_eq!(scrape.family("latchkey_system_decisions_total").count(), 3 * 101);
    assert_eq!((denied(&scrape, "system-0"), denied(&scrape, "_other")), (1.0, 2.0));

    // A deleted system makes room for the next new one. Nothing moves meanwhile.
    admin.delete("/systems/system-0").await;
    admin.post("/systems", &json!({ "key": "new", "name": "New", "audience": "urn:new" })).await;
    ask("new").await;
    ask("system-100").await;
    let scrape = Scrape::now(url(server)).await;
    assert_eq!(scrape.family("latchkey_system_decisions_total").count(), 3 * 101);
    assert_eq!((denied(&scrape, "new"), denied(&scrape, "_other")), (1.0, 3.0));
}

#[tokio::test]
async fn metrics_need_no_database() {
    let Some(database) = PostgreSql::start() else { return };
    let place = Where { database_url: Some(database.url()), ..Where::sqlite() };
    let server = Server::start(place.with_metrics()).await;
    let platform = Platform::on(&server).await;
    let credential = platform.credential(&platform.apply("rsa").await).await;
    assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "allowed");
    database.kill();
    let killed = Instant::now();
    let ask = async || {
        let call = json!({ "credential": credential, "method": "GET", "path": DEVICE });
        platform.gateway.send(Method::POST, "/verify").json(&call).send().await.unwrap().status()
    };
    while ask().await != StatusCode::SERVICE_UNAVAILABLE {
        assert!(killed.elapsed() < Duration::from_secs(7), "the doors stay open");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let asked = Instant::now();
    let scrapes = join_all((0..20).map(|_| Scrape::now(url(&server)))).await;
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    let scrape = &scrapes[0];
    assert!(scrape.decisions("verify", "unavailable") >= 1.0);
    assert_eq!(scrape.value("latchkey_feed_live"), 0.0);
    assert!(scrape.value("latchkey_feed_lag_seconds") > 4.0);
    // The calls cannot be written. Nothing else writes: who may write is in the database, too.
    let failed = "latchkey_writes_total{kind=\"background\",outcome=\"failed\"}";
    loop {
        let scrape = Scrape::now(url(&server)).await;
        if scrape.value("latchkey_writes_work") == 0.0 {
            assert!(scrape.value(failed) >= 1.0 && scrape.value("latchkey_usage_unwritten_tokens") == 1.0);
            break;
        }
        assert!(killed.elapsed() < Duration::from_secs(30), "{scrape:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    database.go_on();
    let back = Instant::now();
    loop {
        let scrape = Scrape::now(url(&server)).await;
        if scrape.value("latchkey_feed_live") == 1.0 && scrape.value("latchkey_writes_work") == 1.0 {
            break;
        }
        assert!(back.elapsed() < Duration::from_secs(15), "{scrape:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn without_the_setting_there_are_no_metrics() {
    let server = Server::start(Where::sqlite()).await;
    assert_eq!(server.metrics, None);
    let page: Value = server.admin().await.get("/installation").await;
    assert!(page["version"].is_string());
}
