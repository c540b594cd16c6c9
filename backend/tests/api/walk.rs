//! A random walk: systems, projects, memberships and grants change at random, on one node or the other. After
//! each change, the answers of every node are those of the rules.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::server::{Caller, DEVICE, Platform, Server, Where, text, unique};

const STEPS: usize = 120;
/// How many changes in a row are made on one node.
const STRETCH: usize = 8;
/// How long another node may take to hear of a change.
pub(crate) const HEARD: Duration = Duration::from_secs(1);

/// Something that the rules depend on. It is on or off.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Switch {
    SystemEnabled,
    /// The system is open to all projects.
    Unrestricted,
    /// The system is opened to the project.
    Opened,
    ProjectEnabled,
    UserEnabled,
    Member,
    /// The RSA token is granted the whole system, not only another API of it.
    RsaGranted,
    /// The same of the JWT token.
    JwtGranted,
    /// The RSA token is for the project, not only for another one.
    ForProject,
    /// The API is at the path that is called.
    AtPath,
    /// The person administers the project.
    Administrator,
}

pub(crate) const SWITCHES: [Switch; 11] = [
    Switch::SystemEnabled,
    Switch::Unrestricted,
    Switch::Opened,
    Switch::ProjectEnabled,
    Switch::UserEnabled,
    Switch::Member,
    Switch::RsaGranted,
    Switch::JwtGranted,
    Switch::ForProject,
    Switch::AtPath,
    Switch::Administrator,
];

impl Switch {
    /// The request that turns it on or off.
    pub(crate) fn turn(self, on: bool, tokens: &Tokens) -> (Method, String, Value) {
        let change = |path: &str, body: Value| (Method::PATCH, path.to_owned(), body);
        let grant = |token: &str| {
            let grants = if on {
                json!({ "apis": [], "systems": ["fleet"] })
            } else {
                json!({ "apis": ["fleet:listDevices"], "systems": [] })
            };
            change(&format!("/tokens/{token}"), grants)
        };
        let member = "/projects/harbour/members/ada".to_owned();
        let opening = "/projects/harbour/systems/fleet".to_owned();
        match self {
            Self::SystemEnabled => change("/systems/fleet", json!({ "disabled": !on })),
            Self::Unrestricted => change("/systems/fleet", json!({ "restricted": !on })),
            Self::Opened if on => (Method::PUT, opening, Value::Null),
            Self::Opened => (Method::DELETE, opening, Value::Null),
            Self::ProjectEnabled => change("/projects/harbour", json!({ "disabled": !on })),
            Self::UserEnabled => change("/users/ada", json!({ "disabled": !on })),
            Self::Member if on => (Method::PUT, member, json!({ "role": "member" })),
            Self::Member => (Method::DELETE, member, Value::Null),
            Self::RsaGranted => grant(&tokens.rsa),
            Self::JwtGranted => grant(&tokens.jwt),
            Self::ForProject => {
                let project = if on { "harbour" } else { "quarry" };
                change(&format!("/tokens/{}", tokens.rsa), json!({ "projects": [project] }))
            }
            Self::AtPath => {
                change("/systems/fleet", json!({ "base_path": if on { "" } else { "/elsewhere" } }))
            }
            Self::Administrator => {
                let role = json!({ "role": if on { "admin" } else { "member" } });
                (Method::PUT, "/projects/harbour/members/bea".to_owned(), role)
            }
        }
    }
}

/// The switches.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts(pub(crate) [bool; SWITCHES.len()]);

impl Facts {
    /// The switches of a new [`Node`].
    pub(crate) fn first() -> Self {
        Self(SWITCHES.map(|switch| !matches!(switch, Switch::Opened)))
    }

    fn is_on(&self, switch: Switch) -> bool {
        self.0[switch as usize]
    }

    /// The answers to the [`Question`]s.
    pub(crate) fn allow(&self) -> [bool; 3] {
        let both = self.is_on(Switch::SystemEnabled)
            && (self.is_on(Switch::Unrestricted) || self.is_on(Switch::Opened))
            && self.is_on(Switch::ProjectEnabled)
            && self.is_on(Switch::AtPath);
        [
            both && self.is_on(Switch::RsaGranted) && self.is_on(Switch::ForProject),
            both && self.is_on(Switch::JwtGranted)
                && self.is_on(Switch::Member)
                && self.is_on(Switch::UserEnabled),
            self.is_on(Switch::Administrator) && self.is_on(Switch::ForProject),
        ]
    }

    /// A switch to turn. Mostly, it is one that is off. Otherwise, nearly all would be denied.
    pub(crate) fn choose(&self, random: &mut Random) -> Switch {
        let off: Vec<Switch> = SWITCHES.into_iter().filter(|switch| !self.is_on(*switch)).collect();
        let some = if off.is_empty() || random.below(4) == 0 { &SWITCHES[..] } else { &off };
        some[usize::try_from(random.below(some.len() as u64)).unwrap()]
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
#[derive(Clone)]
pub(crate) struct Tokens {
    rsa: String,
    jwt: String,
    open_token: String,
    access_token: String,
}

impl Tokens {
    pub(crate) async fn on(platform: &Platform) -> Self {
        let apply = async |kind: &str| {
            let mut wanted = Platform::wanted(kind);
            (wanted["apis"], wanted["systems"]) = (json!([]), json!(["fleet"]));
            text(&platform.admin.post("/tokens", &wanted).await["id"])
        };
        let (rsa, jwt) = (apply("rsa").await, apply("jwt").await);
        let (open_token, access_token) = (platform.credential(&rsa).await, platform.credential(&jwt).await);
        Self { rsa, jwt, open_token, access_token }
    }

    /// Gets a new JWT.
    pub(crate) async fn renew(&mut self, platform: &Platform) {
        self.access_token = platform.credential(&self.jwt).await;
    }
}

/// What a node is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Question {
    /// Whether a call with the open token is allowed.
    OpenToken,
    /// Whether a call with the JWT is allowed.
    Jwt,
    /// Whether a person may change the RSA token.
    Person,
}

pub(crate) const QUESTIONS: [Question; 3] = [Question::OpenToken, Question::Jwt, Question::Person];

/// Those who ask a node.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) admin: Caller,
    /// Sends no credential of its own.
    nobody: Caller,
    person: Caller,
}

impl Node {
    /// Several nodes with these URLs. The platform is on the first.
    pub(crate) async fn all(server: &Server, platform: &Platform, urls: &[&str]) -> Vec<Self> {
        let person = platform.member(server, "bea", &[("harbour", "admin")]).await;
        let node = |url: &&str| Self {
            admin: platform.admin.at(url),
            nobody: Caller::new(url),
            person: person.at(url),
        };
        urls.iter().map(node).collect()
    }

    /// The status of the answer, whether it allows what was asked, and the answer.
    pub(crate) async fn ask(
        &self,
        question: Question,
        tokens: &Tokens,
        verifier_key: &str,
    ) -> reqwest::Result<(StatusCode, bool, String)> {
        let call = |credential: &str| {
            let body = json!({ "credential": credential, "method": "GET", "path": DEVICE });
            self.nobody.send(Method::POST, "/verify").bearer_auth(verifier_key).json(&body)
        };
        let request = match question {
            Question::OpenToken => call(&tokens.open_token),
            Question::Jwt => call(&tokens.access_token),
            Question::Person => self.person.send(Method::GET, &format!("/tokens/{}", tokens.rsa)),
        };
        let answer = request.send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        Ok((status, body["allowed"] == true || body["manageable"] == true, text))
    }
}

async fn walk(platform: &Platform, nodes: &[Node], key: &str) {
    let tokens = Tokens::on(platform).await;
    let mut facts = Facts::first();
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
        let switch = facts.choose(&mut random);
        facts.0[switch as usize] = !facts.0[switch as usize];
        let (method, path, body) = switch.turn(facts.0[switch as usize], &tokens);
        let answer = nodes[at].admin.send(method, &path).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
        let made = Instant::now();
        for (index, node) in nodes.iter().enumerate() {
            for (question, wanted) in QUESTIONS.into_iter().zip(facts.allow()) {
                loop {
                    let (_, found, answer) = node.ask(question, &tokens, key).await.unwrap();
                    if found == wanted {
                        break;
                    }
                    // The node that made the change knows it at once.
                    assert!(
                        index != at && made.elapsed() < HEARD,
                        "seed {seed}, step {number}: {switch:?} at node {at}; node {index} says of {question:?}: \
                         {answer}; {facts:?}"
                    );
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
                allowed += usize::from(wanted && index == 0);
            }
        }
    }
    assert!(allowed > STEPS / 10, "seed {seed}: only {allowed} were allowed");
}

#[tokio::test]
async fn decisions_follow_every_change_on_sqlite() {
    let server = Server::start(Where::sqlite()).await;
    let platform = Platform::on(&server).await;
    let nodes = Node::all(&server, &platform, &[&server.url]).await;
    walk(&platform, &nodes, &verifier_key(&platform.admin).await.1).await;
}

#[tokio::test]
async fn decisions_follow_every_change_on_two_nodes() {
    let Some(place) = Where::postgres().await else { return };
    let (one, two) = (Server::start(place.clone()).await, Server::start(place).await);
    let platform = Platform::on(&one).await;
    let nodes = Node::all(&one, &platform, &[&one.url, &two.url]).await;
    walk(&platform, &nodes, &verifier_key(&platform.admin).await.1).await;
}

/// Makes a verifier key. Returns its path and the key.
pub(crate) async fn verifier_key(admin: &Caller) -> (String, String) {
    let key = admin.post("/systems/fleet/verifier-keys", &json!({ "name": unique("key") })).await;
    (format!("/systems/fleet/verifier-keys/{}", text(&key["id"])), text(&key["key"]))
}
