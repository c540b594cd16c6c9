//! Audit events and checkpoints leave the machine: into files, and to receivers of syslog.

use std::time::{Duration, Instant};

use latchkey_shared::ids::NodeId;
use serde_json::Value;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, UdpSocket};

use crate::clocks;
use crate::in_both_places;
use crate::process::Process;
use crate::server::{Caller, PASSWORD, Platform, Where, text};
use crate::trail::{chained, export, verify};

async fn log_in(process: &Process) -> Caller {
    let admin = Caller::new(&process.url);
    let login = serde_json::json!({ "username": "admin", "password": PASSWORD });
    clocks::ready(process).await;
    admin.ask("/session", &login).await;
    admin
}

/// Waits until something is there.
async fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The numbers of the events in the lines of a stream.
fn numbers(lines: &str) -> Vec<i64> {
    let number = |line: &str| serde_json::from_str::<Value>(line).unwrap()["sequence"].as_i64().unwrap();
    lines.lines().map(number).collect()
}

async fn a_file_gets_all_events_and_checkpoints_prove_them(place: Where) {
    let file = |name: &str| place.data_dir().join(name);
    let variables = [
        ("LATCHKEY_AUDIT_STREAM", file("audit.jsonl").display().to_string()),
        ("LATCHKEY_AUDIT_CHECKPOINTS", file("checkpoints").display().to_string()),
    ];
    let mut process = clocks::node(&place, &variables);
    let admin = log_in(&process).await;
    let platform = Platform::by(admin.clone()).await;
    platform.apply("rsa").await;
    let end = chained(&admin).await["sequence"].as_i64().unwrap();
    let read = |name: &str| std::fs::read_to_string(file(name)).unwrap_or_default();
    let has = |end: i64| numbers(&read("audit.jsonl")).last().is_some_and(|last| *last >= end).then_some(());
    wait("the events are not in the file", || has(end)).await;
    // Somebody renames the file, and the process dies.
    std::fs::rename(file("audit.jsonl"), file("audit.before")).unwrap();
    platform.apply("jwt").await;
    let end = chained(&admin).await["sequence"].as_i64().unwrap();
    wait("the events are not in the new file", || has(end)).await;
    process.kill();
    let mut process = clocks::node(&place, &variables);
    let admin = log_in(&process).await;
    let end = chained(&admin).await["sequence"].as_i64().unwrap();
    wait("the events are not in the file after a crash", || has(end)).await;
    let mut all = [numbers(&read("audit.before")), numbers(&read("audit.jsonl"))].concat();
    all.sort_unstable();
    all.dedup();
    assert!(all.iter().copied().eq(1..=*all.last().unwrap()), "{all:?}");

    let key = text(&admin.get("/audit/chain").await["public_key"]);
    let said = verify(&export(&admin, "").await, &read("checkpoints"), &key).unwrap();
    assert!(said.contains("are those that the checkpoint covers"), "{said}");
    process.kill();
}

in_both_places!(a_file_gets_all_events => a_file_gets_all_events_and_checkpoints_prove_them);

/// What a receiver of syslog over TCP gets.
async fn receive(listener: &TcpListener, until: &str) -> String {
    let receiving = async {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut received = Vec::new();
        while !String::from_utf8_lossy(&received).contains(until) {
            if connection.read_buf(&mut received).await.unwrap() == 0 {
                break;
            }
        }
        String::from_utf8(received).unwrap()
    };
    tokio::time::timeout(Duration::from_secs(20), receiving).await.expect("something is received")
}

/// The messages, each after its length.
fn messages(mut frames: &str) -> Vec<String> {
    let mut messages = Vec::new();
    while let Some((length, rest)) = frames.split_once(' ') {
        let Some((message, rest)) = rest.split_at_checked(length.parse().unwrap()) else { break };
        messages.push(message.to_owned());
        frames = rest;
    }
    messages
}

async fn syslog_gets_events_again_after_it_was_gone(place: Where) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let datagrams = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let variables = [
        ("LATCHKEY_AUDIT_STREAM", format!("syslog://{}", listener.local_addr().unwrap())),
        ("LATCHKEY_AUDIT_CHECKPOINTS", format!("syslog+udp://{}", datagrams.local_addr().unwrap())),
        ("LATCHKEY_NODE_NAME", format!("node-{}", NodeId::new())),
    ];
    let process = clocks::node(&place, &variables);
    let admin = log_in(&process).await;
    let first = receive(&listener, "session.created").await;
    // The receiver was gone. The connection is made again, and nothing is missing.
    let platform = Platform::by(admin).await;
    platform.apply("jwt").await;
    let second = receive(&listener, "token.created").await;
    let mut numbers = Vec::new();
    for message in messages(&first).into_iter().chain(messages(&second)) {
        assert!(message.starts_with("<110>1 20") && message.contains(" latchkey "), "{message}");
        let event: Value = serde_json::from_str(message.split_once(" - ").unwrap().1).unwrap();
        numbers.push(event["sequence"].as_i64().unwrap());
    }
    // What was sent last is sent again.
    numbers.sort_unstable();
    numbers.dedup();
    assert!(numbers.iter().copied().eq(1..=*numbers.last().unwrap()), "{numbers:?}");
    let mut checkpoint = vec![0; 4096];
    let received = tokio::time::timeout(Duration::from_secs(5), datagrams.recv(&mut checkpoint)).await;
    let checkpoint = String::from_utf8_lossy(&checkpoint[..received.unwrap().unwrap()]).into_owned();
    assert!(checkpoint.contains(" audit.checkpoint - {\"checkpoint\":\"latchkey-audit/"), "{checkpoint}");
}

in_both_places!(syslog_gets_events => syslog_gets_events_again_after_it_was_gone);
