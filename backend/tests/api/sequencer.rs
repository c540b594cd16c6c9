//! Three nodes write under load, while the one that chains the audit trail is killed and frozen.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::clocks;
use crate::process::Process;
use crate::prometheus::{Prometheus, free_port};
use crate::scrape::Scrape;
use crate::server::{Caller, PASSWORD, Platform, Where, text};
use crate::trail::{chained, export, verify};

/// A node that runs as a process, and its port for metrics.
struct Node {
    process: Process,
    metrics: u16,
}

impl Node {
    fn start(place: &Where) -> Self {
        let metrics = free_port();
        let variables = [("LATCHKEY_METRICS_LISTEN", format!("127.0.0.1:{metrics}"))];
        Self { process: clocks::node(place, &variables), metrics }
    }

    async fn admin(&self) -> Caller {
        let admin = Caller::new(&self.process.url);
        let login = json!({ "username": "admin", "password": PASSWORD });
        let begun = Instant::now();
        loop {
            let answer = admin.send(Method::POST, "/session").json(&login).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return admin;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "it does not start");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn scrape(&self) -> Scrape {
        Scrape::now(&format!("http://127.0.0.1:{}/metrics", self.metrics)).await
    }
}

/// The node that chains.
async fn sequencer(nodes: &[Node]) -> usize {
    let begun = Instant::now();
    loop {
        for (index, node) in nodes.iter().enumerate() {
            if node.scrape().await.value("latchkey_audit_chains") > 0.0 {
                return index;
            }
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "no node chains");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn three_nodes_leave_no_gap_while_the_sequencer_is_killed_and_frozen() {
    let Some(place) = Where::postgres().await else { return };
    let mut nodes: Vec<Node> = (0..3).map(|_| Node::start(&place)).collect();
    let platform = Platform::by(nodes[0].admin().await).await;
    let stops = Arc::new(AtomicBool::new(false));
    let mut writers = Vec::new();
    for node in &nodes {
        for _ in 0..3 {
            let (admin, stops) = (node.admin().await, Arc::clone(&stops));
            writers.push(tokio::spawn(async move {
                let mut written = Vec::new();
                while !stops.load(Ordering::Relaxed) {
                    let answer =
                        admin.send(Method::POST, "/tokens").json(&Platform::wanted("jwt")).send().await;
                    match answer {
                        Ok(answer) if answer.status() == 201 => {
                            written.push(text(&answer.json::<Value>().await.unwrap()["id"]));
                        }
                        _ => tokio::time::sleep(Duration::from_millis(100)).await,
                    }
                }
                written
            }));
        }
    }
    let mut frozen: Vec<usize> = Vec::new();
    for round in 0..3 {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let holder = sequencer(&nodes).await;
        if round == 1 {
            nodes[holder].process.kill();
            nodes[holder] = Node::start(&place);
        } else {
            // Another node takes over meanwhile, and then this one goes on.
            nodes[holder].process.signal("-STOP");
            tokio::time::sleep(Duration::from_secs(6)).await;
            nodes[holder].process.signal("-CONT");
            frozen.push(holder);
        }
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    stops.store(true, Ordering::Relaxed);
    let mut written = BTreeSet::new();
    for writer in writers {
        written.extend(writer.await.unwrap());
    }
    assert!(written.len() > 100, "{}", written.len());
    let holder = sequencer(&nodes).await;
    assert!(nodes[holder].scrape().await.value("latchkey_audit_unchained_seconds") < 5.0);
    let admin = nodes[holder].admin().await;
    let chain = chained(&admin).await;
    let whole = export(&admin, "").await;
    let said = verify(&whole, "", &text(&chain["public_key"])).unwrap();
    assert!(said.contains("fit each other"), "{said}");
    let of_tokens: Vec<Value> = whole
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|event| event["action"] == "token.created")
        .collect();
    let chained: BTreeSet<String> = of_tokens.iter().map(|event| text(&event["target"]["id"])).collect();
    assert_eq!(chained.len(), of_tokens.len(), "no event is there twice");
    assert!(written.is_subset(&chained), "no event is left out");
    eprintln!("{} events, {} nodes were frozen", of_tokens.len(), frozen.len());
    drop(platform);
}

/// Somebody has locked the table of the sequencer.
pub(crate) async fn events_are_not_chained(
    prometheus: &Prometheus,
    admin: &Caller,
    place: &Where,
    port: u16,
) {
    use sqlx::{Connection as _, Executor as _};
    let mut other = sqlx::PgConnection::connect(place.database_url.as_deref().unwrap()).await.unwrap();
    let mut lock = other.begin().await.unwrap();
    lock.execute("LOCK TABLE audit_sequencer IN EXCLUSIVE MODE").await.unwrap();
    admin.post("/projects", &json!({ "key": "unchained", "name": "Unchained" })).await;
    prometheus.fires("LatchkeyAuditUnchained", port).await;
    lock.rollback().await.unwrap();
    chained(admin).await;
}

/// The stream goes to a directory that does not exist.
pub(crate) async fn events_are_not_sent(prometheus: &Prometheus) {
    let metrics = free_port();
    let place = Where::sqlite();
    let nowhere = place.data_dir().join("nowhere").join("audit.jsonl").display().to_string();
    let variables =
        [("LATCHKEY_METRICS_LISTEN", format!("127.0.0.1:{metrics}")), ("LATCHKEY_AUDIT_STREAM", nowhere)];
    let _process = Process::start(&place, &variables);
    prometheus.watch(&[metrics]);
    prometheus.fires("LatchkeyAuditNotSent", metrics).await;
}
