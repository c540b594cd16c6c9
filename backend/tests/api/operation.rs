//! What operators rely on: the log, the data directory and the shutdown.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::faults::{Report, times};
use crate::process::Process;
use crate::server::{Server, Where};

#[tokio::test]
async fn a_log_that_cannot_be_written_fails_no_request() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let (_, closed) = std::io::pipe().unwrap();
    let everything = [("LATCHKEY_LOG", "debug".to_owned())];
    let mut report = Report::default();
    for (what, log) in [("a full disk", full.into()), ("a closed pipe", closed.into())] {
        let process = Process::start_logging_to(log, &Where::sqlite(), &everything);
        for path in ["/readyz", "/api/v1/nowhere", "/api/v1/tokens"].repeat(times(1)) {
            let answer = reqwest::get(format!("{}{path}", process.url)).await.unwrap();
            assert!(answer.status() != StatusCode::INTERNAL_SERVER_ERROR, "{what}: {path}");
            report.checked += 1;
        }
        report.times += 1;
    }
    report.tell("the log is on a full disk, or its reader is gone", &Where::sqlite());
}

#[tokio::test]
async fn the_data_directory_becomes_private() {
    let place = Where::sqlite();
    let rights = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let open = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    open(place.data_dir(), 0o755);
    for time in ["first", "second"] {
        let running = Server::start(place.clone()).await;
        assert_eq!(rights(place.data_dir()), 0o700, "the {time} time");
        let mut files = 0;
        for entry in fs::read_dir(place.data_dir()).unwrap() {
            let path = entry.unwrap().path();
            let own = if path.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(rights(&path), own, "the {time} time: {}", path.display());
            files += 1;
        }
        assert!(files >= 3, "the lock, the database and its log");
        drop(running);
        open(place.data_dir(), 0o755);
        open(&place.data_dir().join("latchkey.db"), 0o644);
    }
}

#[tokio::test]
async fn a_key_file_beside_postgres_becomes_private() {
    let Some(place) = Where::postgres().await else { return };
    let key = place.data_dir().join("master.key");
    fs::write(&key, "of another start").unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let _running = Server::start(place).await;
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn idle_connections_outlive_those_of_gateways_and_end_with_the_server() {
    let process = Process::start(&Where::sqlite(), &[]);
    let address = process.url.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let mut answer = [0; 4096];
    for _ in 0..2 {
        connection.write_all(b"GET /healthz HTTP/1.1\r\nhost: latchkey.example\r\n\r\n").await.unwrap();
        let length = connection.read(&mut answer).await.unwrap();
        assert!(answer[..length].starts_with(b"HTTP/1.1 200"), "the connection was closed");
        // A gateway may reuse a connection up to a minute later. The server used to close it after five
        // seconds.
        tokio::time::sleep(Duration::from_millis(6_500)).await;
    }
    process.signal("-TERM");
    let stopped = Instant::now();
    assert_eq!(connection.read(&mut answer).await.unwrap(), 0);
    assert!(stopped.elapsed() < Duration::from_secs(5), "{:?}", stopped.elapsed());
}
