//! What the report was measured with.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use serde_json::Value;
use sqlx::{Connection as _, PgConnection, SqliteConnection};

use crate::place::server_url;
use crate::report::thousands;

/// The folder of this package. Not that in which this program was compiled: clones may share a
/// target folder.
fn package() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from)
}

/// The folder of the peer.
pub(crate) fn peer_folder() -> PathBuf {
    package().join("benches/report/peer")
}

/// The report's file.
pub(crate) fn report_file() -> PathBuf {
    package().join("../docs/benchmark.md")
}

/// The machine, the versions and the date, as a list. `postgres` if it is measured.
pub(crate) async fn described(postgres: bool) -> Result<String> {
    let mut lines = vec![
        format!("Date: {}", Timestamp::now().strftime("%F")),
        format!("Machine: {}; server, database and load share it", machine()?),
        format!("Latchkey: {}", commit()),
        format!("Rust: {}", said("rustc", &["--version"])),
        format!("SQLite: {}", sqlite().await?),
    ];
    if postgres {
        lines.push(format!("PostgreSQL: {}", postgresql().await?));
    }
    let peer = peer_folder().join("node_modules/oidc-provider/package.json");
    if let Ok(package) = fs::read_to_string(peer) {
        let read: Value = serde_json::from_str(&package)?;
        let version = read["version"].as_str().context("a version")?;
        lines.push(format!("Peer: oidc-provider {version} on Node.js {}", said("node", &["--version"])));
    }
    Ok(format!("- {}\n", lines.join("\n- ")))
}

fn machine() -> Result<String> {
    let processors = fs::read_to_string("/proc/cpuinfo")?;
    let model = processors.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
    let memory = fs::read_to_string("/proc/meminfo")?;
    let total = memory.lines().find_map(|line| line.strip_prefix("MemTotal:")).context("no MemTotal")?;
    let total: u64 = total.trim().trim_end_matches(" kB").parse()?;
    Ok(format!(
        "{}, {} cores, {} MiB of memory, Linux {}",
        model.trim_start_matches([' ', '\t', ':']),
        std::thread::available_parallelism()?,
        thousands(total / 1_024),
        fs::read_to_string("/proc/sys/kernel/osrelease")?.trim()
    ))
}

/// The commit that is measured.
fn commit() -> String {
    let differs = said("git", &["status", "--porcelain", "--untracked-files=no"]);
    let suffix = if differs.is_empty() { "" } else { ", with changes" };
    format!("{} ({}){suffix}", env!("CARGO_PKG_VERSION"), said("git", &["rev-parse", "--short", "HEAD"]))
}

/// What a program says in this folder; nothing if it is not there.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(package()).output();
    output.map_or_else(|_| String::new(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

async fn sqlite() -> Result<String> {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await?;
    Ok(sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut connection).await?)
}

/// The version of PostgreSQL, and the settings that matter here.
async fn postgresql() -> Result<String> {
    let mut connection = PgConnection::connect(server_url()?.as_str()).await?;
    let mut shown = Vec::new();
    for setting in ["server_version", "shared_buffers", "fsync", "synchronous_commit"] {
        let value: String =
            sqlx::query_scalar("SELECT current_setting($1)").bind(setting).fetch_one(&mut connection).await?;
        shown.push(if shown.is_empty() { value } else { format!("{setting} = {value}") });
    }
    Ok(shown.join(", "))
}
