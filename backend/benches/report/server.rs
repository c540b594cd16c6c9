//! Latchkey in a process of its own, so that its CPU and its memory are not those of the load.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::{Context as _, Result};
use clap::Parser as _;
use latchkey::configuration::{Arguments, Configuration};
use latchkey::crypto::jwt::Algorithm;
use latchkey::program::startup::Application;
use serde_json::json;

use crate::place::Place;

/// The argument that makes this program a server.
const SERVE: &str = "serve";

/// A running server. It stops when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) latchkey: SocketAddr,
    /// It answers a constant.
    pub(crate) constant: SocketAddr,
    /// Its metrics, if it was told to have some.
    pub(crate) metrics: Option<SocketAddr>,
}

impl Server {
    /// Starts a server and waits until it listens.
    pub(crate) fn start(place: &Place, algorithm: Algorithm) -> Result<Self> {
        Self::with(place, algorithm, &[])
    }

    /// Starts a server with these variables for its metrics and traces.
    pub(crate) fn with(place: &Place, algorithm: Algorithm, variables: &[(&str, &str)]) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args([SERVE, algorithm.as_str()])
            .arg(&place.folder)
            .args(place.database.as_ref().map(url::Url::as_str))
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("its output")?).lines();
        let mut line = || anyhow::Ok(lines.next().context("the server does not start")??);
        Ok(Self {
            latchkey: line()?.parse()?,
            constant: line()?.parse()?,
            metrics: line()?.parse().ok(),
            child,
        })
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Serves and never returns, if this program was started to be a server.
pub(crate) fn serve_if_asked() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() != Some(SERVE) {
        return Ok(());
    }
    let signing_algorithm = arguments.next().context("an algorithm")?.parse()?;
    let folder = PathBuf::from(arguments.next().context("a folder")?);
    let database = arguments.next().map(|url| url.parse()).transpose()?;
    let place = Place { folder, database };
    let Configuration { metrics_listen, telemetry, .. } = Configuration::load(Arguments::parse_from([""]))?;
    let configuration =
        Configuration { signing_algorithm, metrics_listen, telemetry, ..place.configuration() };
    // As the real server.
    // Linux gives each session its share of the processors, as systemd does each service.
    rustix::process::setsid()?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve(configuration))?;
    std::process::exit(0)
}

/// Latchkey, and a server that answers a constant.
async fn serve(configuration: Configuration) -> Result<()> {
    let application = Application::build(configuration).await?;
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let metrics = application.metrics_address().map(|address| address.to_string()).unwrap_or_default();
    println!("{}\n{}\n{metrics}", application.place(), listener.local_addr()?);
    let constant = HttpServer::new(|| {
        App::new().route(
            "/api/v1/verify",
            web::post().to(async |_: web::Bytes| HttpResponse::Ok().json(json!({ "allowed": true }))),
        )
    });
    let handle = application.handle();
    // It ends with the program that started it.
    std::thread::spawn(move || {
        let _ = std::io::stdin().read(&mut [0]);
        // The command is sent before the answer is waited for.
        drop(handle.stop(true));
    });
    tokio::select! {
        served = application.run_until_stopped() => served,
        answered = constant.disable_signals().listen(listener)?.run() => Ok(answered?),
    }
}
