//! A walk of three nodes under load, with faults. Several writers change the switches of the rules at once, one
//! node loses its connection to PostgreSQL from time to time, and another one stands still. No node may allow
//! what was withdrawn longer ago than README.md promises. When all is quiet, all nodes answer by the rules.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use tokio::sync::{RwLock, watch};

use crate::clocks;
use crate::history::{Found, History};
use crate::process::Process;
use crate::proxy::{Link, proxy};
use crate::server::{Platform, Server, Where};
use crate::walk::{Facts, HEARD, Node, QUESTIONS, Random, SWITCHES, Tokens, verifier_key};

/// How many changes the walk has, if `LATCHKEY_TEST_WALK_STEPS` does not say it.
const STEPS: usize = 16;
/// After so many changes, the nodes get time to agree.
const ROUND: usize = 32;
const WRITERS: usize = 4;
/// How many requests ask a node at any time.
const LOAD: usize = 2;
/// A node is asked at least this often, also if it does not answer.
const PACE: Duration = Duration::from_millis(100);
/// The node behind the proxy, and the one that stands still at times.
const CUT: usize = 1;
const FROZEN: usize = 2;
/// For how long a node that is cut off may allow what was withdrawn.
const CUT_OFF: Duration = Duration::from_secs(5);
/// For how long a node still counts as cut off afterwards, and may take to agree.
const RECOVERS: Duration = Duration::from_secs(10);

/// A verifier key. Those that are deleted are used further.
struct Key {
    path: String,
    text: String,
    /// When its deletion was answered, and by which node.
    deleted: Option<(Instant, usize)>,
}

#[derive(Debug, Default)]
struct Counts {
    decisions: AtomicUsize,
    allowed: AtomicUsize,
    unavailable: AtomicUsize,
    changes: AtomicUsize,
    unknown: AtomicUsize,
    keys: AtomicUsize,
    cuts: AtomicUsize,
    freezes: AtomicUsize,
}

fn count(counter: &AtomicUsize) {
    counter.fetch_add(1, Ordering::Relaxed);
}

struct Walk {
    seed: u64,
    nodes: Vec<Node>,
    tokens: RwLock<Tokens>,
    history: Mutex<History>,
    keys: Mutex<Vec<Key>>,
    /// When the last cut ended.
    mended: Mutex<Option<Instant>>,
    link: watch::Sender<Link>,
    counts: Counts,
    /// The longest that each node allowed what was withdrawn.
    latest: Mutex<[Duration; 3]>,
    wrong: Mutex<Vec<String>>,
    is_over: AtomicBool,
}

impl Walk {
    fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap()
    }

    /// For how long a node may allow what was withdrawn, if it was asked then.
    fn promised(&self, node: usize, asked: Instant) -> Duration {
        let is_cut_off = *self.link.borrow() != Link::Open
            || self
                .mended
                .lock()
                .unwrap()
                .is_some_and(|mended| asked.saturating_duration_since(mended) < RECOVERS);
        if node == CUT && is_cut_off { CUT_OFF } else { HEARD }
    }

    /// The key in use, or now and then one that was deleted.
    fn key(&self, random: &mut Random) -> (String, Option<(Instant, usize)>) {
        let keys = self.keys.lock().unwrap();
        let from = if random.below(8) == 0 { keys.len().saturating_sub(4) } else { keys.len() - 1 };
        (keys[from].text.clone(), keys[from].deleted)
    }

    fn report(&self, what: &str) {
        let mut wrong = self.wrong.lock().unwrap();
        if wrong.len() < 5 {
            wrong.push(what.to_owned());
        }
        eprintln!("seed {}: {what}", self.seed);
    }

    /// Asks a node, and checks its answer.
    async fn ask(&self, number: usize, random: &mut Random) {
        let index = usize::try_from(random.below(3)).unwrap();
        let (question, tokens) = (QUESTIONS[index], self.tokens.read().await.clone());
        let (key, deleted) = self.key(random);
        let asked = Instant::now();
        let answer = self.nodes[number].ask(question, &tokens, &key).await;
        let Ok((status, is_allowed, answer)) = answer else {
            return self.note_no_answer(number);
        };
        let found = Found { node: number, asked, answered: Instant::now() };
        count(&self.counts.decisions);
        if !is_allowed {
            return self.check_denial(&found, index, status, &answer);
        }
        count(&self.counts.allowed);
        let promised = self.promised(number, asked);
        let late = self.history().late(&found, |facts| !facts.allow()[index]);
        {
            let mut latest = self.latest.lock().unwrap();
            latest[number] = latest[number].max(late);
        }
        if late > promised {
            let facts = self.history().best(&found, promised);
            self.report(&format!(
                "node {number} allows {question:?} more than {late:?} after a withdrawal: {answer} {facts:?}"
            ));
        }
        let is_dead = |(at, node): (Instant, usize)| {
            at + if node == number { Duration::ZERO } else { promised } <= asked
        };
        if index < 2 && deleted.is_some_and(is_dead) {
            self.report(&format!("node {number} answers a verifier key that was deleted: {answer}"));
        }
    }

    /// A node that stood still for seconds closes its connections.
    fn note_no_answer(&self, number: usize) {
        count(&self.counts.unavailable);
        if number != FROZEN {
            self.report(&format!("node {number} does not answer"));
        }
    }

    /// A node without faults denies nothing that has been allowed for a while.
    fn check_denial(&self, found: &Found, index: usize, status: StatusCode, answer: &str) {
        if status == StatusCode::SERVICE_UNAVAILABLE || answer.contains("\"unavailable\"") {
            count(&self.counts.unavailable);
        } else if found.node == 0
            && status != StatusCode::UNAUTHORIZED
            && self.history().worst(found, HEARD).allow()[index]
        {
            let question = QUESTIONS[index];
            self.report(&format!("node 0 still denies {question:?}: {status} {answer}"));
        }
    }

    /// Asks a node without a pause until the walk is over.
    async fn load(self: Arc<Self>, number: usize, lane: usize) {
        let mut random = Random(self.seed ^ ((number * LOAD + lane + 1) as u64) << 20);
        while !self.is_over.load(Ordering::Relaxed) {
            self.ask(number, &mut random).await;
        }
    }

    /// Asks a node regularly until the walk is over.
    async fn beat(self: Arc<Self>, number: usize) {
        let mut random = Random(self.seed ^ ((number + 1) as u64) << 30);
        while !self.is_over.load(Ordering::Relaxed) {
            let (walk, mut once) = (Arc::clone(&self), Random(self.seed ^ (random.below(1 << 40) | 1)));
            tokio::spawn(async move { walk.ask(number, &mut once).await });
            tokio::time::sleep(PACE).await;
        }
    }

    /// Turns a switch through a node. Returns whether it is known that this was done.
    async fn turn(&self, node: usize, index: usize, on: bool) -> bool {
        let tokens = self.tokens.read().await.clone();
        let (method, path, body) = SWITCHES[index].turn(on, &tokens);
        let write = self.history().begin(index, node, on);
        let answer = self.nodes[node].admin.send(method.clone(), &path).json(&body).send().await;
        let Ok(answer) = answer else {
            self.note_no_answer(node);
            return false;
        };
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        let mut history = self.history();
        if status.is_success() {
            count(&self.counts.changes);
            history.end(index, write);
            return true;
        }
        let is_gone = status == StatusCode::NOT_FOUND && method == Method::DELETE;
        // Nothing was written, as the answer says. Or the node stood still, and read no request.
        let is_unwritten = text.contains("/problems/not-written") || status == StatusCode::REQUEST_TIMEOUT;
        if is_gone || is_unwritten {
            history.forget(index, write);
        } else if status == StatusCode::SERVICE_UNAVAILABLE {
            count(&self.counts.unknown);
        } else {
            self.report(&format!("node {node}: {method} {path}: {status} {text}"));
        }
        false
    }

    /// Replaces the verifier key.
    async fn replace_key(&self, random: &mut Random) {
        let (make, delete) = (&self.nodes[0].admin, usize::try_from(random.below(2)).unwrap());
        let (path, text) = verifier_key(make).await;
        tokio::time::sleep(HEARD).await;
        let former = {
            let mut keys = self.keys.lock().unwrap();
            keys.push(Key { path, text, deleted: None });
            keys.len() - 2
        };
        let path = self.keys.lock().unwrap()[former].path.clone();
        if self.nodes[delete].admin.status(Method::DELETE, &path).await.is_success() {
            self.keys.lock().unwrap()[former].deleted = Some((Instant::now(), delete));
            count(&self.counts.keys);
        }
    }

    /// Changes switches through random nodes.
    async fn write(&self, number: usize, steps: usize, mut random: Random) {
        for step in 0..steps {
            let facts = self.history().best(&Found::now(0), Duration::ZERO);
            let index = facts.choose(&mut random) as usize;
            let node = usize::try_from(random.below(3)).unwrap();
            self.turn(node, index, !facts.0[index]).await;
            if number == 0 && step % 4 == 3 {
                self.replace_key(&mut random).await;
            }
            let pause = [0, 10, 150, 1_000][usize::try_from(random.below(4)).unwrap()];
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    /// Turns a switch off through the node without faults.
    async fn withdraw(&self, random: &mut Random) {
        let index = usize::try_from(random.below(SWITCHES.len() as u64)).unwrap();
        self.turn(0, index, false).await;
    }

    /// Cuts a node off, again and again.
    async fn cut(&self, mut random: Random) {
        loop {
            tokio::time::sleep(Duration::from_millis(100 + random.below(1_000))).await;
            self.allow_all().await;
            let faults = [Link::WithoutNotifications, Link::Silent, Link::Severed];
            self.link.send_replace(faults[usize::try_from(random.below(3)).unwrap()]);
            count(&self.counts.cuts);
            self.withdraw(&mut random).await;
            tokio::time::sleep(Duration::from_millis(100 + random.below(7_000))).await;
            self.mend();
        }
    }

    fn mend(&self) {
        if self.link.send_replace(Link::Open) != Link::Open {
            *self.mended.lock().unwrap() = Some(Instant::now());
        }
    }

    /// Makes a node stand still, again and again.
    async fn freeze(&self, process: &Process, mut random: Random) {
        loop {
            tokio::time::sleep(Duration::from_millis(100 + random.below(1_000))).await;
            self.allow_all().await;
            process.signal("-STOP");
            count(&self.counts.freezes);
            self.withdraw(&mut random).await;
            tokio::time::sleep(Duration::from_millis(100 + random.below(3_900))).await;
            process.signal("-CONT");
        }
    }

    /// Without faults, all nodes answer by the rules. Returns how long each took.
    async fn agree(&self, random: &mut Random) -> Vec<Duration> {
        // What a node had begun before a fault ends before a write that works alone.
        let mut unsettled: Vec<usize> = (0..SWITCHES.len()).collect();
        unsettled.retain(|index| self.history().is_unsettled(*index));
        tokio::time::sleep(HEARD).await;
        for index in unsettled {
            self.history().end_all(index);
            let on = random.below(2) == 0;
            // Who is not a member cannot be removed.
            assert!(self.turn(0, index, true).await && (on || self.turn(0, index, false).await));
        }
        let begun = Instant::now();
        let facts = self.history().best(&Found::now(0), Duration::ZERO);
        let tokens = self.tokens.read().await.clone();
        let key = self.keys.lock().unwrap().last().unwrap().text.clone();
        let agreed = self.nodes.iter().enumerate().map(|(number, node)| {
            let (tokens, key) = (&tokens, &key);
            async move {
                for (question, wanted) in QUESTIONS.into_iter().zip(facts.allow()) {
                    loop {
                        let (status, found, answer) = node.ask(question, tokens, key).await.unwrap();
                        if found == wanted && status != StatusCode::SERVICE_UNAVAILABLE {
                            break;
                        }
                        assert!(
                            begun.elapsed() < RECOVERS,
                            "seed {}: node {number} says of {question:?}: {status} {answer}; {facts:?}",
                            self.seed
                        );
                        tokio::time::sleep(Duration::from_millis(10)).await;
                    }
                }
                begun.elapsed()
            }
        });
        join_all(agreed).await
    }

    /// Turns on what calls need.
    async fn allow_all(&self) {
        for (index, on) in Facts::first().0.into_iter().enumerate() {
            if on && !self.history().best(&Found::now(0), Duration::ZERO).0[index] {
                self.turn(0, index, true).await;
            }
        }
    }
}

#[tokio::test]
async fn no_node_allows_what_was_withdrawn_whatever_happens_to_it() {
    let Some(place) = Where::postgres().await else { return };
    let steps = std::env::var("LATCHKEY_TEST_WALK_STEPS").ok().map_or(STEPS, |steps| steps.parse().unwrap());
    let one = Server::start(place.clone()).await;
    let platform = Platform::on(&one).await;
    let (behind, link) = proxy(&place).await;
    let two = Server::start(behind).await;
    let three = clocks::node(&place, &[]);
    let key = verifier_key(&platform.admin).await;
    let seed = u64::from(std::process::id()) << 16 | 0x5eed;
    let walk = Arc::new(Walk {
        seed,
        nodes: Node::all(&one, &platform, &[&one.url, &two.url, &three.url]).await,
        tokens: RwLock::new(Tokens::on(&platform).await),
        history: Mutex::new(History::new(Facts::first())),
        keys: Mutex::new(vec![Key { path: key.0, text: key.1, deleted: None }]),
        mended: Mutex::default(),
        link,
        counts: Counts::default(),
        latest: Mutex::default(),
        wrong: Mutex::default(),
        is_over: AtomicBool::new(false),
    });
    let mut random = Random(seed);
    walk.agree(&mut random).await;
    let mut load = Vec::new();
    for node in 0..3 {
        load.extend((0..LOAD).map(|lane| tokio::spawn(Arc::clone(&walk).load(node, lane))));
        load.push(tokio::spawn(Arc::clone(&walk).beat(node)));
    }
    let mut agreed = [Duration::ZERO; 3];
    for round in 0..steps.div_ceil(ROUND) {
        let mut fresh = || Random(random.below(u64::MAX) | 1);
        let writers = (0..WRITERS).map(|number| walk.write(number, steps.min(ROUND) / WRITERS, fresh()));
        let writing = join_all(writers.collect::<Vec<_>>());
        tokio::select! {
            _ = writing => {}
            () = walk.cut(fresh()) => {}
            () = walk.freeze(&three, fresh()) => {}
        }
        walk.mend();
        three.signal("-CONT");
        for (longest, now) in agreed.iter_mut().zip(walk.agree(&mut random).await) {
            *longest = now.max(*longest);
        }
        walk.allow_all().await;
        walk.tokens.write().await.renew(&platform).await;
        walk.history().prune();
        assert!(walk.wrong.lock().unwrap().is_empty(), "round {round}: {:?}", walk.wrong.lock().unwrap());
    }
    walk.is_over.store(true, Ordering::Relaxed);
    join_all(load).await.into_iter().for_each(|one| one.unwrap());
    assert!(walk.wrong.lock().unwrap().is_empty(), "{:?}", walk.wrong.lock().unwrap());
    for node in &walk.nodes {
        assert_eq!(node.admin.get("/installation").await["cache_differences"], 0, "seed {seed}");
    }
    let latest = walk.latest.lock().unwrap();
    eprintln!("{:?}; allowed for at most {latest:?}; agreed after {agreed:?}", walk.counts);
    assert!(walk.counts.allowed.load(Ordering::Relaxed) > steps);
}
