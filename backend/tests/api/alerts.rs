//! The rules, the dashboard and the alerts, with a real Prometheus. Each alert fires by its real fault.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _};

use crate::clocks::faketime;
use crate::otlp::{KEY, Receiver};
use crate::postgres::PostgreSql;
use crate::process::Process;
use crate::prometheus::{Prometheus, RULES, free_port, promtool, until};
use crate::scrape::Scrape;
use crate::sequencer::{events_are_not_chained, events_are_not_sent};
use crate::server::{Caller, DEVICE, PASSWORD, Platform, Server, Where, sealed, text, unique};
use crate::tls::nobody_renews_the_certificate;

/// What is shortened in the rules, so that the test need not wait: how long a condition must last, and how
/// far a rate looks back. Calls may wait six seconds to be written, instead of a minute.
const SHORTENED: [(&str, &str); 5] = [
    ("for: 1m", "for: 1s"),
    ("for: 5m", "for: 1s"),
    ("[5m]", "[10s]"),
    ("[1h]", "[1m]"),
    ("latchkey_usage_unwritten_seconds > 60", "latchkey_usage_unwritten_seconds > 8"),
];

fn rules() -> String {
    std::fs::read_to_string(RULES).unwrap()
}

/// The names of a kind of rule, `alert` or `record`.
fn named(kind: &str) -> BTreeSet<String> {
    let prefix = format!("- {kind}: ");
    rules().lines().filter_map(|line| Some(line.trim().strip_prefix(&prefix)?.to_owned())).collect()
}

/// A process with metrics, and its port for them.
struct Watched {
    process: Process,
    metrics: u16,
}

impl Watched {
    fn variables() -> (u16, Vec<(&'static str, String)>) {
        let port = free_port();
        (port, vec![("LATCHKEY_METRICS_LISTEN", format!("127.0.0.1:{port}"))])
    }

    fn start(place: &Where, more: &[(&'static str, String)]) -> Self {
        let (metrics, mut variables) = Self::variables();
        variables.extend(more.to_vec());
        Self { process: Process::start(place, &variables), metrics }
    }

    async fn admin(&self) -> Caller {
        let admin = Caller::new(&self.process.url);
        admin.ask("/session", &json!({ "username": "admin", "password": PASSWORD })).await;
        admin
    }

    async fn platform(&self) -> Platform {
        Platform::by(self.admin().await).await
    }

    /// Has it scraped alone, and waits until it is.
    async fn scraped_by(&self, prometheus: &Prometheus) {
        prometheus.watch(&[self.metrics]);
        let live =
            format!("latchkey_feed_live{{instance=\"{}\"}}", crate::prometheus::instance(self.metrics));
        until("it is not scraped", async || !prometheus.query(&live).await.is_empty()).await;
    }
}

#[test]
fn each_alert_has_a_runbook() {
    let document = include_str!("../../../docs/metrics.md");
    let alerts = named("alert");
    assert!(!alerts.is_empty());
    for alert in alerts {
        let heading = format!("### {alert}\n");
        assert!(document.contains(&heading), "{alert}");
        assert!(rules().contains(&format!("runbook: docs/metrics.md#{}\n", alert.to_lowercase())), "{alert}");
    }
}

#[tokio::test]
async fn promtool_accepts_the_metrics_and_the_rules() {
    let server = Server::start(Where::sqlite().with_metrics()).await;
    let platform = Platform::on(&server).await;
    let credential = platform.credential(&platform.apply("rsa").await).await;
    platform.reason(&credential, "GET", DEVICE).await;
    let metrics = reqwest::get(server.metrics.as_deref().unwrap()).await.unwrap().text().await.unwrap();
    let Some(()) = promtool(&["metrics"], &metrics) else { return };
    promtool(&["rules", RULES], "");
    promtool(&["config", "prometheus.yaml"], "");
}

#[tokio::test]
async fn rules_and_dashboard_show_what_a_server_does() {
    let shortened = SHORTENED.iter().fold(rules(), |rules, (long, short)| rules.replace(long, short));
    let Some(prometheus) = Prometheus::start(&shortened).await else { return };
    let receiver = Receiver::start();
    let place = Where::sqlite().with_metrics().with_telemetry(receiver.telemetry());
    let server = Server::start(place).await;
    let platform = Platform::on(&server).await;
    let id = platform.apply("jwt").await;
    let secret = text(&platform.admin.get(&format!("/tokens/{id}/secret")).await["secret_id"]);
    let port = server.metrics.as_deref().unwrap().parse::<url::Url>().unwrap().port().unwrap();
    prometheus.watch(&[port]);
    let mut decided = 0;
    let mut work = async || {
        let credential = text(&platform.exchange(&id, &secret).await["access_token"]);
        for _ in 0..5 {
            assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "allowed");
            decided += 1;
        }
        decided
    };
    until("the server is not scraped", async || {
        work().await;
        !prometheus.query("latchkey_decisions_total").await.is_empty()
    })
    .await;
    let mut expected: Vec<String> = named("record").into_iter().collect();
    let dashboard: Value =
        serde_json::from_str(include_str!("../../../deploy/grafana/latchkey.json")).unwrap();
    for target in
        dashboard["panels"].as_array().unwrap().iter().filter_map(|panel| panel["targets"].as_array())
    {
        let queries = target.iter().map(|target| text(&target["expr"]));
        expected.extend(queries.map(|query| {
            query.replace("$__rate_interval", "10s").replace("$__range", "10s").replace("$instance", ".*")
        }));
    }
    assert!(expected.len() > 20, "{expected:?}");
    for query in expected {
        until(&format!("nothing is shown: {query}"), async || {
            work().await;
            !prometheus.query(&query).await.is_empty()
        })
        .await;
    }
    let total = work().await;
    until("calls are not counted", async || {
        let counted =
            prometheus.query("sum(latchkey_decisions_total{door=\"verify\",reason=\"allowed\"})").await;
        text(&counted[0]["value"][1]).parse::<f64>().unwrap() >= f64::from(total)
    })
    .await;
    assert!(prometheus.firing().await.is_empty(), "{:?}", prometheus.firing().await);
}

#[tokio::test]
async fn each_alert_fires_by_its_fault() {
    let shortened = SHORTENED.iter().fold(rules(), |rules, (long, short)| {
        assert!(rules.contains(long), "{long}");
        rules.replace(long, short)
    });
    let Some(prometheus) = Prometheus::start(&shortened).await else { return };
    let Some(database) = PostgreSql::start() else { return };
    let place = Where { database_url: Some(database.url()), ..Where::sqlite() };
    let (metrics, mut variables) = Watched::variables();
    variables.push(("LATCHKEY_DATABASE_CONNECTIONS", "2".to_owned()));
    let mut server = Watched { process: Process::start(&place, &variables), metrics };
    let platform = server.platform().await;
    prometheus.watch(&[server.metrics]);
    until("it is not scraped", async || !prometheus.query("latchkey_feed_live == 1").await.is_empty()).await;
    // A while without a fault.
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert!(prometheus.firing().await.is_empty(), "{:?}", prometheus.firing().await);
    let mut fired = BTreeSet::new();

    a_fact_is_changed_by_hand(&prometheus, &platform, &place, server.metrics).await;
    fired.insert("LatchkeyCacheDiffers");
    a_table_is_locked(&prometheus, &platform, &place, server.metrics).await;
    fired.extend(["LatchkeyConnectionsExhausted", "LatchkeyDecisionsSlow"]);
    if let Some(ahead) = faketime() {
        let ahead = [ahead, vec![("FAKETIME", "+1h".to_owned())]].concat();
        let wrong = Watched::start(&place, &ahead);
        prometheus.watch(&[server.metrics, wrong.metrics]);
        prometheus.fires("LatchkeyClockOff", wrong.metrics).await;
        prometheus.watch(&[server.metrics]);
        fired.insert("LatchkeyClockOff");
    }
    too_many_sealed_requests_arrive(&prometheus).await;
    fired.insert("LatchkeyPrivateKeyQueueFull");
    the_receiver_of_spans_dies(&prometheus).await;
    fired.insert("LatchkeySpansLost");
    nobody_renews_the_certificate(&prometheus).await;
    fired.extend(["LatchkeyCertificateExpires", "LatchkeyCertificateNotTaken"]);
    strangers_guess(&prometheus).await;
    fired.extend(["LatchkeyWrongCredentials", "LatchkeyWrongCredentialsOfMany"]);
    events_are_not_sent(&prometheus).await;
    prometheus.watch(&[server.metrics]);
    events_are_not_chained(&prometheus, &platform.admin, &place, server.metrics).await;
    fired.extend(["LatchkeyAuditNotSent", "LatchkeyAuditUnchained"]);

    withdrawals_are_not_logged(&prometheus).await;
    fired.insert("LatchkeyWithdrawalLogFails");

    prometheus.watch(&[server.metrics]);
    database.execute(&["UPDATE withdrawal_position SET number = number - 1"]).await;
    prometheus.fires("LatchkeyDatabaseWentBack", server.metrics).await;
    fired.insert("LatchkeyDatabaseWentBack");
    database.execute(&["UPDATE withdrawal_position SET number = number + 1"]).await;
    until("it does not go on", async || {
        platform.admin.status(Method::GET, "/tokens").await == StatusCode::OK
    })
    .await;
    let credential = platform.credential(&platform.apply("rsa").await).await;
    assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "allowed");
    database.kill();
    let calls = tokio::spawn({
        let (gateway, admin) = (platform.gateway.clone(), platform.admin.clone());
        async move {
            loop {
                let call = json!({ "credential": credential, "method": "GET", "path": DEVICE });
                let _ = gateway.send(Method::POST, "/verify").json(&call).send().await;
                let _ = admin.send(Method::POST, "/tokens").json(&Platform::wanted("jwt")).send().await;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    });
    for alert in [
        "LatchkeyFeedBroken",
        "LatchkeyDecisionsUnavailable",
        "LatchkeyWritesFail",
        "LatchkeyUsageNotWritten",
    ] {
        prometheus.fires(alert, server.metrics).await;
        fired.insert(alert);
    }
    calls.abort();
    server.process.kill();
    prometheus.fires("LatchkeyDown", server.metrics).await;
    fired.insert("LatchkeyDown");
    let missing: Vec<String> =
        named("alert").into_iter().filter(|alert| !fired.contains(alert.as_str())).collect();
    assert!(missing.is_empty() || (missing == ["LatchkeyClockOff"] && faketime().is_none()), "{missing:?}");
}

/// The volume of the withdrawal log is full.
async fn withdrawals_are_not_logged(prometheus: &Prometheus) {
    let place = Where::sqlite();
    let log = place.data_dir().join("withdrawals");
    std::fs::create_dir(&log).unwrap();
    std::os::unix::fs::symlink("/dev/full", log.join("withdrawals.log")).unwrap();
    let server = Watched::start(&place, &[]);
    server.scraped_by(prometheus).await;
    prometheus.fires("LatchkeyWithdrawalLogFails", server.metrics).await;
}

async fn a_fact_is_changed_by_hand(prometheus: &Prometheus, platform: &Platform, place: &Where, port: u16) {
    let id = platform.apply("rsa").await;
    let credential = platform.credential(&id).await;
    let mut by_hand = sqlx::PgConnection::connect(place.database_url.as_deref().unwrap()).await.unwrap();
    // On a busy machine, a node may think that it stood still. Then it reads the fact again by itself.
    for _ in 0..3 {
        platform.admin.patch(&format!("/tokens/{id}"), &json!({ "description": unique("note") })).await;
        assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "allowed");
        let statement = "UPDATE tokens SET disabled = 1 WHERE id = $1";
        sqlx::query(statement).bind(id.clone()).execute(&mut by_hand).await.unwrap();
        until("the change is not found", async || {
            platform.reason(&credential, "GET", DEVICE).await == "disabled"
        })
        .await;
        let differed = "latchkey_cache_differences_total > 0";
        tokio::time::sleep(Duration::from_secs(2)).await;
        if !prometheus.query(differed).await.is_empty() {
            break;
        }
        platform.admin.patch(&format!("/tokens/{id}"), &json!({ "status": "active" })).await;
    }
    prometheus.fires("LatchkeyCacheDiffers", port).await;
}

/// A migration or a backup by hand locks a table. Lists wait for it with all connections, and decisions wait
/// for facts that are not in memory.
async fn a_table_is_locked(prometheus: &Prometheus, platform: &Platform, place: &Where, port: u16) {
    let id = platform.apply("rsa").await;
    let credential = platform.credential(&id).await;
    // From now on, its facts in memory are out of date.
    platform.admin.patch(&format!("/tokens/{id}"), &json!({ "description": "changed" })).await;
    let mut other = sqlx::PgConnection::connect(place.database_url.as_deref().unwrap()).await.unwrap();
    let mut lock = other.begin().await.unwrap();
    lock.execute("LOCK TABLE tokens IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let lists: Vec<_> = (0..4)
        .map(|_| {
            let admin = platform.admin.clone();
            tokio::spawn(async move {
                loop {
                    let _ = admin.status(Method::GET, "/tokens").await;
                }
            })
        })
        .collect();
    let calls = tokio::spawn({
        let gateway = platform.gateway.clone();
        async move {
            loop {
                let call = json!({ "credential": credential, "method": "GET", "path": DEVICE });
                let _ = gateway.send(Method::POST, "/verify").json(&call).send().await;
            }
        }
    });
    prometheus.fires("LatchkeyConnectionsExhausted", port).await;
    prometheus.fires("LatchkeyDecisionsSlow", port).await;
    lists.iter().for_each(tokio::task::JoinHandle::abort);
    calls.abort();
    lock.rollback().await.unwrap();
    until("the server does not recover", async || {
        platform.admin.status(Method::GET, "/tokens").await == StatusCode::OK
    })
    .await;
}

/// A client sends more sealed requests at once than a token may have.
async fn too_many_sealed_requests_arrive(prometheus: &Prometheus) {
    let place = Where::sqlite();
    let server = Watched::start(&place, &[]);
    let platform = server.platform().await;
    server.scraped_by(prometheus).await;
    let id = platform.apply("rsa").await;
    let file = platform.admin.get(&format!("/tokens/{id}/file")).await;
    let calls: Vec<Value> = (0..100)
        .map(|_| {
            let credential = sealed(&file, &json!({ "htm": "GET", "htu": DEVICE }));
            json!({ "credential": credential, "method": "GET", "path": DEVICE })
        })
        .collect();
    let body = json!({ "calls": calls });
    let load = async {
        loop {
            let send = || platform.gateway.send(Method::POST, "/verify/batch").json(&body).send();
            join_all((0..100).map(|_| send())).await;
        }
    };
    tokio::select! {
        () = load => {}
        () = prometheus.fires("LatchkeyPrivateKeyQueueFull", server.metrics) => {}
    }
    let url = format!("http://127.0.0.1:{}/metrics", server.metrics);
    let refused = Scrape::now(&url).await;
    let refused: f64 =
        refused.family("latchkey_private_key_operations_refused_total").map(|(_, count)| count).sum();
    assert!(refused > 0.0);
}

/// The collector of traces is stopped, and nobody notices otherwise.
async fn the_receiver_of_spans_dies(prometheus: &Prometheus) {
    let receiver = Receiver::start();
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url.clone()),
        ("OTEL_EXPORTER_OTLP_HEADERS", format!("x-key={KEY}")),
    ];
    let place = Where::sqlite();
    let server = Watched::start(&place, &variables);
    let platform = server.platform().await;
    server.scraped_by(prometheus).await;
    let call = async || {
        platform.reason("nonsense", "GET", DEVICE).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    until("no span arrives", async || {
        call().await;
        !prometheus.query("instance:latchkey_otlp_spans_lost:ratio5m == 0").await.is_empty()
    })
    .await;
    tokio::task::spawn_blocking(move || drop(receiver)).await.unwrap();
    let calls = async {
        loop {
            call().await;
        }
    };
    tokio::select! {
        () = calls => {}
        () = prometheus.fires("LatchkeySpansLost", server.metrics) => {}
    }
}

/// First one address guesses, then many do.
async fn strangers_guess(prometheus: &Prometheus) {
    let place = Where::sqlite();
    let server = Watched::start(&place, &[("LATCHKEY_FAILED_PROOFS", "5".to_owned())]);
    let gateway = server.platform().await.gateway;
    server.scraped_by(prometheus).await;
    let guess = async |addresses: &mut dyn Iterator<Item = String>| {
        let call =
            |from| json!({ "credential": "lkr_a-guess", "method": "GET", "path": DEVICE, "client_ip": from });
        let calls: Vec<Value> = addresses.take(100).map(call).collect();
        gateway.ask("/verify/batch", &json!({ "calls": calls })).await;
    };
    let one = async {
        loop {
            guess(&mut std::iter::repeat_n("203.0.113.66".to_owned(), 100)).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::select! {
        () = one => {}
        () = prometheus.fires("LatchkeyWrongCredentials", server.metrics) => {}
    }
    let firing = prometheus.firing().await;
    assert!(firing.iter().all(|(alert, _)| alert != "LatchkeyWrongCredentialsOfMany"), "{firing:?}");
    let many = async {
        let mut addresses =
            (0..u32::MAX).map(|host| std::net::Ipv4Addr::from(0x0a00_0000 + host).to_string());
        loop {
            guess(&mut addresses).await;
        }
    };
    tokio::select! {
        () = many => {}
        () = prometheus.fires("LatchkeyWrongCredentialsOfMany", server.metrics) => {}
    }
}
