//! A server that is asked to stop loses no request.

use std::fs::File;
use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::authority::Files;
use crate::process::Process;
use crate::server::{Caller, Where};

/// What became of the requests on one connection after another.
#[derive(Default, Debug)]
struct Sent {
    answered: usize,
    /// Sent on a connection that was open, and not answered.
    lost: usize,
    /// Connections that the server announced to close.
    closed: usize,
}

/// The answer to a request on this connection, up to its last byte. `None` if the connection ends before.
async fn ask(connection: &mut TcpStream, path: &str) -> Option<String> {
    let request = format!("GET {path} HTTP/1.1\r\nhost: latchkey.example\r\n\r\n");
    connection.write_all(request.as_bytes()).await.ok()?;
    let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&answer).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
            if length.parse() == Ok(body.len()) {
                return Some(text);
            }
        }
        match connection.read(&mut buffer).await {
            Ok(length) if length > 0 => answer.extend(&buffer[..length]),
            _ => return None,
        }
    }
}

/// Sends requests on a connection that it keeps open, one after the other. It repeats none. It opens a new
/// connection if the server has said that it closes the old one, as long as the server says that it is ready, as
/// a load balancer does.
async fn keep_busy(address: String) -> Sent {
    let mut sent = Sent::default();
    while let Ok(mut connection) = TcpStream::connect(&address).await {
        loop {
            let Some(answer) = ask(&mut connection, "/readyz").await else {
                sent.lost += 1;
                return sent;
            };
            sent.answered += 1;
            let is_ready = answer.starts_with("http/1.1 200");
            let closes = answer.contains("\r\nconnection: close\r\n");
            assert_eq!(is_ready, !closes, "{answer}");
            if !closes {
                continue;
            }
            sent.closed += 1;
            if !is_ready {
                return sent;
            }
            break;
        }
    }
    sent
}

#[tokio::test]
async fn a_stop_loses_no_request_on_busy_connections() {
    for _ in 0..2 {
        let place = Where::sqlite();
        let mut process = Process::start(&place, &[("LATCHKEY_STOP_DELAY", "1".to_owned())]);
        let address = process.url.trim_start_matches("http://").to_owned();
        let busy: Vec<_> = (0..8).map(|_| tokio::spawn(keep_busy(address.clone()))).collect();
        tokio::time::sleep(Duration::from_millis(700)).await;
        process.signal("-TERM");
        let (mut answered, mut closed) = (0, 0);
        for one in busy {
            let sent = one.await.unwrap();
            assert_eq!(sent.lost, 0, "{sent:?}");
            answered += sent.answered;
            closed += sent.closed;
        }
        assert!(answered > 100, "{answered}");
        assert_eq!(closed, 8);
        assert!(process.end().await.success());
    }
}

#[tokio::test]
async fn a_server_that_is_about_to_stop_still_accepts_connections_and_says_so() {
    let place = Where::sqlite();
    let mut process = Process::start(&place, &[("LATCHKEY_STOP_DELAY", "2".to_owned())]);
    let status = async |path: &str| {
        let answer = Caller::new(&process.url).http.get(format!("{}{path}", process.url)).send().await;
        answer.map(|answer| (answer.status(), answer.headers().contains_key("connection")))
    };
    assert_eq!(status("/readyz").await.unwrap(), (StatusCode::OK, false));
    process.signal("-TERM");
    let asked = Instant::now();
    while status("/readyz").await.unwrap() != (StatusCode::SERVICE_UNAVAILABLE, true) {
        assert!(asked.elapsed() < Duration::from_secs(1));
    }
    // All others are still answered, on new connections.
    assert_eq!(status("/healthz").await.unwrap(), (StatusCode::OK, true));
    assert_eq!(status("/api/openapi.json").await.unwrap(), (StatusCode::OK, true));
    assert!(asked.elapsed() < Duration::from_secs(2));
    assert!(process.end().await.success());
    assert!(asked.elapsed() > Duration::from_secs(2));
    // An idle connection does not delay the end.
    assert!(asked.elapsed() < Duration::from_secs(6), "{:?}", asked.elapsed());
}

#[tokio::test]
async fn a_second_signal_ends_the_wait() {
    let place = Where::sqlite();
    for second in ["-TERM", "-INT"] {
        let mut process = Process::start(&place, &[("LATCHKEY_STOP_DELAY", "60".to_owned())]);
        process.signal("-TERM");
        let mut caller = TcpStream::connect(process.url.trim_start_matches("http://")).await.unwrap();
        let asked = Instant::now();
        while !ask(&mut caller, "/readyz").await.is_some_and(|answer| answer.contains("about to stop")) {
            assert!(asked.elapsed() < Duration::from_secs(5));
            caller = TcpStream::connect(process.url.trim_start_matches("http://")).await.unwrap();
        }
        process.signal(second);
        assert!(process.end().await.success());
        assert!(asked.elapsed() < Duration::from_secs(15), "{second}: {:?}", asked.elapsed());
    }
}

#[tokio::test]
async fn a_request_that_runs_is_answered_after_the_listener_is_closed() {
    let Some(place) = Where::postgres().await else { return };
    let mut process = Process::start(&place, &[("LATCHKEY_STOP_DELAY", "0".to_owned())]);
    // Its answer waits for the lock.
    let mut other = place.connect().await;
    sqlx::Executor::execute(&mut other, "BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let caller = Caller::new(&process.url);
    let body = serde_json::json!({ "username": "admin", "password": crate::server::PASSWORD });
    let login = caller.send(reqwest::Method::POST, "/session").json(&body);
    let login = tokio::spawn(login.send());
    tokio::time::sleep(Duration::from_millis(500)).await;
    process.signal("-TERM");
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(TcpStream::connect(process.url.trim_start_matches("http://")).await.is_err());
    assert!(!login.is_finished());
    sqlx::Executor::execute(&mut other, "ROLLBACK").await.unwrap();
    assert!(login.await.unwrap().unwrap().status().is_success());
    assert!(process.end().await.success());
}

#[tokio::test]
async fn a_stop_loses_no_request_over_http_2() {
    let (place, files) = (Where::sqlite(), Files::new(30));
    let variables = [
        ("LATCHKEY_STOP_DELAY", "1".to_owned()),
        ("LATCHKEY_TLS_CERTIFICATE", files.tls().certificate.display().to_string()),
        ("LATCHKEY_TLS_KEY", files.tls().key.display().to_string()),
    ];
    let mut process = Process::start(&place, &variables);
    // Eight requests at a time, on one connection as long as the server wants it.
    let told = place.data_dir().join("told");
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--http2", "--parallel", "--parallel-max", "8", "--output", "/dev/null"])
        .args(["--write-out", "%{http_version} %{http_code} %{exitcode} %{num_connects}\n", "--cacert"])
        .arg(files.authority.file())
        .arg(format!("{}/healthz?[1-1000000]", process.url))
        .stdout(File::create(&told).unwrap());
    let mut curl = curl.spawn().unwrap();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    process.signal("-TERM");
    let asked = Instant::now();
    assert!(process.end().await.success());
    // Nothing had to be cut.
    let ended = asked.elapsed();
    assert!((1..8).contains(&ended.as_secs()), "{ended:?}");
    tokio::time::sleep(Duration::from_millis(200)).await;
    curl.kill().unwrap();
    curl.wait().unwrap();
    let told = std::fs::read_to_string(told).unwrap();
    let (mut answered, mut connections) = (0, 0);
    for line in told.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["2", "200", "0", connects] => {
                answered += 1;
                connections += connects.parse::<usize>().unwrap();
            }
            // There is no server to connect to, or the last line is not complete.
            [_, "000", "7", _] => {}
            _ if Some(line) == told.lines().last() => {}
            _ => panic!("lost: {line}"),
        }
    }
    assert!(answered > 100, "{answered}");
    assert!(connections > 1, "the server has sent it away");
}
