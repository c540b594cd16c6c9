//! Withdraws again what a database forgot that went back in time. Each withdrawal leaves what it left when
//! it was made first, so the order of the log is kept, and doing it twice changes nothing.

use serde_json::json;
use sqlx::AnyConnection;

use crate::access::origin::Origin;
use crate::audit;
use crate::database::sql::Sql;
use crate::database::{Engine, Transaction, now};
use crate::withdrawals::{Record, TokenRights, Withdrawal};

/// Withdraws again what is in these records.
pub(super) async fn replay(transaction: &mut Transaction, records: &[Record]) -> Result<(), sqlx::Error> {
    for record in records {
        for withdrawal in &record.withdrawn {
            again(transaction.connection(), withdrawal).await?;
        }
        let position = record.position.to_string();
        let detail = json!({ "at": record.at, "node": record.node, "withdrawn": record.withdrawn });
        let target = (&position, position.clone());
        audit::record(transaction, &Origin::system(), "withdrawal.replayed", target, detail).await?;
    }
    Ok(())
}

async fn again(connection: &mut AnyConnection, withdrawal: &Withdrawal) -> Result<(), sqlx::Error> {
    match withdrawal {
        Withdrawal::Token(rights) => limit(connection, rights).await,
        Withdrawal::TokenDeleted { token } => {
            one(connection, "DELETE FROM tokens WHERE id IN ($1)", token).await
        }
        Withdrawal::TokenRotated { token, generation, until } => {
            end_keys(connection, token, *generation, *until).await
        }
        Withdrawal::OpenToken { token, digest } => end_open_token(connection, token, digest).await,
        Withdrawal::User { user, disabled, administers } => {
            if *disabled {
                one(connection, "UPDATE users SET disabled = 1 WHERE id = $1", user).await?;
            }
            if !*administers {
                one(connection, "UPDATE users SET role = 'user' WHERE id = $1", user).await?;
            }
            Ok(())
        }
        Withdrawal::Password { user } => {
            // The one before may be known to others. The one since is only in the database that is lost.
            one(connection, "UPDATE users SET password_hash = NULL WHERE id = $1", user).await
        }
        Withdrawal::Member { project, user, stays } => {
            let statement = if *stays {
                "UPDATE members SET role = 'member' WHERE project_id = $1 AND user_id = $2"
            } else {
                "DELETE FROM members WHERE user_id = $2 AND project_id = $1"
            };
            two(connection, statement, project, user).await
        }
        Withdrawal::Project { project } => {
            one(connection, "UPDATE projects SET disabled = 1 WHERE id = $1", project).await
        }
        Withdrawal::ProjectDeleted { project } => remove_project(connection, project).await,
        Withdrawal::Opening { project, system } => {
            let statement = "DELETE FROM project_systems WHERE system_id = $2 AND project_id = $1";
            two(connection, statement, project, system).await
        }
        Withdrawal::System { system, disabled, restricted, audience, base_path, project_param } => {
            sqlx::query(
                "UPDATE systems SET disabled = $1, restricted = $2, base_path = $4, project_param = $5, \
                 audience = CASE WHEN EXISTS (SELECT 1 FROM systems o WHERE o.audience = $3 AND o.id <> $6) \
                 THEN id ELSE $3 END WHERE id = $6",
            )
            .bind(i32::from(*disabled))
            .bind(i32::from(*restricted))
            .bind(audience.clone())
            .bind(base_path.clone())
            .bind(project_param.clone())
            .bind(system.to_string())
            .execute(connection)
            .await
            .map(drop)
        }
        Withdrawal::SystemDeleted { system } => remove_system(connection, system).await,
        Withdrawal::Apis { apis } => {
            // An API that is deleted may be granted in this database. One whose calls changed is granted to
            // nobody until the document is imported again.
            let mut sql = Sql::new("UPDATE api_rows SET removed = 1 WHERE id");
            Engine::of(connection).push_in(&mut sql, apis);
            sql.query().execute(connection).await.map(drop)
        }
        Withdrawal::VerifierKey { key } => {
            one(connection, "DELETE FROM verifier_keys WHERE id = $1", key).await
        }
        // All of them end.
        Withdrawal::Jwt { .. } | Withdrawal::Sessions { .. } | Withdrawal::SigningKeys => Ok(()),
    }
}

async fn one(
    connection: &mut AnyConnection,
    statement: &'static str,
    id: &impl ToString,
) -> Result<(), sqlx::Error> {
    sqlx::query(statement).bind(id.to_string()).execute(connection).await.map(drop)
}

async fn two(
    connection: &mut AnyConnection,
    statement: &'static str,
    first: &impl ToString,
    second: &impl ToString,
) -> Result<(), sqlx::Error> {
    sqlx::query(statement)
        .bind(first.to_string())
        .bind(second.to_string())
        .execute(connection)
        .await
        .map(drop)
}

/// Gives a token the rights that it had after it was changed, as far as there is what they name.
async fn limit(connection: &mut AnyConnection, rights: &TokenRights) -> Result<(), sqlx::Error> {
    let id = rights.token.to_string();
    let changed = sqlx::query(
        "UPDATE tokens SET disabled = $1, expires_at = $2, allowed_ips = $3, one_time_only = $4, all_projects = $5, \
         bounded = $6, version = version + 1, updated_at = $7 WHERE id = $8",
    )
    .bind(i32::from(rights.disabled))
    .bind(rights.expires_at)
    .bind(rights.allowed_ips.clone())
    .bind(i32::from(rights.one_time_only))
    .bind(i32::from(rights.all_projects))
    .bind(i32::from(rights.bounded))
    .bind(now())
    .bind(id.clone())
    .execute(&mut *connection)
    .await?;
    if changed.rows_affected() == 0 {
        return Ok(());
    }
    let TokenRights { apis, systems, projects, users, bounds, .. } = rights;
    for (clear, fill, ids) in [
        (
            "DELETE FROM token_apis WHERE token_id IN ($1)",
            "INSERT INTO token_apis (token_id, api_id) SELECT $1, id FROM api_rows WHERE id = $2",
            apis,
        ),
        (
            "DELETE FROM token_systems WHERE token_id IN ($1)",
            "INSERT INTO token_systems (token_id, system_id) SELECT $1, id FROM systems WHERE id = $2",
            systems,
        ),
        (
            "DELETE FROM token_projects WHERE token_id IN ($1)",
            "INSERT INTO token_projects (token_id, project_id) SELECT $1, id FROM projects WHERE id = $2",
            projects,
        ),
        (
            "DELETE FROM token_users WHERE token_id IN ($1)",
            "INSERT INTO token_users (token_id, user_id) SELECT $1, id FROM users WHERE id = $2",
            users,
        ),
        (
            "DELETE FROM token_bounds WHERE token_id IN ($1)",
            "INSERT INTO token_bounds (token_id, project_id) SELECT $1, id FROM projects WHERE id = $2",
            bounds,
        ),
    ] {
        one(connection, clear, &id).await?;
        for named in ids {
            two(connection, fill, &id, named).await?;
        }
    }
    Ok(())
}

/// Ends the keys of a token from before a generation.
async fn end_keys(
    connection: &mut AnyConnection,
    token: &impl ToString,
    generation: i64,
    until: Option<i64>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE token_keys SET valid_until = $1 WHERE token_id = $2 AND generation < $3 \
         AND (valid_until IS NULL OR valid_until > $1)",
    )
    .bind(until.unwrap_or_default())
    .bind(token.to_string())
    .bind(generation)
    .execute(&mut *connection)
    .await?;
    sqlx::query("UPDATE tokens SET version = version + 1 WHERE id = $1")
        .bind(token.to_string())
        .execute(connection)
        .await
        .map(drop)
}

async fn end_open_token(
    connection: &mut AnyConnection,
    token: &impl ToString,
    digest: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE token_keys SET open_token = NULL, open_token_digest = NULL WHERE token_id = $1 \
         AND open_token_digest = $2",
    )
    .bind(token.to_string())
    .bind(crate::crypto::from_base64url(digest).unwrap_or_default())
    .execute(connection)
    .await
    .map(drop)
}

/// Removes a project. Tokens may name it in this database: it is disabled if they do.
async fn remove_project(connection: &mut AnyConnection, project: &impl ToString) -> Result<(), sqlx::Error> {
    let id = project.to_string();
    for statement in [
        "UPDATE projects SET disabled = 1 WHERE id IN ($1)",
        "DELETE FROM members WHERE project_id = $1",
        "DELETE FROM project_systems WHERE project_id = $1",
    ] {
        one(connection, statement, &id).await?;
    }
    Ok(())
}

/// Removes a system. Tokens may name it in this database: it is disabled if they do.
async fn remove_system(connection: &mut AnyConnection, system: &impl ToString) -> Result<(), sqlx::Error> {
    let id = system.to_string();
    for statement in [
        "UPDATE systems SET disabled = 1 WHERE id = $1",
        "DELETE FROM project_systems WHERE system_id = $1",
        "DELETE FROM verifier_keys WHERE system_id = $1",
    ] {
        one(connection, statement, &id).await?;
    }
    Ok(())
}
