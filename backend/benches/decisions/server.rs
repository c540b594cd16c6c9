//! Latchkey in a process of its own, so that its CPU is not that of the load.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::{Context as _, Result};
use latchkey::configuration::Configuration;
use latchkey::crypto::Secret;
use latchkey::crypto::jwt::Algorithm;
use latchkey::program::startup::Application;
use serde_json::json;
use tempfile::TempDir;

pub(super) const PASSWORD: &str = "correct horse battery staple";
/// The argument that makes this program a server.
const SERVE: &str = "serve";

/// A running server, with an empty database. It ends when it is dropped.
pub(super) struct Server {
    child: Child,
    pub(super) latchkey: SocketAddr,
    /// It answers a constant.
    pub(super) constant: SocketAddr,
    _data: TempDir,
}

impl Server {
    /// Starts a server, on SQLite if there is no `database`.
    pub(super) fn start(algorithm: Algorithm, database: Option<&str>) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let mut child = Command::new(std::env::current_exe()?)
            .args([SERVE, algorithm.as_str()])
            .arg(data.path())
            .args(database)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("its output")?).lines();
        let mut address = || anyhow::Ok(lines.next().context("the server does not start")??.parse()?);
        Ok(Self { latchkey: address()?, constant: address()?, child, _data: data })
    }

    /// The CPU time that it has taken.
    pub(super) fn cpu(&self) -> Result<Duration> {
        cpu(&self.child.id().to_string())
    }

    /// Its memory.
    pub(super) fn memory(&self) -> Result<String> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        Ok(resident.context("no memory")?.trim().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The CPU time that a process has taken, with all its threads.
pub(super) fn cpu(process: &str) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name of the program is in parentheses. After it, user and system time are the fields 12
    // and 13, in hundredths of a second.
    let fields = stat.rsplit_once(')').context("no name")?.1.split_whitespace();
    let times: Vec<u64> = fields.skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
    Ok(Duration::from_millis(times.iter().sum::<u64>() * 10))
}

/// Serves and never returns, if this program was started to be a server.
pub(super) fn serve_if_asked() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() != Some(SERVE) {
        return Ok(());
    }
    let configuration = Configuration {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        signing_algorithm: arguments.next().context("an algorithm")?.parse()?,
        data_dir: PathBuf::from(arguments.next().context("a directory")?),
        database_url: arguments.next(),
        // PostgreSQL needs one.
        master_key: Some(Secret::from("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_owned())),
        admin_password: Some(Secret::from(PASSWORD.to_owned())),
        ..Configuration::default()
    };
    // It ends with the program that started it.
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    // The runtime of the real server.
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve(configuration))?;
    std::process::exit(0)
}

/// Latchkey, and a server that answers a constant.
async fn serve(configuration: Configuration) -> Result<()> {
    let application = Application::build(configuration).await?;
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    println!("{}\n{}", application.address(), listener.local_addr()?);
    let constant = HttpServer::new(|| {
        App::new().route(
            "/api/v1/verify",
            web::post().to(async |_: web::Bytes| HttpResponse::Ok().json(json!({ "allowed": true }))),
        )
    });
    let (served, answered) = tokio::join!(application.run_until_stopped(), constant.listen(listener)?.run());
    served.and(answered.map_err(Into::into))
}
