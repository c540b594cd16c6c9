//! The tokens of a large installation, and what they are for.

use std::collections::BTreeSet;

use anyhow::Result;
use latchkey_shared::fields::skeleton;
use serde_json::json;

use super::bulk::{Bulk, Rows};
use super::names::Numbers;
use super::{BIG, CROWD, IN_BIG, PEOPLE, SYSTEMS, Size, id, token_id};

const DAY: i64 = 24 * 60 * 60 * 1_000;

/// The rows of some tokens. They have no keys, which no list reads.
pub(crate) struct TokenRows {
    size: Size,
    tokens: Rows,
    uses: Rows,
    apis: Rows,
    systems: Rows,
    projects: Rows,
    users: Rows,
}

impl TokenRows {
    pub(crate) fn new(size: Size) -> Self {
        Self {
            size,
            tokens: Rows::of(
                "tokens",
                "seq, id, kind, name, name_key, skeleton, description, disabled, all_projects, \
                 expires_at, key_size, generation, version, \
                 created_at, created_by, updated_at, updated_by",
            ),
            uses: Rows::of("token_uses", "token_id, last_used_at"),
            apis: Rows::of("token_apis", "token_id, api_id"),
            systems: Rows::of("token_systems", "token_id, system_id"),
            projects: Rows::of("token_projects", "token_id, project_id"),
            users: Rows::of("token_users", "token_id, user_id"),
        }
    }

    /// How many tokens are not yet written.
    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Adds a token. The first is three years old and the last is new.
    pub(crate) fn add(&mut self, numbers: &mut Numbers, number: u64, (name, key): (&str, &str), now: i64) {
        let (of, all) = (self.size.tokens, self.size.projects);
        let token = token_id(number);
        let is_rsa = number.is_multiple_of(2);
        let all_projects = is_rsa && numbers.per_mille(1);
        let age = 3 * 365 * DAY / of.cast_signed() * (of - number).cast_signed();
        let created_at = now - age;
        let days = DAY * (1 + numbers.below(300).cast_signed());
        let expires_at = match numbers.below(100) {
            0..5 => Some(now - days),
            5..25 => Some(now + days),
            _ => None,
        };
        self.tokens.add(json!([
            number + 1,
            token,
            if is_rsa { "rsa" } else { "jwt" },
            name,
            key,
            skeleton(name),
            "",
            u8::from(numbers.per_mille(10)),
            u8::from(all_projects),
            expires_at,
            is_rsa.then_some(2048),
            1,
            1,
            created_at,
            "admin",
            created_at,
            "admin",
        ]));
        if numbers.per_mille(500) {
            self.uses.add(json!([token, created_at + age / 2]));
        }
        self.grant(numbers, &token);
        if is_rsa && !all_projects {
            let count = 1 + numbers.below(3);
            let first = numbers.below(all);
            let is_big = numbers.per_mille(500);
            for project in (first..).take(usize::try_from(count).unwrap_or(1)) {
                let project = if is_big { project % BIG } else { CROWD + project % (all - CROWD) };
                self.projects.add(json!([token, id("prj", project)]));
            }
        } else if !is_rsa {
            for user in users_of(numbers, number, self.size) {
                self.users.add(json!([token, id("usr", user)]));
            }
        }
    }

    /// Grants two APIs on average, and to some tokens a whole system.
    fn grant(&mut self, numbers: &mut Numbers, token: &str) {
        let own = self.size.apis_of_a_system();
        let system = numbers.below(SYSTEMS);
        let api = numbers.below(own);
        let mut apis: BTreeSet<u64> =
            (0..=numbers.below(3)).map(|next| system * own + (api + next) % own).collect();
        if numbers.per_mille(50) {
            apis.insert(0);
        }
        for api in apis {
            self.apis.add(json!([token, id("api", api)]));
        }
        if numbers.per_mille(20) {
            self.systems.add(json!([token, id("sys", (system + 1) % SYSTEMS)]));
        }
    }

    /// Writes the rows, and takes them away.
    pub(crate) async fn write(&mut self, bulk: &mut Bulk) -> Result<()> {
        let Self { size: _, tokens, uses, apis, systems, projects, users } = self;
        for rows in [tokens, uses, apis, systems, projects, users] {
            bulk.write(rows).await?;
        }
        Ok(())
    }
}

/// The users of a JWT token: one or two who have a project together. Half of the tokens are for
/// members of big projects, and a few for the people who look at lists.
fn users_of(numbers: &mut Numbers, number: u64, size: Size) -> Vec<u64> {
    let all = size.users();
    // The last of them has only one token.
    if number == (size.tokens / 3) | 1 {
        return vec![all + PEOPLE - 1];
    }
    if number % 10_000 < 2 * (PEOPLE - 1) {
        return vec![all + number % 10_000 / 2];
    }
    let (first, second) = if numbers.per_mille(500) {
        let first = numbers.below(all / IN_BIG) * IN_BIG;
        (first, (first + IN_BIG * BIG) % all)
    } else {
        let first = numbers.below(all);
        (first, (first + 1) % all)
    };
    if numbers.per_mille(500) { vec![first] } else { vec![first, second] }
}
