//! Mixed use for long: nothing that was withdrawn passes, and memory does not grow.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::faults::{Report, times};
use crate::in_both_places;
use crate::process::Process;
use crate::server::{Caller, DEVICE, PASSWORD, Platform, Server, Where, sealed, text};

/// How often memory is measured.
const SAMPLE: Duration = Duration::from_secs(5);

struct Soak {
    platform: Platform,
    calls: AtomicUsize,
    withdrawn: AtomicUsize,
    wrong: AtomicUsize,
    is_over: AtomicBool,
}

impl Soak {
    /// Makes a token, uses it at the doors, withdraws it and uses it again, until it is over.
    async fn lane(self: Arc<Self>, kind: &'static str) {
        while !self.is_over.load(Ordering::Relaxed) {
            let platform = &self.platform;
            let id = platform.apply(kind).await;
            let credential = platform.credential(&id).await;
            let file = platform.admin.get(&format!("/tokens/{id}/file")).await;
            for _ in 0..40 {
                self.expect(&credential, "allowed").await;
            }
            if kind == "rsa" {
                for _ in 0..5 {
                    let request = sealed(&file, &json!({ "htm": "GET", "htu": DEVICE }));
                    self.expect(&request, "allowed").await;
                    self.expect(&request, "replayed").await;
                }
            }
            platform.introspect(&credential).await;
            platform.admin.get("/tokens?limit=20&q=rsa").await;
            platform.admin.patch(&format!("/tokens/{id}"), &json!({ "description": "used" })).await;
            platform.admin.delete(&format!("/tokens/{id}")).await;
            for _ in 0..5 {
                self.expect(&credential, "unknown_token").await;
            }
            self.withdrawn.fetch_add(1, Ordering::Relaxed);
            self.calls.fetch_add(4, Ordering::Relaxed);
        }
    }

    async fn expect(&self, credential: &str, wanted: &str) {
        let found = self.platform.reason(credential, "GET", DEVICE).await;
        if found != wanted {
            eprintln!("{found} instead of {wanted}");
            self.wrong.fetch_add(1, Ordering::Relaxed);
        }
        self.calls.fetch_add(1, Ordering::Relaxed);
    }
}

/// The memory of a process, in MiB.
fn resident(process: &Process) -> f64 {
    let status = std::fs::read_to_string(process.own("status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1_024.0
}

/// The slope of the line that fits these points best.
fn slope(points: &[(f64, f64)]) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "they are few")]
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|one| one.0), mean(|one| one.1));
    let along = points.iter().map(|one| (one.0 - x) * (one.1 - y)).sum::<f64>();
    along / points.iter().map(|one| (one.0 - x).powi(2)).sum::<f64>()
}

async fn soaks(place: Where) {
    // `turns.rs` and `chaos.rs` are the short form.
    let minutes = times(0);
    if minutes == 0 {
        return;
    }
    drop(Platform::on(&Server::start(place.clone()).await).await);
    let process = Process::start(&place, &[]);
    let admin = Caller::new(&process.url);
    admin.ask("/session", &json!({ "username": "admin", "password": PASSWORD })).await;
    let key = admin.post("/systems/fleet/verifier-keys", &json!({ "name": "door" })).await;
    let platform = Platform { gateway: admin.with_bearer(&text(&key["key"])), admin };
    assert_eq!(platform.admin.status(Method::GET, "/nodes").await, StatusCode::OK);
    let soak = Arc::new(Soak {
        platform,
        calls: AtomicUsize::new(0),
        withdrawn: AtomicUsize::new(0),
        wrong: AtomicUsize::new(0),
        is_over: AtomicBool::new(false),
    });
    let lanes: Vec<_> =
        ["rsa", "jwt", "rsa", "jwt"].map(|kind| tokio::spawn(Arc::clone(&soak).lane(kind))).into();
    let (begun, mut points) = (Instant::now(), Vec::new());
    while begun.elapsed() < Duration::from_secs(60 * minutes as u64) {
        tokio::time::sleep(SAMPLE).await;
        points.push((begun.elapsed().as_secs_f64() / 3_600.0, resident(&process)));
    }
    soak.is_over.store(true, Ordering::Relaxed);
    join_all(lanes).await.into_iter().for_each(|lane| lane.unwrap());
    let half = points.len() / 2;
    let note = format!(
        "{minutes} minutes; {} tokens withdrawn; {:.0} MiB after half of the time, {:.0} at the end: {:+.1} MiB an hour",
        soak.withdrawn.load(Ordering::Relaxed),
        points[half].1,
        points[points.len() - 1].1,
        slope(&points[half..])
    );
    let (checked, wrong) = (soak.calls.load(Ordering::Relaxed), soak.wrong.load(Ordering::Relaxed));
    Report { times: 1, checked, wrong, note, back: Vec::new() }.tell("mixed use for long", &place);
}

in_both_places! { nothing_withdrawn_passes_and_memory_does_not_grow => soaks }
