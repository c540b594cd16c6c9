//! Decisions of one system while the catalog changes elsewhere, and while it does not.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use anyhow::Result;
use reqwest::Method;
use serde_json::{Value, json};

use crate::apart::Apart;
use crate::api::Api;
use crate::document::document;
use crate::load::Times;
use crate::platform::Platform;
use crate::report::{Report, thousands, time};

const TITLE: &str = "Decisions while the catalog changes";
const NOTE: &str = "In the large database, at 1,000 calls a second: p50 / p99 / p99.9 / worst. A call that comes \
    during a pause waits since it came. The thread that calls goes before all others, so its own waiting does not \
    count. Each change is made again and again, except for the first import.";
/// How long it takes from one call to the next.
const BEAT: Duration = Duration::from_millis(1);
/// How long a person waits between two requests.
const REST: Duration = Duration::from_millis(20);

/// How often a document is imported again, with one more operation each time.
const AGAIN: u64 = 6;

/// A change that is made again and again.
type Change = (&'static str, fn(u64) -> (Method, String, Value));

const CHANGES: [Change; 6] = [
    ("new projects", |number| {
        let project = json!({ "key": format!("new-{number}"), "name": format!("New {number}") });
        (Method::POST, "/projects".to_owned(), project)
    }),
    ("new verifier keys", |number| {
        let key = json!({ "name": format!("key {number}") });
        (Method::POST, "/systems/large/verifier-keys".to_owned(), key)
    }),
    ("APIs added by hand", |number| {
        let api = json!({
            "operation_id": format!("hand{number}"), "method": "GET", "path": format!("/hand{number}"),
            "name": format!("Hand {number}"),
        });
        (Method::POST, "/systems/large/apis".to_owned(), api)
    }),
    ("another base path of the imported system", |number| {
        let changed = json!({ "base_path": format!("/v{}", number + 1) });
        (Method::PATCH, "/systems/large".to_owned(), changed)
    }),
    ("the imported system is restricted, or no more", |number| {
        let changed = json!({ "restricted": number.is_multiple_of(2) });
        (Method::PATCH, "/systems/large".to_owned(), changed)
    }),
    ("the imported system is opened to a project, or closed", |number| {
        let method = if number.is_multiple_of(2) { Method::PUT } else { Method::DELETE };
        (method, "/projects/new-0/systems/large".to_owned(), json!({}))
    }),
];

pub(crate) async fn measure(
    report: &mut Report,
    engine: &str,
    platform: &Platform,
    operations: u64,
    span: Duration,
) -> Result<()> {
    let mut column = report.column(TITLE, NOTE, engine);
    let address = platform.address;
    let rest = async move || {
        tokio::time::sleep(span).await;
        Ok(())
    };
    let (quiet, ()) = meanwhile(platform, rest).await?;
    column.row("nothing changes", "", tail(&quiet));
    platform.api.post("/systems", &json!({ "key": "large", "name": "Large" })).await?;
    let (mut changing, mut others) = (Duration::ZERO, Vec::new());
    for (what, more) in [("import", 0..=0), ("imports with one more operation", 1..=AGAIN)] {
        let bodies = more.map(|more| document(operations + more).to_string().into_bytes()).collect();
        let (times, (took, beside)) =
            meanwhile(platform, async move || import(address, bodies).await).await?;
        changing = changing.max(times.per_mille(999));
        others.extend(beside);
        column.row(&format!("{what}, of {}", thousands(operations)), "", tail(&times));
        column.row(&format!("{what}: the slowest"), "< 5 s", time(took));
    }
    for (what, change) in CHANGES {
        let work = async move || repeat(address, span, change).await;
        let (times, made) = meanwhile(platform, work).await?;
        changing = changing.max(times.per_mille(999));
        let slowest = time(made.worst());
        column.row(what, "", format!("{}; {} changes, the slowest {slowest}", tail(&times), made.len()));
    }
    let more = time(changing.saturating_sub(quiet.per_mille(999)));
    column.row("the worst p99.9 of all, less that without changes", "≤ 5 ms", more);
    let slowest = others.iter().max().map_or("", |(_, path)| path);
    let others = Times::new(others.iter().map(|(took, _)| *took).collect());
    let measured = format!("p99 {}, worst {} ({slowest})", time(others.per_mille(990)), time(others.worst()));
    column.row("other requests during the imports", "< 20 ms", measured);
    Ok(())
}

/// How long decisions take while something is done.
async fn meanwhile<T: Send + 'static>(
    platform: &Platform,
    work: impl AsyncFnOnce() -> Result<T> + Send + 'static,
) -> Result<(Times, T)> {
    let call = [platform.open_call()?];
    let done = Arc::new(AtomicBool::new(false));
    let apart = Apart::telling(&done, work);
    let times = platform.calls(&call).paced(BEAT, &done).await?;
    Ok((times, apart.end()?))
}

/// Imports documents. Returns how long the slowest took, and how long other requests took meanwhile.
async fn import(
    address: SocketAddr,
    bodies: Vec<Vec<u8>>,
) -> Result<(Duration, Vec<(Duration, &'static str)>)> {
    let api = Api::log_in(address, "admin").await?;
    let mut others = Vec::new();
    let asks = async {
        for path in ["/tokens?limit=50", "/projects?q=new", "/systems", "/users?limit=50"].iter().cycle() {
            let begin = Instant::now();
            api.must_get(path).await?;
            others.push((begin.elapsed(), *path));
            tokio::time::sleep(REST).await;
        }
        anyhow::Ok(())
    };
    let mut slowest = Duration::ZERO;
    let imports = async {
        for body in bodies {
            let begin = Instant::now();
            api.send(Method::PUT, "/systems/large/openapi", body).await?;
            slowest = slowest.max(begin.elapsed());
        }
        anyhow::Ok(())
    };
    tokio::select! {
        imported = imports => imported?,
        failed = asks => failed?,
    }
    Ok((slowest, others))
}

/// Makes a change again and again. Returns how long each took.
async fn repeat(
    address: SocketAddr,
    span: Duration,
    change: fn(u64) -> (Method, String, Value),
) -> Result<Times> {
    let api = Api::log_in(address, "admin").await?;
    let (begin, mut times) = (Instant::now(), Vec::new());
    for number in 0.. {
        if begin.elapsed() >= span {
            break;
        }
        let (method, path, body) = change(number);
        let asked = Instant::now();
        api.send(method, &path, body.to_string().into_bytes()).await?;
        times.push(asked.elapsed());
        tokio::time::sleep(REST).await;
    }
    Ok(Times::new(times))
}

fn tail(times: &Times) -> String {
    let [p50, p99, p999] = [500, 990, 999].map(|share| time(times.per_mille(share)));
    format!("{p50} / {p99} / {p999} / {}", time(times.worst()))
}
