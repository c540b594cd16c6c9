//! A large installation: its people, systems and projects.

mod bulk;
pub(crate) mod names;
mod tokens;

use std::ops::Range;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use latchkey::database::folded::folded;
use latchkey::database::looks::looks;
use serde_json::json;

use self::bulk::{Bulk, Rows};
use self::names::{Names, Numbers};
use self::tokens::TokenRows;
use crate::document::path;
use crate::place::Place;
use crate::report::thousands;

const SYSTEMS: u64 = 50;
/// The first projects are big: half of the RSA tokens are for them.
const BIG: u64 = 20;
/// The project with many members.
const CROWD: u64 = BIG;
/// The first small project.
const SMALL: u64 = CROWD + 1;
/// Every so many-th user is a member of a big project.
const IN_BIG: u64 = 10;
/// So many tokens are made at once.
const SOME: usize = 20_000;
/// Those who look at lists besides the system administrator.
const PEOPLE: u64 = 6;

/// How large an installation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::Args)]
pub(crate) struct Size {
    /// How many tokens the large database has. A tenth as many different tokens call in turn.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(10_000..))]
    pub(crate) tokens: u64,
    /// How many APIs it has, in 50 systems.
    #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(u64).range(500..))]
    pub(crate) apis: u64,
    /// How many projects it has. It has a fifth as many users.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(2_000..))]
    pub(crate) projects: u64,
}

impl Size {
    fn apis_of_a_system(self) -> u64 {
        self.apis / SYSTEMS
    }

    fn users(self) -> u64 {
        self.projects / 5
    }

    /// The members of the project with many of them.
    fn crowd(self) -> u64 {
        self.users() / 2
    }

    /// The small projects around a number.
    fn small(self, number: u64) -> u64 {
        SMALL + number % (self.projects - SMALL)
    }

    /// The key of an API that few tokens have.
    pub(crate) fn ordinary_api(self) -> String {
        api_key(SYSTEMS / 2, self.apis_of_a_system() / 2)
    }

    /// Everybody who looks at lists: first the system administrator.
    pub(crate) fn people(self) -> Vec<Person> {
        let person = |title: String, username, administers| Person { title, username, administers };
        let some = |from: u64, count: u64| {
            let first = self.projects / 10 * from;
            (format!("{} projects", thousands(count)), first..first + count)
        };
        let (thousand, thousands) = (some(3, self.projects / 100), some(6, self.projects / 20));
        let middle = self.projects / 2;
        vec![
            person("system admin".into(), "admin", 0..self.projects),
            person("1 project".into(), "one", middle..middle + 1),
            person("2 big projects".into(), "two", 0..2),
            person(thousand.0, "thousand", thousand.1),
            person(thousands.0, "thousands", thousands.1),
            person(format!("{} members", self::thousands(self.crowd())), "crowd", CROWD..SMALL),
            person("one JWT token".into(), "little", 0..0),
        ]
    }
}

/// Somebody who looks at lists.
pub(crate) struct Person {
    pub(crate) title: String,
    pub(crate) username: &'static str,
    /// The projects that they administer.
    administers: Range<u64>,
}

impl Person {
    /// The keys of a big and of a small project of this person. If they have none, of another one.
    pub(crate) fn projects(&self) -> (String, String) {
        let small = if self.administers.end > CROWD { self.administers.start.max(CROWD) } else { SMALL };
        (project_key(self.administers.start.min(BIG - 1)), project_key(small))
    }
}

/// The key of an API that one of twenty tokens has.
pub(crate) fn popular_api() -> String {
    api_key(0, 0)
}

/// The id of the token with this number.
pub(crate) fn token_id(number: u64) -> String {
    id("tok", number)
}

/// Ids sort by creation, as those of the server do.
pub(crate) fn id(prefix: &str, number: u64) -> String {
    format!("{prefix}_{number:026}")
}

fn system_key(system: u64) -> String {
    format!("system-{system}")
}

fn api_key(system: u64, api: u64) -> String {
    format!("{}:operation{api}", system_key(system))
}

fn project_key(project: u64) -> String {
    match project {
        CROWD => "crowd".to_owned(),
        0..BIG => format!("big-{project}"),
        _ => format!("site-{project}"),
    }
}

/// Makes a large installation. A server has made the tables and the administrator.
pub(crate) async fn make(place: &Place, size: Size) -> Result<()> {
    let mut bulk = Bulk::open(place).await?;
    fill(&mut bulk, size).await?;
    bulk.close().await
}

/// Fills an installation that has only its administrator.
async fn fill(bulk: &mut Bulk, size: Size) -> Result<()> {
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let mut names = Names::new();
    bulk.run("BEGIN").await?;
    catalog(bulk, &mut names, size, now).await?;
    projects(bulk, &mut names, size, now).await?;
    users(bulk, &mut names, size, now).await?;
    bulk.run("COMMIT").await?;
    let tokens = size.tokens;
    let mut rows = TokenRows::new(size);
    let mut numbers = Numbers(1);
    for number in 0..tokens {
        let is_rare = [10, tokens / 2, tokens - 10].contains(&number);
        let (name, key) = names.next(is_rare);
        rows.add(&mut numbers, number, (&name, &key), now);
        if rows.len() >= SOME || number + 1 == tokens {
            bulk.run("BEGIN").await?;
            rows.write(bulk).await?;
            bulk.run("COMMIT").await?;
            eprintln!("{} of {tokens} tokens", number + 1);
        }
    }
    Ok(())
}

/// The systems and their APIs.
async fn catalog(bulk: &mut Bulk, names: &mut Names, size: Size, now: i64) -> Result<()> {
    let mut systems = Rows::of(
        "systems",
        "id, key, name, audience, project_param, created_at, updated_at, operations_version, openings_version, folded, \
         key_looks, name_looks",
    );
    let mut apis = Rows::of(
        "api_rows",
        "id, system_id, key, operation_id, method, path, multi_segment, name, folded, tags, imported",
    );
    for system in 0..SYSTEMS {
        let system_id = id("sys", system);
        let audience = format!("https://system-{system}.example");
        let name = names.pair();
        systems.add(json!([
            system_id,
            system_key(system),
            name,
            audience,
            "project",
            now,
            now,
            "first",
            "first",
            folded(&[&system_key(system), &name]),
            looks(&system_key(system)),
            looks(&name)
        ]));
        for api in 0..size.apis_of_a_system() {
            let name = format!("{} {api}", names.pair());
            let path = path(api);
            apis.add(json!([
                id("api", system * size.apis_of_a_system() + api),
                system_id,
                api_key(system, api),
                format!("operation{api}"),
                "GET",
                path.template,
                serde_json::to_string(path.multi_segment.as_slice())?,
                name,
                folded(&[&api_key(system, api), &name, &path.template]),
                format!(r#"["tag{}"]"#, api % 40),
                1
            ]));
        }
    }
    bulk.write(&mut systems).await?;
    bulk.write(&mut apis).await
}

async fn projects(bulk: &mut Bulk, names: &mut Names, size: Size, now: i64) -> Result<()> {
    let mut projects = Rows::of(
        "projects",
        "id, key, name, description, created_at, updated_at, folded, key_looks, name_looks",
    );
    for project in 0..size.projects {
        let name = format!("{} {project}", names.pair());
        let key = project_key(project);
        let folded = folded(&[&key, &name]);
        let looks = (looks(&key), looks(&name));
        projects.add(json!([id("prj", project), key, name, "", now, now, folded, looks.0, looks.1]));
    }
    bulk.write(&mut projects).await
}

/// The users, and the projects that they are members of.
async fn users(bulk: &mut Bulk, names: &mut Names, size: Size, now: i64) -> Result<()> {
    let mut users =
        Rows::of("users", "id, username, display_name, role, created_at, updated_at, folded, username_looks");
    let mut members = Rows::of("members", "project_id, user_id, role");
    for user in 0..size.users() {
        let user_id = id("usr", user);
        let (username, name) = (format!("user{user}"), names.pair());
        let folded = folded(&[&username, &name]);
        users.add(json!([user_id, username, name, "user", now, now, folded, looks(&username)]));
        for (nth, role) in ["admin", "member", "member"].into_iter().enumerate() {
            members.add(json!([id("prj", size.small(5 * user + nth as u64)), user_id, role]));
        }
        if user < size.crowd() {
            members.add(json!([id("prj", CROWD), user_id, "member"]));
        }
        if user % IN_BIG == 0 {
            members.add(json!([id("prj", user / IN_BIG % BIG), user_id, "member"]));
        }
    }
    for (number, person) in (size.users()..).zip(size.people().into_iter().skip(1)) {
        let folded = folded(&[person.username, &person.title]);
        let looks = looks(person.username);
        users.add(json!([id("usr", number), person.username, person.title, "user", now, now, folded, looks]));
        for project in person.administers {
            members.add(json!([id("prj", project), id("usr", number), "admin"]));
        }
    }
    bulk.write(&mut users).await?;
    bulk.write(&mut members).await?;
    // Everybody has the password of the administrator.
    bulk.run(
        "UPDATE users SET password_hash = (SELECT a.password_hash FROM users a WHERE a.username = 'admin') \
         WHERE password_hash IS NULL",
    )
    .await
}
