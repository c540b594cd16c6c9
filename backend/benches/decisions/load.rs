//! The load: keep-alive connections that send prepared bytes.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::server::Server;

pub(super) const CONNECTIONS: usize = 32;

/// How fast the server answered.
pub(super) struct Rate {
    pub(super) per_second: f64,
    /// The server's CPU for each request.
    pub(super) cpu: Duration,
    pub(super) p50: Duration,
    pub(super) p99: Duration,
    pub(super) worst: Duration,
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { per_second, cpu, p50, p99, .. } = self;
        write!(f, "{per_second:.0} requests/s, p50 {p50:?}, p99 {p99:?}, server CPU {cpu:?} each")
    }
}

/// Sends the requests to an address of the server over several connections: each once, or the
/// first one over and over for a while. All answers must contain `expected`.
pub(super) async fn run(
    server: &Server,
    address: SocketAddr,
    requests: &[Vec<u8>],
    expected: &str,
    connections: usize,
    span: Option<Duration>,
) -> Result<Rate> {
    let (begin, before) = (Instant::now(), server.cpu()?);
    let lanes = (0..connections).map(async |lane| -> Result<Vec<Duration>> {
        let mut connection = TcpStream::connect(address).await?;
        connection.set_nodelay(true)?;
        let mut times = Vec::new();
        let mut own = requests.iter().skip(if span.is_some() { 0 } else { lane });
        let step = if span.is_some() { 1 } else { connections };
        loop {
            let request = match span {
                Some(span) if begin.elapsed() >= span => break,
                Some(_) => &requests[0],
                None => match own.next() {
                    Some(request) => request,
                    None => break,
                },
            };
            let sent = Instant::now();
            exchange(&mut connection, request, expected).await?;
            times.push(sent.elapsed());
            own.by_ref().take(step - 1).for_each(drop);
        }
        Ok(times)
    });
    let mut times = Vec::new();
    for lane in futures_util::future::join_all(lanes).await {
        times.extend(lane?);
    }
    let (total, cpu) = (begin.elapsed().as_secs_f64(), server.cpu()?.saturating_sub(before));
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    Ok(Rate {
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 requests")]
        per_second: times.len() as f64 / total,
        cpu: cpu / u32::try_from(times.len())?,
        p50: at(50),
        p99: at(99),
        worst: at(100),
    })
}

/// One request and its answer.
async fn exchange(connection: &mut TcpStream, request: &[u8], expected: &str) -> Result<()> {
    connection.write_all(request).await?;
    let mut answer = Vec::with_capacity(1_024);
    loop {
        ensure!(connection.read_buf(&mut answer).await? > 0, "the server hung up");
        let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&answer[..end])?.to_ascii_lowercase();
        let length: usize = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .context("an answer without a length")?
            .parse()?;
        if answer.len() >= end + 4 + length {
            let body = std::str::from_utf8(&answer[end + 4..])?;
            ensure!(body.contains(expected), "{head}\n{body}");
            return Ok(());
        }
    }
}
