//! Search by a part of a key or a name. Names are compared folded, which SQL cannot do, so rows
//! keep what is searched in a column `folded`.

use latchkey_shared::fields::name_key;
use serde_json::json;

use super::sql::Sql;
use super::{Database, Rank, SOME, Transaction};

/// The longest stored text. Indexes contain it, and PostgreSQL refuses entries of more than 2,704
/// bytes. Only names with characters that fold to many are longer.
const LONGEST: usize = 2_000;

/// The searched texts of a row, folded, one a line: no folded text has a line break.
#[must_use]
pub fn folded(texts: &[&str]) -> String {
    let mut lines = texts.iter().map(|text| name_key(text)).collect::<Vec<_>>().join("\n");
    lines.truncate(lines.floor_char_boundary(LONGEST));
    lines
}

/// Computes the column of a table again. `select` reads, from after an id on, the ids, the texts
/// one a line, and the column. `update` writes the column of the rows `named`.
pub async fn renew(
    database: &Database,
    select: &'static str,
    update: &'static str,
) -> Result<(), sqlx::Error> {
    let mut after = String::new();
    loop {
        let mut sql = Sql::new(select);
        sql.bind(after.clone()).push(" ORDER BY id LIMIT ").bind(SOME);
        let rows: Vec<(String, String, String)> = sql.query_as().fetch_all(database.reader()).await?;
        let Some((last, ..)) = rows.last() else { return Ok(()) };
        after.clone_from(last);
        let mut stale = Vec::new();
        for (id, texts, before) in rows {
            let now = folded(&texts.split('\n').collect::<Vec<_>>());
            if now != before {
                stale.push((id, now));
            }
        }
        if !stale.is_empty() {
            database
                .write_as(Rank::Background, move |transaction| Box::pin(write(transaction, update, stale)))
                .await?;
        }
    }
}

async fn write(
    transaction: &mut Transaction,
    update: &'static str,
    rows: Vec<(String, String)>,
) -> Result<(), sqlx::Error> {
    let mut sql = Sql::new(update);
    transaction.engine().push_rows(&mut sql, json!(rows).to_string());
    sql.push(" WHERE named.id = value ->> 0");
    sql.query().execute(transaction.connection()).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_folded_and_bounded() {
        assert_eq!(folded(&["yard-1", "Straßen\u{a0} YARD"]), "yard-1\nstrassen yard");
        let long = folded(&["long", &"\u{fdfa}".repeat(100)]);
        assert!(long.len() <= LONGEST && long.starts_with("long\nصلى"), "{}", long.len());
    }
}
