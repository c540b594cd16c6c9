//! Lists of tokens after random changes are those of a model, for every caller, filter, text and order.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use latchkey::database::now;
use latchkey_shared::fields::name_key;
use latchkey_shared::ids::{ProjectId, TokenId};
use latchkey_shared::time::Timestamp;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::client_keys::Own;
use crate::server::{Caller, Platform, Server, Where, each, text, unique};
use crate::walk::Random;
use crate::{in_both_places, on_both_engines};

const PROJECTS: [&str; 6] = ["harbour", "quarry", "depot", "yard", "mill", "farm"];
const USERS: [&str; 5] = ["ada", "grace", "lin", "olga", "sam"];
const APIS: [&str; 3] = ["fleet:readDevice", "fleet:listDevices", "prices:list"];
const SYSTEMS: [&str; 2] = ["fleet", "prices"];
const WORDS: [&str; 8] = ["Harbour", "robot", "计费", "机器人", "EXPORT", "Stra\u{df}e", "100%", "a_b"];
const TEXTS: [&str; 13] = [
    "",
    "",
    "rob",
    "HARBOUR",
    "计",
    "机器人 1",
    "strasse",
    "%",
    "_",
    "export robot",
    "1",
    "roobt",
    "nothing alike",
];
const STEPS: usize = 60;

fn one_of<'a>(random: &mut Random, all: &[&'a str]) -> &'a str {
    all[usize::try_from(random.below(all.len() as u64)).unwrap()]
}

/// One to three of them, each once.
fn some_of(random: &mut Random, all: &[&str]) -> BTreeSet<String> {
    (0..=random.below(3)).map(|_| one_of(random, all).to_owned()).collect()
}

/// What a list depends on.
#[derive(Debug, Clone)]
struct Token {
    id: String,
    /// The place in the order of creation.
    place: usize,
    kind: &'static str,
    name: String,
    disabled: bool,
    expired: bool,
    apis: BTreeSet<String>,
    systems: BTreeSet<String>,
    /// Projects or users; none for all projects.
    targets: BTreeSet<String>,
}

impl Token {
    fn status(&self) -> &'static str {
        match (self.disabled, self.expired) {
            (true, _) => "disabled",
            (false, true) => "expired",
            (false, false) => "active",
        }
    }
}

/// A caller, and whose eyes the list is seen with.
struct Viewer {
    name: &'static str,
    caller: Caller,
    /// All projects, the projects of a user, or these.
    administers: Administers,
    user: Option<&'static str>,
}

enum Administers {
    All,
    OfUser,
    These(BTreeSet<String>),
}

#[derive(Default)]
struct Model {
    tokens: Vec<Token>,
    created: usize,
    /// When the last of those that expire does.
    ends: i64,
    /// The role of a user in a project.
    roles: BTreeMap<(String, String), &'static str>,
}

/// Which tokens to list.
#[derive(Debug, Default)]
struct Asked {
    kind: Option<&'static str>,
    status: Option<&'static str>,
    project: Option<String>,
    user: Option<String>,
    api: Option<String>,
    q: &'static str,
    by_name: bool,
}

impl Asked {
    fn at_random(random: &mut Random) -> Self {
        Self {
            kind: [None, None, None, Some("rsa"), Some("jwt")][usize::try_from(random.below(5)).unwrap()],
            status: [None, None, None, Some("active"), Some("disabled"), Some("expired")]
                [usize::try_from(random.below(6)).unwrap()],
            project: (random.below(6) == 0).then(|| one_of(random, &PROJECTS).to_owned()),
            user: (random.below(6) == 0).then(|| one_of(random, &USERS).to_owned()),
            api: (random.below(4) == 0).then(|| one_of(random, &APIS).to_owned()),
            q: one_of(random, &TEXTS),
            by_name: random.below(2) == 0,
        }
    }

    fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("kind", self.kind),
            ("status", self.status),
            ("project", self.project.as_deref()),
            ("user", self.user.as_deref()),
            ("api", self.api.as_deref()),
            ("q", (!self.q.is_empty()).then_some(self.q)),
            ("sort", self.by_name.then_some("name")),
        ] {
            query.extend_pairs(value.map(|value| (name, value)));
        }
        query.finish()
    }
}

impl Model {
    /// The role of a caller in a project.
    fn role(&self, viewer: &Viewer, project: &str) -> Option<&'static str> {
        match &viewer.administers {
            Administers::All => Some("admin"),
            Administers::OfUser => {
                self.roles.get(&(viewer.user.unwrap().to_owned(), project.to_owned())).copied()
            }
            Administers::These(projects) => projects.contains(project).then_some("admin"),
        }
    }

    /// Whether a caller manages the token, and whether it is granted to the caller.
    fn rights(&self, viewer: &Viewer, token: &Token) -> (bool, bool) {
        let administers = |project: &str| self.role(viewer, project) == Some("admin");
        let is_member_of_mine =
            |user: &String| self.roles.keys().any(|(member, project)| member == user && administers(project));
        let manages = match (&viewer.administers, token.kind) {
            (Administers::All, _) => true,
            (_, "rsa") => !token.targets.is_empty() && token.targets.iter().all(|one| administers(one)),
            _ => token.targets.iter().all(is_member_of_mine),
        };
        (manages, token.kind == "jwt" && viewer.user.is_some_and(|user| token.targets.contains(user)))
    }

    /// The list that is asked for, without its text if `q` is empty.
    fn list(&self, viewer: &Viewer, asked: &Asked, q: &str) -> Vec<&Token> {
        let q = name_key(q);
        let has = |targets: &BTreeSet<String>, wanted: &Option<String>| {
            wanted.as_ref().is_none_or(|one| targets.contains(one))
        };
        let grants = |token: &Token| {
            asked.api.as_ref().is_none_or(|api| {
                token.apis.contains(api) || token.systems.contains(api.split_once(':').unwrap().0)
            })
        };
        let mut found: Vec<&Token> = self
            .tokens
            .iter()
            .filter(|token| {
                let (manages, granted) = self.rights(viewer, token);
                (manages || granted)
                    && asked.kind.is_none_or(|kind| kind == token.kind)
                    && asked.status.is_none_or(|status| status == token.status())
                    && has(&token.targets, &asked.project)
                    && has(&token.targets, &asked.user)
                    && grants(token)
                    && name_key(&token.name).contains(&q)
            })
            .collect();
        if asked.by_name {
            found.sort_by_key(|token| name_key(&token.name));
        } else {
            found.sort_by_key(|token| std::cmp::Reverse(token.place));
        }
        found
    }

    fn name(&mut self, random: &mut Random) -> String {
        self.created += 1;
        let words: Vec<&str> = (0..=random.below(2)).map(|_| one_of(random, &WORDS)).collect();
        format!("{} {}", words.join(" "), self.created)
    }

    /// Creates a token at random.
    async fn create(&mut self, random: &mut Random, admin: &Caller, own: &Own, may_expire: bool) {
        let kind = if random.below(3) == 0 { "rsa" } else { "jwt" };
        let name = self.name(random);
        let systems = if random.below(3) == 0 { some_of(random, &SYSTEMS) } else { BTreeSet::new() };
        let apis = if systems.is_empty() { some_of(random, &APIS) } else { BTreeSet::new() };
        let all_projects = kind == "rsa" && random.below(8) == 0;
        let targets = match kind {
            _ if all_projects => BTreeSet::new(),
            "rsa" => some_of(random, &PROJECTS),
            _ => some_of(random, &USERS),
        };
        let mut wanted = json!({ "kind": kind, "name": name, "apis": apis, "systems": systems });
        if kind == "rsa" {
            wanted["public_key"] = json!(own.public);
        }
        if all_projects {
            wanted["all_projects"] = json!(true);
        } else {
            wanted[if kind == "rsa" { "projects" } else { "users" }] = json!(targets);
        }
        let expired = random.below(6) == 0 && may_expire;
        if expired {
            self.ends = now() + 1_500;
            wanted["expires_at"] = json!(Timestamp::from_millis(self.ends));
        }
        let id = text(&admin.post("/tokens", &wanted).await["id"]);
        let place = self.created;
        self.tokens.push(Token { id, place, kind, name, disabled: false, expired, apis, systems, targets });
    }

    /// Makes a change at random.
    async fn change(&mut self, random: &mut Random, admin: &Caller, own: &Own) -> &'static str {
        let name = self.name(random);
        let at = usize::try_from(random.below(self.tokens.len() as u64)).unwrap();
        let token = &mut self.tokens[at];
        let path = format!("/tokens/{}", token.id);
        match random.below(7) {
            0 => {
                admin.patch(&path, &json!({ "name": name })).await;
                token.name = name;
                "renamed"
            }
            1 => {
                token.disabled = !token.disabled;
                let status = if token.disabled { "disabled" } else { "active" };
                admin.patch(&path, &json!({ "status": status })).await;
                "disabled or not"
            }
            2 => {
                admin.delete(&path).await;
                self.tokens.remove(at);
                "deleted"
            }
            3 => {
                (token.apis, token.systems) = (some_of(random, &APIS), some_of(random, &SYSTEMS));
                admin.patch(&path, &json!({ "apis": token.apis, "systems": token.systems })).await;
                // The whole system includes its APIs.
                let now = admin.get(&path).await;
                let keys = |field: &str| -> BTreeSet<String> {
                    now[field].as_array().unwrap().iter().map(|one| text(&one["key"])).collect()
                };
                (token.apis, token.systems) = (keys("apis"), keys("systems"));
                "granted"
            }
            4 if !token.targets.is_empty() => {
                let (field, all) =
                    if token.kind == "rsa" { ("projects", &PROJECTS[..]) } else { ("users", &USERS[..]) };
                token.targets = some_of(random, all);
                admin.patch(&path, &json!({ field: token.targets })).await;
                "given to others"
            }
            5 => {
                self.create(random, admin, own, false).await;
                "created"
            }
            _ => {
                let (user, project) = (one_of(random, &USERS), one_of(random, &PROJECTS));
                self.set_role(
                    admin,
                    user,
                    project,
                    [None, Some("member"), Some("admin")][usize::try_from(random.below(3)).unwrap()],
                )
                .await;
                "membership"
            }
        }
    }

    async fn set_role(&mut self, admin: &Caller, user: &str, project: &str, role: Option<&'static str>) {
        let path = format!("/projects/{project}/members/{user}");
        let key = (user.to_owned(), project.to_owned());
        if let Some(role) = role {
            admin.put(&path, &json!({ "role": role })).await;
            self.roles.insert(key, role);
        } else if self.roles.remove(&key).is_some() {
            admin.delete(&path).await;
        }
    }

    /// Reads all pages of a list, and compares them with the model.
    async fn compare(&self, random: &mut Random, viewer: &Viewer, asked: &Asked, after: &str) {
        let expected = self.list(viewer, asked, asked.q);
        let limit = match expected.len() {
            0..12 => random.below(4) + 1,
            many => many as u64 / (1 + random.below(4)) + random.below(3),
        }
        .min(200);
        let query = format!("/tokens?{}&limit={limit}", asked.query());
        let said = format!("after {after}: {} asks {query}", viewer.name);
        if asked.project.as_ref().is_some_and(|project| self.role(viewer, project).is_none()) {
            assert_eq!(viewer.caller.status(Method::GET, &query).await, StatusCode::NOT_FOUND, "{said}");
            return;
        }
        let mut page = viewer.caller.get(&format!("{query}&total=true")).await;
        let total = page["total"].clone();
        let mut items = page["items"].as_array().unwrap().clone();
        while let Some(cursor) = page["next_cursor"].as_str() {
            page = viewer.caller.get(&format!("{query}&cursor={cursor}")).await;
            items.extend(page["items"].as_array().unwrap().iter().cloned());
        }
        if expected.is_empty() && !asked.q.is_empty() {
            // Those that resemble the text may be there, but no others.
            let alike = self.list(viewer, asked, "");
            for item in &items {
                assert!(alike.iter().any(|token| item["id"] == token.id), "{said}: {item}");
            }
            return;
        }
        let names = |tokens: &[&Token]| tokens.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
        let found: Vec<String> = items.iter().map(|item| text(&item["name"])).collect();
        assert_eq!(found, names(&expected), "{said}");
        assert_eq!(total, json!(expected.len()), "{said}");
        for (item, token) in items.iter().zip(&expected) {
            assert_eq!(
                (text(&item["id"]), text(&item["status"])),
                (token.id.clone(), token.status().to_owned())
            );
            assert_eq!(item["manageable"], self.rights(viewer, token).0, "{said}: {item}");
        }
    }
}

/// A JWT or an open token that may list tokens.
async fn bearer(platform: &Platform, wanted: Value) -> (Caller, Value) {
    let made = platform.admin.post("/tokens", &wanted).await;
    let id = text(&made["id"]);
    if wanted["kind"] == "rsa" {
        return (platform.admin.with_bearer(&platform.credential(&id).await), made);
    }
    let secret = text(&platform.admin.get(&format!("/tokens/{id}/secret")).await["secret_id"]);
    let exchanged = platform.exchange(&id, &secret).await;
    (platform.admin.with_bearer(&text(&exchanged["access_token"])), made)
}

on_both_engines! {
    async fn lists_are_those_of_the_model(server) {
        let platform = Platform::on(server).await;
        let admin = &platform.admin;
        admin.post("/systems", &json!({ "key": "prices", "name": "prices" })).await;
        let api = json!({ "operation_id": "list", "method": "GET", "path": "/prices", "name": "list", "scope": "global" });
        admin.post("/systems/prices/apis", &api).await;
        for project in &PROJECTS[2..] {
            admin.post("/projects", &json!({ "key": project, "name": project })).await;
        }
        let mut model = Model::default();
        model.roles.insert(("ada".to_owned(), "harbour".to_owned()), "member");
        let mut viewers = vec![Viewer {
            name: "the system administrator",
            caller: admin.clone(),
            administers: Administers::All,
            user: Some("admin"),
        }];
        for (user, projects, role) in [
            ("grace", &PROJECTS[..1], "admin"),
            ("lin", &PROJECTS[..2], "admin"),
            ("olga", &PROJECTS[..], "admin"),
            ("sam", &PROJECTS[..1], "member"),
        ] {
            let caller = platform.member(server, user, &[]).await;
            viewers.push(Viewer { name: user, caller, administers: Administers::OfUser, user: Some(user) });
            for project in projects {
                model.set_role(admin, user, project, Some(role)).await;
            }
        }
        let apis = json!(["latchkey:list_tokens"]);
        let own = Own::ed25519();
        for (kind, field, targets) in [("jwt", "users", ["lin"].as_slice()), ("rsa", "projects", &PROJECTS[..2])] {
            let name = model.name(&mut Random(7));
            let (caller, made) = bearer(&platform, json!({ "kind": kind, "name": name, "apis": apis, field: targets })).await;
            let these: BTreeSet<String> = targets.iter().map(|&one| one.to_owned()).collect();
            model.tokens.push(Token {
                id: text(&made["id"]),
                place: model.created,
                kind: if kind == "jwt" { "jwt" } else { "rsa" },
                name,
                disabled: false,
                expired: false,
                apis: BTreeSet::from(["latchkey:list_tokens".to_owned()]),
                systems: BTreeSet::new(),
                targets: these.clone(),
            });
            viewers.push(if kind == "jwt" {
                Viewer { name: "a JWT token", caller, administers: Administers::OfUser, user: Some("lin") }
            } else {
                Viewer { name: "an RSA token", caller, administers: Administers::These(these), user: None }
            });
        }
        let doors: HashSet<String> = model.tokens.iter().map(|token| token.id.clone()).collect();

        let mut random = Random(20_261_129);
        for _ in 0..150 {
            model.create(&mut random, admin, &own, true).await;
        }
        while now() <= model.ends {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        for viewer in &viewers {
            for _ in 0..4 {
                let asked = Asked::at_random(&mut random);
                model.compare(&mut random, viewer, &asked, "the start").await;
            }
        }
        for step in 0..STEPS {
            let kept: Vec<Token> = model.tokens.extract_if(.., |token| doors.contains(&token.id)).collect();
            let after = model.change(&mut random, admin, &own).await;
            model.tokens.extend(kept);
            let after = format!("step {step}, {after}");
            let viewer = &viewers[usize::try_from(random.below(viewers.len() as u64)).unwrap()];
            model.compare(&mut random, viewer, &Asked { by_name: step % 2 == 0, ..Asked::default() }, &after).await;
            let asked = Asked::at_random(&mut random);
            model.compare(&mut random, viewer, &asked, &after).await;
        }
    }

    async fn names_with_typos_are_found_with_the_fewest_errors_first(server) {
        let platform = Platform::on(server).await;
        for name in ["telemetry reader of the north", "telemetri reader", "export", "计费机器人", "telemetry reader"] {
            let mut wanted = Platform::wanted("jwt");
            wanted["name"] = json!(name);
            platform.admin.post("/tokens", &wanted).await;
        }
        let page = platform.admin.get("/tokens?q=TELEMTERY%20raeder&limit=2&total=true").await;
        assert_eq!(each(&page, "name"), ["telemetry reader", "telemetry reader of the north"]);
        assert!(page["next_cursor"].is_null(), "{page}");
        let names = async |q: &str| each(&platform.admin.get(&format!("/tokens?q={q}&sort=name")).await, "name");
        assert_eq!(names("reader%20telemetry").await, ["telemetry reader", "telemetry reader of the north", "telemetri reader"]);
        assert_eq!(names("%E8%AE%A1%E8%B4%B9%E6%9C%BA%E6%B0%94%E4%BA%BA").await, ["计费机器人"]);
        assert_eq!(names("xport").await, ["export"], "a part needs no typos");
        assert_eq!(names("imports").await, [""; 0]);
        // A text that is compared with each name in many ways.
        let hostile = "telemetrx+".repeat(10);
        assert_eq!(names(&hostile).await, ["telemetry reader", "telemetri reader", "telemetry reader of the north"]);
    }

    async fn many_searches_at_once_need_few_connections(server) {
        let platform = Platform::on(server).await;
        let id = platform.apply("jwt").await;
        let name = text(&platform.admin.get(&format!("/tokens/{id}")).await["name"]);
        let search = async |number: usize| {
            let user = if number.is_multiple_of(2) { "&user=ada" } else { "" };
            let page = platform.admin.get(&format!("/tokens?q={name}x&api=fleet:readDevice&project=harbour{user}")).await;
            assert_eq!(each(&page, "id"), [""; 0], "it is for no project");
            let page = platform.admin.get(&format!("/tokens?q={name}&api=fleet:readDevice{user}")).await;
            assert_eq!(each(&page, "id"), [id.as_str()]);
        };
        let began = Instant::now();
        for _ in 0..3 {
            // Each search must wait until the copy has this change.
            platform.admin.patch(&format!("/tokens/{id}"), &json!({ "description": unique("new") })).await;
            futures_util::future::join_all((0..20).map(search)).await;
        }
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    }
}

/// Lists without memory for a copy.
async fn without_memory(place: Where) {
    let server = Server::start(Where { search_memory: 0, ..place }).await;
    let platform = Platform::on(&server).await;
    let admin = &platform.admin;
    for name in ["harbour robot", "Harbour lamp", "robot of the harbour", "100% robot"] {
        let mut wanted = Platform::wanted("jwt");
        wanted["name"] = json!(name);
        admin.post("/tokens", &wanted).await;
    }
    let began = Instant::now();
    let page = admin.get("/tokens?q=HARBOUR&total=true").await;
    assert_eq!(each(&page, "name"), ["Harbour lamp", "harbour robot"]);
    assert_eq!((&page["total"], &page["beginnings_only"]), (&json!(2), &json!(true)));
    let page = admin.get("/tokens?sort=name&limit=3&total=true").await;
    assert_eq!(each(&page, "name"), ["100% robot", "Harbour lamp", "harbour robot"]);
    assert_eq!((&page["total"], page.get("beginnings_only")), (&json!(4), None));
    let cursor = text(&page["next_cursor"]);
    let rest = admin.get(&format!("/tokens?sort=name&limit=3&cursor={cursor}")).await;
    assert_eq!(each(&rest, "name"), ["robot of the harbour"]);
    assert_eq!(each(&admin.get("/tokens?q=100%25&user=ada").await, "name"), ["100% robot"]);
    assert_eq!(each(&admin.get("/tokens?q=hrabour").await, "name"), [""; 0]);
    let grace = platform.member(&server, "grace", &[("quarry", "admin")]).await;
    assert_eq!(grace.get("/tokens?total=true").await["total"], 0);
    admin.put("/projects/quarry/members/ada", &json!({ "role": "member" })).await;
    assert_eq!(grace.get("/tokens?total=true").await["total"], 4);
    assert!(began.elapsed() < Duration::from_secs(2), "nobody waits for a copy: {:?}", began.elapsed());
}

in_both_places! { without_memory_the_beginnings_of_names_are_found => without_memory }

async fn execute(connection: &mut AnyConnection, statement: String) {
    sqlx::query(AssertSqlSafe(statement)).execute(connection).await.unwrap();
}

/// Lists after changes that the server was not notified of.
async fn unheard_changes(place: Where) {
    let server = Server::start(place.clone()).await;
    let platform = Platform::on(&server).await;
    let admin = &platform.admin;
    let first = platform.apply("jwt").await;
    let mut ids = vec![first.clone()];
    assert_eq!(walked(admin, "limit=2").await, ids);
    let mut other = place.connect().await;
    let columns = "kind, description, disabled, all_projects, bounded, one_time_only, generation, version, \
                   allowed_ips, created_at, created_by, updated_at, updated_by, client_key, skeleton";
    for name in ["a", "b", "c", "d", "e", "f", "g"] {
        let id = TokenId::new();
        let tokens = "INSERT INTO tokens (id, name, name_key";
        for statement in [
            format!(
                "{tokens}, {columns}) SELECT '{id}', '{name}', '{name}', {columns} FROM tokens WHERE id = '{first}'"
            ),
            format!(
                "INSERT INTO token_users SELECT '{id}', user_id FROM token_users WHERE token_id = '{first}'"
            ),
            format!(
                "INSERT INTO token_apis SELECT '{id}', api_id FROM token_apis WHERE token_id = '{first}'"
            ),
        ] {
            execute(&mut other, statement).await;
        }
        if place.database_url.is_some() {
            // Another node writes what it changes, and stops before it notifies anybody.
            let log = format!("INSERT INTO changes (node, words) VALUES ('another', '{id}')");
            execute(&mut other, log).await;
        } else {
            admin.patch(&format!("/tokens/{id}"), &json!({ "description": "heard of" })).await;
        }
        ids.insert(0, id.to_string());
    }
    let named = |letters: &str| -> Vec<&str> {
        let place = |letter: char| ids.len() - 2 - (letter as usize - 'a' as usize);
        let letters = letters.chars().map(|letter| ids[place(letter)].as_str());
        letters.chain([first.as_str()]).collect()
    };
    assert_eq!(walked(admin, "limit=2").await, ids, "new tokens are on every page");
    assert_eq!(walked(admin, "limit=3&sort=name").await, named("abcdefg"));
    assert_eq!(admin.get("/tokens?total=true&limit=20").await["total"], 8);

    // Now the server hears of them.
    for id in &ids {
        admin.patch(&format!("/tokens/{id}"), &json!({ "status": "disabled" })).await;
    }
    let (b, c) = (&ids[5], &ids[4]);
    execute(&mut other, format!("UPDATE tokens SET name = 'y', name_key = 'y' WHERE id = '{b}'")).await;
    execute(&mut other, format!("UPDATE tokens SET name = 'z', name_key = 'z' WHERE id = '{c}'")).await;
    let found = walked(admin, "limit=2&sort=name").await;
    let others: Vec<&String> = found.iter().filter(|id| ![b, c].contains(id)).collect();
    assert_eq!(others, named("adefg"), "a new name of one hides no other");
    if place.database_url.is_some() {
        // A change that this version does not know may be any change.
        execute(&mut other, "SELECT CAST(pg_notify('latchkey_changes', 'v2 news') AS TEXT)".to_owned()).await;
        let told = Instant::now();
        while walked(admin, "limit=3&sort=name").await != [named("adefg"), vec![b, c]].concat() {
            assert!(told.elapsed() < Duration::from_secs(2), "the new names are not read");
        }
    }
}

in_both_places! { unheard_changes_leave_no_token_out => unheard_changes }

/// Lists for an administrator of many projects.
async fn many_projects(place: Where) {
    let server = Server::start(place.clone()).await;
    let platform = Platform::on(&server).await;
    let grace = platform.member(&server, "grace", &[]).await;
    let user = text(&platform.admin.get("/users/grace").await["id"]);
    let mut other = place.connect().await;
    for part in 0..10 {
        let ids: Vec<ProjectId> = (0..500).map(|_| ProjectId::new()).collect();
        let projects =
            ids.iter().enumerate().map(|(at, id)| format!("('{id}', 'p{part}-{at}', 'p', '', 0, 0)"));
        let projects = projects.collect::<Vec<_>>().join(", ");
        let members =
            ids.iter().map(|id| format!("('{id}', '{user}', 'admin')")).collect::<Vec<_>>().join(", ");
        for statement in [
            format!(
                "INSERT INTO projects (id, key, name, description, created_at, updated_at) VALUES {projects}"
            ),
            format!("INSERT INTO members (project_id, user_id, role) VALUES {members}"),
        ] {
            execute(&mut other, statement).await;
        }
    }
    // Now the server hears of her memberships.
    platform.admin.put("/projects/harbour/members/grace", &json!({ "role": "admin" })).await;
    let own = Own::ed25519();
    for number in 0..60 {
        let project =
            if number % 2 == 0 { format!("p{}-{number}", number % 10) } else { "quarry".to_owned() };
        let mut wanted =
            json!({ "kind": "rsa", "name": format!("crane {number:02}"), "apis": ["fleet:readDevice"] });
        wanted["projects"] = json!([project]);
        wanted["public_key"] = json!(own.public);
        platform.admin.post("/tokens", &wanted).await;
    }
    let began = Instant::now();
    let page = grace.get("/tokens?q=crane&total=true&limit=2").await;
    assert_eq!(each(&page, "name"), ["crane 58", "crane 56"]);
    assert_eq!(page["total"], 30);
    let cursor = text(&page["next_cursor"]);
    let page = grace.get(&format!("/tokens?q=crane&limit=2&cursor={cursor}")).await;
    assert_eq!(each(&page, "name"), ["crane 54", "crane 52"]);
    assert_eq!(each(&grace.get("/tokens?sort=name&q=carne&limit=200").await, "name").len(), 30);
    let jwt = text(&platform.admin.post("/tokens", &Platform::wanted("jwt")).await["id"]);
    assert_eq!(each(&grace.get("/tokens?kind=jwt").await, "id"), [jwt]);
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

in_both_places! { an_administrator_of_many_projects_has_a_list => many_projects }

#[tokio::test]
async fn a_list_of_one_node_knows_the_changes_of_the_other() {
    let Some(place) = Where::postgres().await else { return };
    let (one, two) = tokio::join!(Server::start(place.clone()), Server::start(place));
    let platform = Platform::on(&one).await;
    let grace = platform.member(&one, "grace", &[("harbour", "admin")]).await.at(&two.url);
    let beyond = two.admin().await;
    let ids = async |caller: &Caller, query: &str| each(&caller.get(&format!("/tokens?{query}")).await, "id");
    let mut made = Vec::new();
    for number in 0..10 {
        let id = platform.apply(if number % 5 == 0 { "rsa" } else { "jwt" }).await;
        made.insert(0, id.clone());
        let name = text(&platform.admin.get(&format!("/tokens/{id}")).await["name"]);
        let sort = if number % 2 == 0 { "created" } else { "name" };
        assert_eq!(
            ids(&beyond, &format!("q={name}&sort={sort}")).await,
            [id.as_str()],
            "a new token is found at once"
        );
        assert_eq!(ids(&grace, &format!("q={name}&sort={sort}")).await, [id.as_str()]);
        assert_eq!(walked(&beyond, "limit=2").await, made, "no page leaves one out");

        if number % 3 == 0 {
            let new = unique("renamed");
            platform.admin.patch(&format!("/tokens/{id}"), &json!({ "name": new })).await;
            assert_eq!(ids(&beyond, &format!("q={name}")).await, [""; 0], "it has this name no more");
            let changed = Instant::now();
            while ids(&beyond, &format!("q={new}")).await != [id.as_str()] {
                assert!(changed.elapsed() < Duration::from_secs(1), "the new name is not found");
            }
            platform.admin.patch(&format!("/tokens/{id}"), &json!({ "status": "disabled" })).await;
            assert_eq!(ids(&beyond, &format!("q={new}&status=active")).await, [""; 0]);
            let changed = Instant::now();
            while ids(&beyond, &format!("q={new}&status=disabled")).await != [id.as_str()] {
                assert!(changed.elapsed() < Duration::from_secs(1), "the status is not known");
            }
        }
        if number % 4 == 0 {
            platform.admin.delete(&format!("/tokens/{id}")).await;
            made.remove(0);
            assert_eq!(walked(&beyond, "limit=3").await, made, "a deleted token is not shown");
        }
    }
    assert!(!ids(&grace, "kind=jwt").await.is_empty());
    platform.admin.delete("/projects/harbour/members/ada").await;
    assert_eq!(ids(&grace, "kind=jwt").await, [""; 0], "the user of the tokens is no member any more");
    platform.admin.delete("/projects/harbour/members/grace").await;
    let changed = Instant::now();
    while !ids(&grace, "").await.is_empty() {
        assert!(changed.elapsed() < Duration::from_secs(1), "she still administers the project");
    }
}

/// Creates, renames and deletes tokens without a pause. Adds those that are deleted.
async fn churn(admin: Caller, mut random: Random, deleted: Arc<Mutex<HashSet<String>>>) {
    loop {
        let mut wanted = Platform::wanted("jwt");
        let mut name =
            || format!("{} {}", char::from(b'a' + u8::try_from(random.below(26)).unwrap()), unique("x"));
        wanted["name"] = json!(name());
        let id = text(&admin.post("/tokens", &wanted).await["id"]);
        let path = format!("/tokens/{id}");
        for _ in 0..3 {
            admin.patch(&path, &json!({ "name": name() })).await;
        }
        admin.delete(&path).await;
        deleted.lock().unwrap().insert(id);
    }
}

/// Lists on all nodes during changes on all nodes.
async fn lists_during_changes(nodes: &[Server]) {
    let platform = Platform::on(&nodes[0]).await;
    let mut stable = Vec::new();
    for letter in "taqbzkfywnmdghc".chars() {
        let mut wanted = Platform::wanted("jwt");
        wanted["name"] = json!(format!("{letter} stays"));
        stable.push(text(&platform.admin.post("/tokens", &wanted).await["id"]));
    }
    let mut by_name: Vec<(char, String)> = "taqbzkfywnmdghc".chars().zip(stable.iter().cloned()).collect();
    by_name.sort_unstable();
    let by_name: Vec<String> = by_name.into_iter().map(|(_, id)| id).collect();
    stable.reverse();
    let deleted: Arc<Mutex<HashSet<String>>> = Arc::default();
    let mut churning = Vec::new();
    for (seed, node) in (1..).zip(nodes.iter().chain(nodes)) {
        churning.push(tokio::spawn(churn(node.admin().await, Random(seed), Arc::clone(&deleted))));
    }
    // On a busy disk 24 rounds may pass before the first token is deleted.
    let is_over = |round| {
        let is_enough = round >= 24 && !deleted.lock().unwrap().is_empty();
        is_enough || churning.iter().any(tokio::task::JoinHandle::is_finished)
    };
    for (round, node) in nodes.iter().cycle().enumerate().take_while(|(round, _)| !is_over(*round)) {
        let admin = platform.admin.at(&node.url);
        let (sort, expected) = if round / 2 % 2 == 0 { ("created", &stable) } else { ("name", &by_name) };
        let gone = deleted.lock().unwrap().clone();
        let mut found = walked(&admin, &format!("limit=4&sort={sort}")).await;
        assert!(found.iter().all(|id| !gone.contains(id)), "round {round}: a deleted token is shown");
        found.retain(|id| stable.contains(id));
        assert_eq!(&found, expected, "round {round}: {sort}");
        let page = admin.get(&format!("/tokens?q=stays&limit=200&total=true&sort={sort}")).await;
        assert_eq!((&each(&page, "id"), &page["total"]), (expected, &json!(15)), "round {round}");
    }
    churning.iter().for_each(tokio::task::JoinHandle::abort);
    for task in churning {
        assert!(task.await.unwrap_err().is_cancelled(), "a change failed");
    }
}

#[tokio::test]
async fn lists_are_complete_during_changes_on_sqlite() {
    lists_during_changes(&[Server::start(Where::sqlite()).await]).await;
}

#[tokio::test]
async fn lists_of_two_nodes_are_complete_during_changes() {
    let Some(place) = Where::postgres().await else { return };
    let (one, two) = tokio::join!(Server::start(place.clone()), Server::start(place));
    lists_during_changes(&[one, two]).await;
}

/// The ids of all pages.
async fn walked(caller: &Caller, query: &str) -> Vec<String> {
    let mut page = caller.get(&format!("/tokens?{query}")).await;
    let mut found = each(&page, "id");
    while let Some(cursor) = page["next_cursor"].as_str() {
        page = caller.get(&format!("/tokens?{query}&cursor={cursor}")).await;
        found.extend(each(&page, "id"));
    }
    found
}
