//! A random walk: systems, projects, memberships and grants change at random, on one node or the other. After
//! each change, the decisions of every node are those of the rules.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::server::{Caller, DEVICE, Platform, Server, Where, text};

const STEPS: usize = 120;
/// How many changes in a row are made on one node.
const STRETCH: usize = 8;
/// How long another node may take to hear of a change.
const HEARD: Duration = Duration::from_secs(1);

/// What the rules depend on.
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Clone)]
struct Facts {
    system_disabled: bool,
    restricted: bool,
    opened: bool,
    project_disabled: bool,
    user_disabled: bool,
    is_member: bool,
    /// The tokens are granted the whole system, not only another API of it.
    is_granted: bool,
    /// The RSA token is for the project, not only for another one.
    is_for_project: bool,
    /// The API is at the path that is called.
    is_at_path: bool,
}

impl Facts {
    /// Whether a call is allowed: with the RSA token, and with the JWT.
    fn allow(&self) -> (bool, bool) {
        let both = !self.system_disabled
            && (!self.restricted || self.opened)
            && !self.project_disabled
            && self.is_granted
            && self.is_at_path;
        (both && self.is_for_project, both && self.is_member && !self.user_disabled)
    }

    /// The numbers of the changes that would undo what denies a call.
    fn repairs(&self) -> Vec<u64> {
        let wrong = [
            self.system_disabled,
            self.restricted && !self.opened,
            self.restricted && !self.opened,
            self.project_disabled,
            self.user_disabled,
            !self.is_member,
            !self.is_granted,
            !self.is_for_project,
            !self.is_at_path,
        ];
        (0..).zip(wrong).filter(|(_, wrong)| *wrong).map(|(number, _)| number).collect()
    }
}

/// Random numbers that repeat with their seed (xorshift).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Two tokens and the credentials that call.
struct Tokens {
    rsa: String,
    jwt: String,
    open_token: String,
    access_token: String,
}

/// Makes one random change through a node, and notes it in the facts.
async fn step(random: &mut Random, admin: &Caller, tokens: &Tokens, facts: &mut Facts) -> &'static str {
    let flip = |fact: &mut bool| {
        *fact = !*fact;
        *fact
    };
    // Every other change repairs something. Otherwise, nearly all calls would be denied.
    let repairs = facts.repairs();
    let number = match random.below(2) {
        0 if !repairs.is_empty() => repairs[usize::try_from(random.below(repairs.len() as u64)).unwrap()],
        _ => random.below(9),
    };
    match number {
        0 => {
            let disabled = flip(&mut facts.system_disabled);
            admin.patch("/systems/fleet", &json!({ "disabled": disabled })).await;
            "system disabled"
        }
        1 => {
            let restricted = flip(&mut facts.restricted);
            admin.patch("/systems/fleet", &json!({ "restricted": restricted })).await;
            "system restricted"
        }
        2 => {
            let method = if flip(&mut facts.opened) { Method::PUT } else { Method::DELETE };
            let status = admin.status(method, "/projects/harbour/systems/fleet").await;
            assert_eq!(status, StatusCode::NO_CONTENT);
            "system opened"
        }
        3 => {
            let disabled = flip(&mut facts.project_disabled);
            admin.patch("/projects/harbour", &json!({ "disabled": disabled })).await;
            "project disabled"
        }
        4 => {
            let disabled = flip(&mut facts.user_disabled);
            admin.patch("/users/ada", &json!({ "disabled": disabled })).await;
            "user disabled"
        }
        5 => {
            if flip(&mut facts.is_member) {
                admin.put("/projects/harbour/members/ada", &json!({ "role": "member" })).await;
            } else {
                admin.delete("/projects/harbour/members/ada").await;
            }
            "member"
        }
        6 => {
            let granted = if flip(&mut facts.is_granted) {
                json!({ "apis": [], "systems": ["fleet"] })
            } else {
                json!({ "apis": ["fleet:listDevices"], "systems": [] })
            };
            for token in [&tokens.rsa, &tokens.jwt] {
                admin.patch(&format!("/tokens/{token}"), &granted).await;
            }
            "granted"
        }
        7 => {
            let project = if flip(&mut facts.is_for_project) { "harbour" } else { "quarry" };
            admin.patch(&format!("/tokens/{}", tokens.rsa), &json!({ "projects": [project] })).await;
            "token for the project"
        }
        _ => {
            let base_path = if flip(&mut facts.is_at_path) { "" } else { "/elsewhere" };
            admin.patch("/systems/fleet", &json!({ "base_path": base_path })).await;
            "API at the path"
        }
    }
}

async fn walk(nodes: &[Platform]) {
    let admin = &nodes[0].admin;
    let whole = |kind: &str| {
        let mut wanted = Platform::wanted(kind);
        (wanted["apis"], wanted["systems"]) = (json!([]), json!(["fleet"]));
        wanted
    };
    let rsa = text(&admin.post("/tokens", &whole("rsa")).await["id"]);
    let jwt = text(&admin.post("/tokens", &whole("jwt")).await["id"]);
    let (open_token, access_token) = (nodes[0].credential(&rsa).await, nodes[0].credential(&jwt).await);
    let tokens = Tokens { rsa, jwt, open_token, access_token };
    let mut facts = Facts {
        system_disabled: false,
        restricted: false,
        opened: false,
        project_disabled: false,
        user_disabled: false,
        is_member: true,
        is_granted: true,
        is_for_project: true,
        is_at_path: true,
    };
    let seed = u64::from(std::process::id()) << 16 | 0x5eed;
    let mut random = Random(seed);
    let (mut allowed, mut at) = (0, 0);
    for number in 0..STEPS {
        if nodes.len() > 1 && number % STRETCH == 0 {
            // The next node judges by its own changes at once, but it may not have heard of the others yet. An
            // answer does not show whether it has: something else may deny the call.
            tokio::time::sleep(HEARD / 4).await;
            at = usize::try_from(random.below(nodes.len() as u64)).unwrap();
        }
        let changed = step(&mut random, &nodes[at].admin, &tokens, &mut facts).await;
        let made = Instant::now();
        let wanted = facts.allow();
        for (index, node) in nodes.iter().enumerate() {
            loop {
                let decide =
                    async |credential: &str| -> Value { node.decide(credential, "GET", DEVICE).await };
                let (rsa, jwt) = (decide(&tokens.open_token).await, decide(&tokens.access_token).await);
                let found = (rsa["allowed"] == true, jwt["allowed"] == true);
                if found == wanted {
                    break;
                }
                // The node that made the change knows it at once.
                assert!(
                    index != at && made.elapsed() < HEARD,
                    "seed {seed}, step {number}: {changed} at node {at}; node {index} says {found:?}: \
                     {rsa} {jwt}; {facts:?}"
                );
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }
        allowed += usize::from(wanted.0) + usize::from(wanted.1);
    }
    assert!(allowed > STEPS / 10, "seed {seed}: only {allowed} calls were allowed");
}

#[tokio::test]
async fn decisions_follow_every_change_on_sqlite() {
    let server = Server::start(Where::sqlite()).await;
    walk(&[Platform::on(&server).await]).await;
}

#[tokio::test]
async fn decisions_follow_every_change_on_two_nodes() {
    let Some(place) = Where::postgres().await else { return };
    let (one, two) = (Server::start(place.clone()).await, Server::start(place).await);
    let platform = Platform::on(&one).await;
    let key = platform.admin.post("/systems/fleet/verifier-keys", &json!({ "name": "second" })).await;
    let gateway = two.nobody().with_bearer(&text(&key["key"]));
    let beyond = Platform { admin: two.admin().await, gateway };
    walk(&[platform, beyond]).await;
}
