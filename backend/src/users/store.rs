//! The SQL of users.

use std::collections::HashMap;

use latchkey_shared::ids::UserId;
use latchkey_shared::projects::{MemberRole, ProjectRef};
use latchkey_shared::session::Membership;
use latchkey_shared::time::Timestamp;
use latchkey_shared::users::{Role, User};
use sqlx::{AnyConnection, FromRow};

use super::password::Lasting;
use crate::access::principal::{Principal, SystemAdmin};
use crate::access::reach::{Reach, UserState};
use crate::database::folded::folded;
use crate::database::looks::looks;
use crate::database::names::{Among, Heard, Named};
use crate::database::sql::Sql;
use crate::database::stored::stored;
use crate::database::{Database, Engine, Epochs, Taking, Transaction, now};
use crate::withdrawals::Withdrawal;

const COLUMNS: &str = "SELECT id, username, display_name, email, role, disabled, must_change_password, created_at, updated_at FROM users u";

#[derive(FromRow)]
struct UserRow {
    id: String,
    username: String,
    display_name: String,
    email: Option<String>,
    role: String,
    disabled: i64,
    must_change_password: i64,
    created_at: i64,
    updated_at: i64,
}

impl UserRow {
    fn read(self) -> Result<User, sqlx::Error> {
        Ok(User {
            id: stored(&self.id)?,
            username: self.username,
            display_name: self.display_name,
            email: self.email,
            role: role(&self.role),
            disabled: self.disabled != 0,
            must_change_password: self.must_change_password != 0,
            created_at: Timestamp::from_millis(self.created_at),
            updated_at: Timestamp::from_millis(self.updated_at),
            warnings: Vec::new(),
        })
    }
}

fn role(text: &str) -> Role {
    if text == Role::SystemAdmin.as_str() { Role::SystemAdmin } else { Role::User }
}

fn member_role(text: &str) -> MemberRole {
    if text == MemberRole::Admin.as_str() { MemberRole::Admin } else { MemberRole::Member }
}

/// A user to be added.
pub(super) struct NewRow {
    pub(super) id: UserId,
    pub(super) username: String,
    pub(super) role: Role,
    display_name: String,
    email: Option<String>,
    password_hash: Option<String>,
    lasting: Lasting,
}

impl NewRow {
    pub(super) fn new(
        username: String,
        display_name: String,
        email: Option<String>,
        role: Role,
        password_hash: Option<String>,
        lasting: Lasting,
    ) -> Self {
        Self { id: UserId::new(), username, role, display_name, email, password_hash, lasting }
    }
}

/// A user's state and memberships at one moment.
pub(super) async fn state(database: &Database, id: &UserId) -> Result<Option<UserState>, sqlx::Error> {
    let mut transaction = database.read_at_one_moment().await?;
    let row: Option<(String, String, i64, i64)> =
        sqlx::query_as("SELECT username, role, disabled, rights_version FROM users WHERE id = $1")
            .bind(id.to_string())
            .fetch_optional(&mut *transaction)
            .await?;
    let memberships: Vec<(String, String)> =
        sqlx::query_as("SELECT project_id, role FROM members WHERE user_id = $1")
            .bind(id.to_string())
            .fetch_all(&mut *transaction)
            .await?;
    transaction.commit().await?;
    let Some((username, text, disabled, rights_version)) = row else { return Ok(None) };
    let membership = |(project, role): (String, String)| Ok((stored(&project)?, member_role(&role)));
    let memberships: Result<HashMap<_, _>, sqlx::Error> = memberships.into_iter().map(membership).collect();
    Ok(Some(UserState {
        id: id.clone(),
        username,
        role: role(&text),
        disabled: disabled != 0,
        memberships: memberships?,
        rights_version,
    }))
}

/// The stored data that a login is checked against.
#[derive(FromRow)]
pub struct Credentials {
    /// The user's id.
    pub id: String,
    /// Whether the user is disabled.
    pub disabled: i64,
    /// The hash of the password, if there is one.
    pub password_hash: Option<String>,
}

/// The stored data for a login with this name.
pub async fn credentials(database: &Database, username: &str) -> Result<Option<Credentials>, sqlx::Error> {
    sqlx::query_as("SELECT id, disabled, password_hash FROM users WHERE username = $1")
        .bind(username.replace('\0', ""))
        .fetch_optional(database.reader())
        .await
}

/// The first enabled system administrator, if none of them has a password.
pub(super) async fn administrator_without_password(
    connection: &mut AnyConnection,
) -> Result<Option<(UserId, String)>, sqlx::Error> {
    let found: Option<(String, String)> = sqlx::query_as(
        "SELECT id, username FROM users WHERE role = 'system_admin' AND disabled = 0 AND NOT EXISTS \
         (SELECT 1 FROM users u WHERE u.role = 'system_admin' AND u.disabled = 0 AND u.password_hash IS NOT NULL) \
         ORDER BY id LIMIT 1",
    )
    .fetch_optional(connection)
    .await?;
    found.map(|(id, username)| Ok((stored(&id)?, username))).transpose()
}

/// Sets a user's password.
pub async fn set_password(
    transaction: &mut Transaction,
    id: &UserId,
    hash: &str,
    lasting: Lasting,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE users SET password_hash = $1, must_change_password = $2, updated_at = $3 WHERE id = $4",
    )
    .bind(hash.to_owned())
    .bind(lasting.flag())
    .bind(now())
    .bind(id.to_string())
    .execute(transaction.takes(Withdrawal::Password { user: id.clone() }).connection())
    .await
    .map(drop)
}

/// The projects that a user belongs to.
pub(super) async fn memberships(database: &Database, id: &UserId) -> Result<Vec<Membership>, sqlx::Error> {
    let rows: Vec<(String, String, String, String)> = sqlx::query_as(
        "SELECT p.id, p.key, p.name, m.role FROM members m JOIN projects p ON p.id = m.project_id \
         WHERE m.user_id = $1 ORDER BY p.key",
    )
    .bind(id.to_string())
    .fetch_all(database.reader())
    .await?;
    let membership = |(id, key, name, role): (String, String, String, String)| {
        Ok(Membership { project: ProjectRef { id: stored(&id)?, key, name }, role: member_role(&role) })
    };
    rows.into_iter().map(membership).collect()
}

/// A user by id or name, as a connection sees it.
pub(super) async fn find(connection: &mut AnyConnection, named: &str) -> Result<Option<User>, sqlx::Error> {
    let mut sql = Sql::new(COLUMNS);
    sql.push(" WHERE id = ").bind(clean(named)).push(" OR username = ").bind(clean(named).to_lowercase());
    sql.query_as::<UserRow>().fetch_optional(connection).await?.map(UserRow::read).transpose()
}

/// PostgreSQL refuses NUL in a text. No name has one.
fn clean(named: &str) -> String {
    named.replace('\0', "\u{fffd}")
}

/// A user by id or name.
pub async fn user(database: &Database, named: &str) -> Result<Option<User>, sqlx::Error> {
    find(&mut *database.reader().acquire().await?, named).await
}

/// The id of a user by name.
pub(super) async fn id_of(
    connection: &mut AnyConnection,
    username: &str,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM users WHERE username = $1")
        .bind(username.to_owned())
        .fetch_optional(connection)
        .await
}

fn push_visible(sql: &mut Sql, engine: Engine, principal: &Principal) {
    match principal.administers() {
        Reach::All => {}
        Reach::Only(projects) => {
            sql.push(" AND (u.id = ").bind(principal.user().map(ToString::to_string).unwrap_or_default());
            if !projects.is_empty() {
                sql.push(" OR u.id IN (SELECT user_id FROM members WHERE project_id");
                engine.push_in(sql, projects);
                sql.push(")");
            }
            sql.push(")");
        }
    }
}

/// Whether the caller may see a user.
pub(super) async fn may_see(
    database: &Database,
    principal: &Principal,
    id: &UserId,
) -> Result<bool, sqlx::Error> {
    let mut sql = Sql::new("SELECT u.id FROM users u WHERE u.id = ");
    sql.bind(id.to_string());
    push_visible(&mut sql, database.engine(), principal);
    Ok(sql.query().fetch_optional(database.reader()).await?.is_some())
}

impl Named for User {
    fn heard(epochs: &Epochs) -> &Heard {
        epochs.users()
    }

    async fn read_after(
        connection: &mut AnyConnection,
        key: &str,
        limit: usize,
    ) -> Result<Vec<(String, String)>, sqlx::Error> {
        sqlx::query_as("SELECT username, folded FROM users WHERE username > $1 ORDER BY username LIMIT $2")
            .bind(key.to_owned())
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(connection)
            .await
    }

    async fn read_changed(
        connection: &mut AnyConnection,
        rows: &[String],
    ) -> Result<Vec<(String, String)>, sqlx::Error> {
        let mut sql = Sql::new("SELECT username, folded FROM users WHERE id");
        Engine::of(connection).push_in(&mut sql, rows);
        sql.query_as().fetch_all(connection).await
    }
}

/// Users whose names contain `q` (folded), in the order of their names.
pub(super) async fn list(
    database: &Database,
    principal: &Principal,
    q: &str,
    among: Among<'_>,
    limit: usize,
) -> Result<Vec<User>, sqlx::Error> {
    let mut sql = Sql::new(COLUMNS);
    sql.push(" WHERE username");
    match among {
        Among::After(after) => {
            sql.push(" > ").bind(after.to_owned());
        }
        Among::Keys(usernames) => database.engine().push_in(&mut sql, usernames),
    }
    push_visible(&mut sql, database.engine(), principal);
    if !q.is_empty() {
        database.engine().push_contains(&mut sql, "folded", q);
    }
    sql.push(" ORDER BY username LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX));
    sql.query_as::<UserRow>().fetch_all(database.reader()).await?.into_iter().map(UserRow::read).collect()
}

pub(super) async fn is_empty(connection: &mut AnyConnection) -> Result<bool, sqlx::Error> {
    Ok(sqlx::query("SELECT id FROM users LIMIT 1").fetch_optional(connection).await?.is_none())
}

/// Whether there is an enabled system administrator.
pub(super) async fn has_administrator(connection: &mut AnyConnection) -> Result<bool, sqlx::Error> {
    let found = sqlx::query("SELECT id FROM users WHERE role = 'system_admin' AND disabled = 0 LIMIT 1");
    Ok(found.fetch_optional(connection).await?.is_some())
}

/// Adds a user.
pub(super) async fn insert(
    connection: &mut AnyConnection,
    _: &SystemAdmin,
    row: &NewRow,
) -> Result<(), sqlx::Error> {
    let must_change = if row.password_hash.is_some() { row.lasting.flag() } else { 0 };
    sqlx::query(
        "INSERT INTO users (id, username, display_name, email, role, password_hash, must_change_password, \
         created_at, updated_at, folded, username_looks) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10)",
    )
    .bind(row.id.to_string())
    .bind(row.username.clone())
    .bind(row.display_name.clone())
    .bind(row.email.clone())
    .bind(row.role.as_str())
    .bind(row.password_hash.clone())
    .bind(must_change)
    .bind(now())
    .bind(folded(&[&row.username, &row.display_name]))
    .bind(looks(&row.username))
    .execute(connection)
    .await
    .map(drop)
}

/// Writes the fields of a user that can change.
pub(super) async fn update(mut taking: Taking<'_>, user: &User, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE users SET display_name = $1, email = $2, role = $3, disabled = $4, updated_at = $5, \
         folded = $6 WHERE id = $7",
    )
    .bind(user.display_name.clone())
    .bind(user.email.clone())
    .bind(user.role.as_str())
    .bind(i32::from(user.disabled))
    .bind(now)
    .bind(folded(&[&user.username, &user.display_name]))
    .bind(user.id.to_string())
    .execute(taking.connection())
    .await
    .map(drop)
}
