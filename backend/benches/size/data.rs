//! A large installation: its people, systems and projects.

use std::ops::Range;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use latchkey::database::folded::folded;
use serde_json::json;

use crate::bulk::{Bulk, Rows};
use crate::names::{Names, Numbers};
use crate::tokens::TokenRows;

pub(crate) const SYSTEMS: u64 = 50;
/// The APIs of each system.
pub(crate) const APIS: u64 = 1_000;
pub(crate) const PROJECTS: u64 = 100_000;
/// The first projects are big: half of the RSA tokens are for them.
pub(crate) const BIG: u64 = 20;
/// The project with many members.
pub(crate) const CROWD: u64 = BIG;
const CROWD_MEMBERS: u64 = 10_000;
/// The first small project.
const SMALL: u64 = CROWD + 1;
pub(crate) const USERS: u64 = 20_000;
/// Every so many-th user is a member of a big project.
pub(crate) const IN_BIG: u64 = 10;
/// So many tokens are made at once.
const SOME: usize = 20_000;

/// Somebody who looks at lists.
pub(crate) struct Person {
    pub(crate) title: &'static str,
    pub(crate) username: &'static str,
    /// The projects that they administer.
    administers: Range<u64>,
}

/// The people who look, besides the system administrator.
pub(crate) const PEOPLE: [Person; 6] = [
    Person { title: "1 project", username: "one", administers: 50_000..50_001 },
    Person { title: "2 big projects", username: "two", administers: 0..2 },
    Person { title: "1,000 projects", username: "thousand", administers: 30_000..31_000 },
    Person { title: "5,000 projects", username: "thousands", administers: 60_000..65_000 },
    Person { title: "10,000 members", username: "crowd", administers: CROWD..SMALL },
    Person { title: "one JWT token", username: "little", administers: 0..0 },
];

impl Person {
    /// Everybody who looks at lists.
    pub(crate) fn all() -> Vec<Self> {
        let admin = Self { title: "system admin", username: "admin", administers: 0..PROJECTS };
        std::iter::once(admin).chain(PEOPLE).collect()
    }

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

/// The key of an API that few tokens have.
pub(crate) fn ordinary_api() -> String {
    api_key(SYSTEMS / 2, APIS / 2)
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

/// The small projects around a number.
fn small(number: u64) -> u64 {
    SMALL + number % (PROJECTS - SMALL)
}

/// Fills an installation that has only its administrator.
pub(crate) async fn fill(bulk: &mut Bulk, tokens: u64) -> Result<()> {
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let mut names = Names::new();
    bulk.run("BEGIN").await?;
    catalog(bulk, &mut names, now).await?;
    projects(bulk, &mut names, now).await?;
    users(bulk, &mut names, now).await?;
    bulk.run("COMMIT").await?;
    let mut rows = TokenRows::new();
    let mut numbers = Numbers(1);
    for number in 0..tokens {
        let is_rare = [10, tokens / 2, tokens - 10].contains(&number);
        let (name, key) = names.next(is_rare);
        rows.add(&mut numbers, (number, tokens), (&name, &key), now);
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
async fn catalog(bulk: &mut Bulk, names: &mut Names, now: i64) -> Result<()> {
    let mut systems = Rows::of(
        "systems",
        "id, key, name, audience, project_param, created_at, updated_at, operations_version, openings_version, folded",
    );
    let mut apis =
        Rows::of("api_rows", "id, system_id, key, operation_id, method, path, name, folded, tags, imported");
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
            folded(&[&system_key(system), &name])
        ]));
        for api in 0..APIS {
            let name = format!("{} {api}", names.pair());
            let path = format!("/projects/{{project}}/things{}/{{thing}}/part{api}", api % 40);
            apis.add(json!([
                id("api", system * APIS + api),
                system_id,
                api_key(system, api),
                format!("operation{api}"),
                "GET",
                path,
                name,
                folded(&[&api_key(system, api), &name, &path]),
                format!(r#"["tag{}"]"#, api % 40),
                1
            ]));
        }
    }
    bulk.write(&mut systems).await?;
    bulk.write(&mut apis).await
}

async fn projects(bulk: &mut Bulk, names: &mut Names, now: i64) -> Result<()> {
    let mut projects = Rows::of("projects", "id, key, name, description, created_at, updated_at, folded");
    for project in 0..PROJECTS {
        let name = format!("{} {project}", names.pair());
        let key = project_key(project);
        let folded = folded(&[&key, &name]);
        projects.add(json!([id("prj", project), key, name, "", now, now, folded]));
    }
    bulk.write(&mut projects).await
}

/// The users, and the projects that they are members of.
async fn users(bulk: &mut Bulk, names: &mut Names, now: i64) -> Result<()> {
    let mut users = Rows::of("users", "id, username, display_name, role, created_at, updated_at, folded");
    let mut members = Rows::of("members", "project_id, user_id, role");
    for user in 0..USERS {
        let user_id = id("usr", user);
        let (username, name) = (format!("user{user}"), names.pair());
        let folded = folded(&[&username, &name]);
        users.add(json!([user_id, username, name, "user", now, now, folded]));
        for (nth, role) in ["admin", "member", "member"].into_iter().enumerate() {
            members.add(json!([id("prj", small(5 * user + nth as u64)), user_id, role]));
        }
        if user < CROWD_MEMBERS {
            members.add(json!([id("prj", CROWD), user_id, "member"]));
        }
        if user % IN_BIG == 0 {
            members.add(json!([id("prj", user / IN_BIG % BIG), user_id, "member"]));
        }
    }
    for (number, person) in (USERS..).zip(PEOPLE) {
        let folded = folded(&[person.username, person.title]);
        users.add(json!([id("usr", number), person.username, person.title, "user", now, now, folded]));
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
