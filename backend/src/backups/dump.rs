//! What `pg_dump` writes, in plain text.

use std::io::BufRead;

use anyhow::{Context as _, ensure};

use super::content::{Content, SEALED, Value};

/// How a dump begins, and what its last lines say.
const BEGIN: &[u8] = b"--\n-- PostgreSQL database dump\n";
const END: &[u8] = b"-- PostgreSQL database dump complete\n";
/// The end is within so many bytes.
const TAIL: usize = 1_024;

/// Sees whether a dump is whole. `pg_dump` may end early, which its reader cannot tell from the end.
#[derive(Default)]
pub(super) struct Whole {
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl Whole {
    /// The next bytes.
    pub(super) fn see(&mut self, block: &[u8]) {
        let missing = BEGIN.len() - self.head.len();
        self.head.extend_from_slice(&block[..missing.min(block.len())]);
        self.tail.extend_from_slice(&block[block.len().saturating_sub(TAIL)..]);
        self.tail.drain(..self.tail.len().saturating_sub(TAIL));
    }

    /// Fails unless all of it was seen.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        ensure!(
            self.head == BEGIN,
            "standard input is not what `pg_dump --format=plain` writes: see the chapter about backups"
        );
        ensure!(self.tail.windows(END.len()).any(|part| part == END), "pg_dump ended before its last line");
        Ok(())
    }
}

/// What psql gets before a dump: it stops at the first error, and all of the dump is one transaction.
pub(super) const BEFORE: &str = "\\set ON_ERROR_STOP on\nBEGIN;\n";

/// What it gets after the dump: what the next start has to do, and the COMMIT. If the dump breaks off,
/// this does not come, and nothing was restored.
pub(super) fn after(since: i64, until: i64) -> String {
    format!("\nINSERT INTO public.restored (since, until) VALUES ({since}, {until});\nCOMMIT;\n")
}

/// A table in a dump: its name and its columns.
struct Table {
    name: String,
    columns: Vec<String>,
}

impl Table {
    /// Reads `COPY public.name (column, column) FROM stdin;`.
    fn parse(line: &str) -> Option<Self> {
        let (name, rest) = line.strip_prefix("COPY public.")?.split_once(" (")?;
        let columns = rest.strip_suffix(") FROM stdin;")?.split(", ");
        let columns = columns.map(|column| column.trim_matches('"').to_owned()).collect();
        Some(Self { name: name.trim_matches('"').to_owned(), columns })
    }

    /// The text of a column in a row; `None` for NULL.
    fn column<'r>(&self, row: &'r str, column: &str) -> Option<&'r str> {
        let at = self.columns.iter().position(|one| one == column)?;
        row.split('\t').nth(at).filter(|text| *text != "\\N")
    }
}

/// Reads the keys of a dump, and one row of each sealed column.
pub(super) fn read(from: &mut impl BufRead, mut see: impl FnMut(&[u8])) -> anyhow::Result<Content> {
    let mut content = Content::default();
    let mut table: Option<Table> = None;
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line)? > 0 {
        see(&line);
        let text = std::str::from_utf8(line.strip_suffix(b"\n").unwrap_or(&line));
        let text = text.context("the dump is not in UTF-8")?;
        match &table {
            None => table = Table::parse(text),
            Some(_) if text == "\\." => table = None,
            Some(table) => content.take(table, text)?,
        }
        line.clear();
    }
    Ok(content)
}

impl Content {
    fn take(&mut self, table: &Table, row: &str) -> anyhow::Result<()> {
        let text = |column: &str| table.column(row, column);
        match table.name.as_str() {
            "installation" => text("id").unwrap_or_default().clone_into(&mut self.wrapped.installation),
            "data_keys" => {
                let wrapped = text("wrapped").and_then(bytes).context("a data key cannot be read")?;
                let (id, state) = (text("id").unwrap_or_default(), text("state").unwrap_or_default());
                let is_read = self.wrapped.add(id, wrapped, state, text("master_key"));
                ensure!(is_read, "the data key {id} cannot be read");
            }
            "tokens" => self.tokens += 1,
            _ => {}
        }
        for (of, column) in SEALED {
            if table.name != of || self.has(of, column) {
                continue;
            }
            if let (Some(id), Some(value)) = (text("id"), text(column)) {
                let blob = bytes(value).with_context(|| format!("{of}.{column} cannot be read"))?;
                self.sealed.push(Value { table: of, column, row: id.to_owned(), blob });
            }
        }
        Ok(())
    }
}

/// Bytes as PostgreSQL writes them: `\x` and digits; the backslash is doubled.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("\\\\x")?;
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const DUMP: &str = "--\n-- PostgreSQL database dump\n--\n\nCOPY public.data_keys (id, wrapped, state) FROM \
                        stdin;\nkey_01jq0000000000000000000001\t\\\\x00ff\tcurrent\n\\.\n\nCOPY public.token_keys (id, private_key, \"secret\") FROM \
                        stdin;\nkey_2\t\\N\t\\\\x01\nkey_3\t\\\\x02\t\\\\x03\n\\.\n\n--\n-- PostgreSQL database dump \
                        complete\n--\n\n";

    #[test]
    fn one_row_of_each_sealed_column_is_found() {
        let content = read(&mut DUMP.as_bytes(), |_| ()).unwrap();
        assert_eq!(content.wrapped.key_ids().collect::<Vec<_>>(), ["key_01jq0000000000000000000001"]);
        let found: Vec<_> = content.sealed.iter().map(|one| (one.column, &*one.row, &*one.blob)).collect();
        assert_eq!(found, [("secret", "key_2", &[1][..]), ("private_key", "key_3", &[2])]);
    }

    #[test]
    fn a_dump_that_ends_early_is_not_whole() {
        let seen = |text: &str, step: usize| {
            let mut whole = Whole::default();
            text.as_bytes().chunks(step).for_each(|block| whole.see(block));
            whole.check().is_ok()
        };
        for step in [1, 7, 10_000] {
            assert!(seen(DUMP, step));
            assert!(!seen(&DUMP[..DUMP.len() - 20], step));
            assert!(!seen(&DUMP[1..], step));
            assert!(!seen("", step));
        }
    }
}
