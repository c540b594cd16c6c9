//! The index of the search in the database.

use std::collections::BTreeSet;

use anyhow::Result;
use latchkey::database::Engine;
use serde_json::{Value, json};

use crate::bulk::{Bulk, Rows};

/// Fills `token_grams`, the index of the search in the database: the 2- and 3-grams of every name,
/// as `tokens::search` makes them.
pub(crate) async fn index_names(bulk: &mut Bulk) -> Result<()> {
    fn grams(key: &str) -> BTreeSet<String> {
        let characters: Vec<String> = key.chars().map(|c| format!("{:x}", u32::from(c))).collect();
        [2, 3].into_iter().flat_map(|length| characters.windows(length)).map(|some| some.join("x")).collect()
    }
    let engine = bulk.engine();
    let mut rows = match engine {
        Engine::Sqlite => Rows::of("token_grams", "rowid, grams"),
        Engine::Postgres => Rows::of("token_grams", "seq, grams"),
    };
    if engine == Engine::Postgres {
        bulk.run("DROP INDEX token_grams_by_gram").await?;
    }
    let mut after = 0;
    loop {
        let names = bulk.names(after, 20_000).await?;
        let Some((last, _)) = names.last() else { break };
        after = *last;
        for (seq, key) in names {
            let grams: Vec<String> = grams(&key).into_iter().collect();
            let written: Value = match engine {
                Engine::Sqlite => grams.join(" ").into(),
                Engine::Postgres => format!("{{{}}}", grams.join(",")).into(),
            };
            rows.add(json!([seq, written]));
        }
        bulk.run("BEGIN").await?;
        bulk.write(&mut rows).await?;
        bulk.run("COMMIT").await?;
        eprintln!("{after} names in the index of the search");
    }
    if engine == Engine::Postgres {
        bulk.run("CREATE INDEX token_grams_by_gram ON token_grams USING gin (grams)").await?;
    }
    Ok(())
}
