//! A real Prometheus. `cargo xtask test` installs it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The rules for operators.
pub(crate) const RULES: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/prometheus/latchkey.rules.yaml");

/// A Prometheus that scrapes and evaluates every second. Dropping it kills the process.
pub(crate) struct Prometheus {
    process: Child,
    folder: TempDir,
    url: String,
}

impl Prometheus {
    /// Starts it with these rules. `None` if it is not installed.
    pub(crate) async fn start(rules: &str) -> Option<Self> {
        if find("prometheus").is_none() {
            eprintln!("SKIPPED: prometheus is not installed");
            return None;
        }
        let folder = TempDir::new().unwrap();
        let port = free_port();
        std::fs::write(folder.path().join("latchkey.rules.yaml"), rules).unwrap();
        let configuration = "global: {scrape_interval: 1s, evaluation_interval: 1s}\n\
            rule_files: [latchkey.rules.yaml]\n\
            scrape_configs: [{job_name: latchkey, file_sd_configs: [{files: [targets.json], refresh_interval: 1s}]}]\n";
        std::fs::write(folder.path().join("prometheus.yaml"), configuration).unwrap();
        let process = Command::new("prometheus")
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .args(["--config.file=prometheus.yaml", "--storage.tsdb.path=data", "--log.level=warn"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let prometheus = Self { process, folder, url: format!("http://127.0.0.1:{port}") };
        prometheus.watch(&[]);
        until("Prometheus is not ready", async || {
            reqwest::get(format!("{}/-/ready", prometheus.url))
                .await
                .is_ok_and(|answer| answer.status() == 200)
        })
        .await;
        Some(prometheus)
    }

    /// Scrapes these ports from now on.
    pub(crate) fn watch(&self, ports: &[u16]) {
        let targets: Vec<String> = ports.iter().map(|port| instance(*port)).collect();
        let file = self.folder.path().join("targets.json");
        let written = file.with_extension("new");
        std::fs::write(&written, json!([{ "targets": targets }]).to_string()).unwrap();
        std::fs::rename(written, file).unwrap();
    }

    /// The result of a query.
    pub(crate) async fn query(&self, query: &str) -> Vec<Value> {
        let url = format!("{}/api/v1/query", self.url);
        let url = url::Url::parse_with_params(&url, [("query", query)]).unwrap();
        let answer: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        assert_eq!(answer["status"], "success", "{query}: {answer}");
        answer["data"]["result"].as_array().unwrap().clone()
    }

    /// The alerts that fire: their names and instances.
    pub(crate) async fn firing(&self) -> BTreeSet<(String, String)> {
        let firing = self.query("ALERTS{alertstate=\"firing\"}").await;
        let label = |alert: &Value, name: &str| alert["metric"][name].as_str().unwrap().to_owned();
        firing.iter().map(|alert| (label(alert, "alertname"), label(alert, "instance"))).collect()
    }

    /// Waits until an alert fires for the server on this port.
    pub(crate) async fn fires(&self, alert: &str, port: u16) {
        let begin = Instant::now();
        let wanted = (alert.to_owned(), instance(port));
        loop {
            let firing = self.firing().await;
            if firing.contains(&wanted) {
                eprintln!("{alert} fires after {} ms", begin.elapsed().as_millis());
                return;
            }
            if begin.elapsed() > Duration::from_secs(45) {
                let seen = self.query("{__name__=~\"latchkey_.*_total|.*:.*\"} != 0").await;
                let seen: Vec<String> =
                    seen.iter().map(|one| format!("{} {}", one["metric"], one["value"][1])).collect();
                panic!("{wanted:?} does not fire: {firing:?}, {}", seen.join("\n"));
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // Both fail only if the process has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The name of a target in the labels of its series.
pub(crate) fn instance(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

/// A port that is free at the moment.
pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits until something holds.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begin = Instant::now();
    while !holds().await {
        assert!(begin.elapsed() < Duration::from_secs(30), "{what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Runs `promtool check`, with this text on its standard input. `None` if it is not installed.
pub(crate) fn promtool(arguments: &[&str], input: &str) -> Option<()> {
    use std::io::Write as _;
    if find("promtool").is_none() {
        eprintln!("SKIPPED: promtool is not installed");
        return None;
    }
    let mut check = Command::new("promtool")
        .arg("check")
        .args(arguments)
        .current_dir(Path::new(RULES).parent().unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    check.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = check.wait_with_output().unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && !said.contains("FAILED"), "promtool check {arguments:?}: {said}");
    Some(())
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
