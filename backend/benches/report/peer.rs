//! Another server of the same kind, on the same cores and with the same load: `oidc-provider`.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};
use reqwest::Client;
use serde_json::Value;

use crate::exchanges::{basic, exchange};
use crate::load::{CONNECTIONS, Load, Until};
use crate::machine::peer_folder;
use crate::platform::{FORM, request, text};
use crate::report::{Column, Report, a_second, time};

const TITLE: &str = "Beside a peer";
const NOTE: &str = "The same load on the same cores. `oidc-provider` has one thread and keeps everything in memory, so \
    compare the CPU. It introspects references, since it cannot introspect its JWTs. Latchkey introspects JWTs.";
const ID: &str = "bench";
const SECRET: &str = "a-secret-of-the-bench";

/// The peer, in Node.js. It ends when it is dropped.
struct Peer {
    child: Child,
    address: SocketAddr,
}

impl Peer {
    fn start() -> Result<Self> {
        let mut child = Command::new("node")
            .arg(peer_folder().join("server.js"))
            .env("NODE_ENV", "production")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("Node.js is not installed")?;
        let mut lines = BufReader::new(child.stdout.take().context("its output")?).lines();
        let port = lines.next().context("the peer does not start: run `npm ci` in its folder")??.parse()?;
        Ok(Self { child, address: SocketAddr::from(([127, 0, 0, 1], port)) })
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// A column of the comparison.
pub(crate) fn compare<'r>(report: &'r mut Report, server: &str) -> Column<'r> {
    report.column(TITLE, NOTE, server)
}

pub(crate) async fn measure(report: &mut Report, span: Duration) -> Result<()> {
    let peer = Peer::start()?;
    let run = async |requests: &[Vec<u8>], expected: &str| {
        let load = Load { process: peer.child.id(), address: peer.address, requests, expected };
        // The first ones compile the program.
        load.run(CONNECTIONS, Until::Over(span.min(Duration::from_secs(2)))).await?;
        load.run(CONNECTIONS, Until::Over(span)).await
    };
    let mut issued = Vec::new();
    for algorithm in ["RS256", "ES256", "EdDSA"] {
        let resource = format!("&resource=urn:bench:{algorithm}");
        let requests = [exchange("/token", ID, SECRET, &resource)];
        issued.push((algorithm, run(&requests, "access_token").await?));
    }
    // The peer forgets the oldest of a thousand, so this one must be new.
    let url = format!("http://{}/token", peer.address);
    let asked = Client::builder().no_proxy().build()?.post(url).basic_auth(ID, Some(SECRET));
    let granted: Value = asked.form(&[("grant_type", "client_credentials")]).send().await?.json().await?;
    let body = format!("token={}", text(&granted, "access_token")?);
    let question = [request("/token/introspection", &[&basic(ID, SECRET), FORM], &body)];
    let introspection = run(&question, "\"active\":true").await?;

    let mut column = compare(report, "oidc-provider");
    column.row("introspections", "", a_second(introspection.per_second));
    column.row("introspection: CPU", "", time(introspection.cpu));
    for (algorithm, rate) in issued {
        column.row(&format!("JWTs issued, {algorithm}"), "", a_second(rate.per_second));
        column.row(&format!("JWT issued, {algorithm}: CPU"), "", time(rate.cpu));
    }
    Ok(())
}
