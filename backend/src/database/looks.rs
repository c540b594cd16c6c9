//! Finds names that look like another name (UTS #39). What a name looks like is computed in Rust, so
//! rows keep it in a column with an index. One look-up finds the like, among any number of names.

use latchkey_shared::fields::{name_key, skeleton};
use serde_json::json;
use sqlx::AnyConnection;

use super::sql::Sql;
use super::{Database, Rank, SOME, Transaction};

/// The longest line. Indexes contain two, and PostgreSQL refuses entries of more than 2,704 bytes.
/// Only names with characters that fold to many are longer.
const LONGEST: usize = 1_000;
/// Follows the line break, and is in no name.
const AFTER_LINES: char = '\u{b}';

/// What a name looks like, and then which name it is, one a line. So names that look alike are next
/// to each other, and the same names are together among them.
#[must_use]
pub fn looks(name: &str) -> String {
    format!("{}\n{}", line(skeleton(name)), line(name_key(name)))
}

fn line(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(LONGEST));
    text
}

/// The two ranges of [`looks`], without their ends, of the names that look like `name` and are others.
#[must_use]
pub fn beside(name: &str) -> [(String, String); 2] {
    let own = looks(name);
    let start = own.split_inclusive('\n').next().unwrap_or_default().to_owned();
    let end = format!("{}{AFTER_LINES}", start.trim_end_matches('\n'));
    [(start, own.clone()), (own, end)]
}

/// Another name in `column` of a table that looks like `name`, if there is one. `looks` is the
/// column with what they look like.
pub async fn look_alike(
    connection: &mut AnyConnection,
    table: &'static str,
    column: &'static str,
    looks: &'static str,
    name: &str,
) -> Result<Option<String>, sqlx::Error> {
    for (from, to) in beside(name) {
        let mut sql = Sql::new("SELECT ");
        sql.push(column).push(" FROM ").push(table).push(" WHERE ").push(looks).push(" > ").bind(from);
        sql.push(" AND ").push(looks).push(" < ").bind(to);
        // With an order, PostgreSQL does not expect to find one soon by reading the table.
        sql.push(" ORDER BY ").push(looks).push(" LIMIT 1");
        if let Some((found,)) = sql.query_as::<(String,)>().fetch_optional(&mut *connection).await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Computes what names look like in rows that do not have it: rows from before the column, or of a
/// node of an earlier version.
pub async fn fill(
    database: &Database,
    table: &'static str,
    column: &'static str,
    looks: &'static str,
) -> Result<(), sqlx::Error> {
    loop {
        let mut sql = Sql::new("SELECT id, ");
        sql.push(column)
            .push(" FROM ")
            .push(table)
            .push(" WHERE ")
            .push(looks)
            .push(" = '' LIMIT ")
            .bind(SOME);
        let rows: Vec<(String, String)> = sql.query_as().fetch_all(database.reader()).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let filled: Vec<_> = rows.into_iter().map(|(id, name)| (id, self::looks(&name))).collect();
        database
            .write_as(Rank::Background, move |transaction| {
                Box::pin(note_looks(transaction, table, looks, filled))
            })
            .await?;
    }
}

async fn note_looks(
    transaction: &mut Transaction,
    table: &'static str,
    looks: &'static str,
    rows: Vec<(String, String)>,
) -> Result<(), sqlx::Error> {
    let mut sql = Sql::new("UPDATE ");
    sql.push(table).push(" AS named SET ").push(looks).push(" = value ->> 1 FROM ");
    transaction.engine().push_rows(&mut sql, json!(rows).to_string());
    // Another node may have renamed one meanwhile. By the index of this column, SQLite would compare
    // all rows that are left with all of these.
    sql.push(" WHERE named.id = value ->> 0 AND length(").push(looks).push(") = 0");
    sql.query().execute(transaction.connection()).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_are_next_to_each_other() {
        let [capital, digit, same, other] = ["PayPaI", "paypa1", "PAYPAI", "payroll"].map(looks);
        assert_eq!((&*capital, &*digit), ("paypal\npaypai", "paypal\npaypa1"));
        assert_eq!(capital, same, "it is the same name");
        assert!(!other.starts_with("paypal\n"), "{other}");
    }

    #[test]
    fn what_is_stored_is_bounded() {
        let long = looks(&"\u{fdfa}".repeat(100));
        assert!(long.len() <= 2 * LONGEST + 1 && long.contains('\n'), "{}", long.len());
    }
}
