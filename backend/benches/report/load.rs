//! The load: keep-alive connections that send prepared bytes.

use std::cell::Cell;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::process::{First, cpu};

pub(crate) const CONNECTIONS: usize = 32;

/// What is sent, and to whom.
pub(crate) struct Load<'a> {
    /// The process whose CPU is measured.
    pub(crate) process: u32,
    pub(crate) address: SocketAddr,
    /// They are sent in turn.
    pub(crate) requests: &'a [Vec<u8>],
    /// All answers must contain this text.
    pub(crate) expected: &'a str,
}

/// When the load ends.
#[derive(Clone, Copy)]
pub(crate) enum Until {
    /// When each request is answered once.
    Once,
    /// After this time.
    Over(Duration),
}

/// How fast the server answered.
pub(crate) struct Rate {
    pub(crate) per_second: f64,
    /// The server's CPU for each request.
    pub(crate) cpu: Duration,
    pub(crate) times: Times,
}

/// How long the answers took, the shortest first.
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The time that so many of 1,000 answers did not exceed.
    pub(crate) fn per_mille(&self, share: usize) -> Duration {
        let at = (self.0.len() * share / 1_000).min(self.0.len().saturating_sub(1));
        self.0.get(at).copied().unwrap_or_default()
    }

    pub(crate) fn worst(&self) -> Duration {
        self.per_mille(1_000)
    }
}

impl Load<'_> {
    /// Sends the requests over several connections, each of which waits for its answers.
    pub(crate) async fn run(&self, connections: usize, until: Until) -> Result<Rate> {
        let (begin, before) = (Instant::now(), cpu(self.process)?);
        let sent = Cell::new(0);
        let lanes = (0..connections).map(async |_| -> Result<Vec<Duration>> {
            let mut connection = connect(self.address).await?;
            let mut times = Vec::new();
            loop {
                let number = sent.replace(sent.get() + 1);
                let request = match until {
                    Until::Once if number >= self.requests.len() => break,
                    Until::Over(span) if begin.elapsed() >= span => break,
                    _ => &self.requests[number % self.requests.len()],
                };
                let sent = Instant::now();
                self.exchange(&mut connection, request).await?;
                times.push(sent.elapsed());
            }
            Ok(times)
        });
        let mut times = Vec::new();
        for lane in futures_util::future::join_all(lanes).await {
            times.extend(lane?);
        }
        let (total, cpu) = (begin.elapsed().as_secs_f64(), cpu(self.process)?.saturating_sub(before));
        Ok(Rate {
            #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 requests")]
            per_second: times.len() as f64 / total,
            cpu: cpu / u32::try_from(times.len())?,
            times: Times::new(times),
        })
    }

    /// Sends a request at each beat until it is told to stop. A request that is late because the
    /// one before it was slow has waited since its beat: so a pause of the server is seen by all
    /// the calls that came during it.
    pub(crate) async fn paced(&self, beat: Duration, stop: &AtomicBool) -> Result<Times> {
        let _first = First::begin();
        let mut connection = connect(self.address).await?;
        let mut times = Vec::new();
        let mut due = Instant::now();
        for request in self.requests.iter().cycle() {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            due += beat;
            let now = Instant::now();
            // The timer's own delay is not the server's.
            let from = if now < due {
                tokio::time::sleep_until(due.into()).await;
                Instant::now()
            } else {
                due
            };
            self.exchange(&mut connection, request).await?;
            times.push(from.elapsed());
        }
        Ok(Times::new(times))
    }

    /// Sends the first request over several connections, each of which rests after its answers.
    /// Returns how many answers there were, and how many of them contain the text.
    pub(crate) async fn passing(
        &self,
        connections: usize,
        rest: Duration,
        span: Duration,
    ) -> Result<(usize, usize)> {
        let begin = Instant::now();
        let lanes = (0..connections).map(async |_| -> Result<(usize, usize)> {
            let mut connection = connect(self.address).await?;
            let (mut all, mut passed) = (0, 0);
            while begin.elapsed() < span {
                let answer = ask(&mut connection, &self.requests[0]).await?;
                all += 1;
                passed += usize::from(answer.contains(self.expected));
                tokio::time::sleep(rest).await;
            }
            Ok((all, passed))
        });
        let lanes = futures_util::future::try_join_all(lanes).await?;
        Ok(lanes.into_iter().fold((0, 0), |sum, lane| (sum.0 + lane.0, sum.1 + lane.1)))
    }

    /// One request and its answer, which must contain the text.
    async fn exchange(&self, connection: &mut TcpStream, request: &[u8]) -> Result<()> {
        let answer = ask(connection, request).await?;
        ensure!(answer.contains(self.expected), "{answer}");
        Ok(())
    }
}

async fn connect(address: SocketAddr) -> Result<TcpStream> {
    let connection = TcpStream::connect(address).await?;
    connection.set_nodelay(true)?;
    Ok(connection)
}

/// One request and its answer, which is text.
async fn ask(connection: &mut TcpStream, request: &[u8]) -> Result<String> {
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
            return Ok(String::from_utf8(answer)?);
        }
    }
}
