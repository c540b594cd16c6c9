//! A page of a list: the copy proposes, the database decides.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sqlx::AnyConnection;

use super::filter::Candidates;
use super::index::TokenIndex;
use super::scan::Scan;
use crate::access::principal::Principal;
use crate::tokens::store::{self, Among, Filter, Listed, Start, Text};

/// The rows of a page, and what is known of the whole list.
pub(in crate::tokens) struct Listing {
    pub(in crate::tokens) rows: Vec<Listed>,
    pub(in crate::tokens) total: Option<i64>,
    /// Whether the rows only resemble the search text.
    pub(in crate::tokens) alike: bool,
    /// Whether only the beginnings of names were searched.
    pub(in crate::tokens) beginnings_only: bool,
}

/// The list that is asked for.
pub(in crate::tokens) struct Asked<'a> {
    pub(in crate::tokens) principal: &'a Principal,
    pub(in crate::tokens) filter: &'a Filter,
    /// The folded search text; empty for all names.
    pub(in crate::tokens) q: &'a str,
    pub(in crate::tokens) start: &'a Start,
    /// How many rows.
    pub(in crate::tokens) limit: usize,
    /// Whether to count all matches.
    pub(in crate::tokens) total: bool,
}

/// Reads a page.
pub(in crate::tokens) async fn list(
    index: &Arc<TokenIndex>,
    connection: &mut AnyConnection,
    asked: &Asked<'_>,
) -> Result<Listing, sqlx::Error> {
    let Some(tokens) = index.tokens().await else { return without_copy(index, connection, asked).await };
    let mut found = Found { index, connection, asked, rows: Vec::new() };
    if !matches!(asked.start, Start::Newest(Some(_))) {
        // Another node may have made them just now.
        found.add(&Among::After(tokens.last(), asked.start), &Text::containing(asked.q)).await?;
    }
    let newer = found.rows.len();
    let candidates = Candidates::of(asked.filter, asked.principal, &index.numbers());
    let Some(scan) = candidates.map(|candidates| Arc::new(Scan::new(candidates, asked.q))) else {
        let total = asked.total.then_some(newer);
        return Ok(found.listing(total, false));
    };
    let mut start = asked.start.clone();
    while found.rows.len() < asked.limit + if matches!(start, Start::Name(_)) { newer } else { 0 } {
        let (scan, walked, from) = (Arc::clone(&scan), Arc::clone(&tokens), start.clone());
        let wanted = asked.limit;
        let proposed = index.walk(move || scan.next(&walked, &from, wanted)).await?;
        let Some(next) = proposed.next else { break };
        found.add(&Among::Seqs(&proposed.seqs), &Text::containing(asked.q)).await?;
        if proposed.seqs.len() < wanted {
            break;
        }
        start = next;
    }
    let is_first = matches!(asked.start, Start::Newest(None)) || *asked.start == Start::Name(String::new());
    if found.rows.is_empty() && is_first {
        let (walking, walked, wanted) = (Arc::clone(&scan), Arc::clone(&tokens), asked.limit - 1);
        let seqs = index.walk(move || walking.alike(&walked, wanted)).await?;
        found.add(&Among::Seqs(&seqs), &Text::Any).await?;
        found.rows.retain(|row| scan.is_like(&row.name_key));
        let total = asked.total.then_some(found.rows.len());
        return Ok(found.listing(total, true));
    }
    let total = if asked.total { Some(newer + index.walk(move || scan.count(&tokens)).await?) } else { None };
    Ok(found.listing(total, false))
}

/// The page while there is no copy of all tokens. The database finds the beginnings of names.
async fn without_copy(
    index: &TokenIndex,
    connection: &mut AnyConnection,
    asked: &Asked<'_>,
) -> Result<Listing, sqlx::Error> {
    let engine = index.database.engine();
    let text = Text::beginning(asked.q);
    let Asked { principal, filter, .. } = *asked;
    let total = if asked.total {
        Some(store::count(connection, engine, principal, filter, &text).await?)
    } else {
        None
    };
    let among = Among::All(asked.start);
    let rows = store::list(connection, engine, principal, filter, &among, &text, asked.limit).await?;
    Ok(Listing { rows, total, alike: false, beginnings_only: !asked.q.is_empty() })
}

/// The rows that were found so far.
struct Found<'a> {
    index: &'a TokenIndex,
    connection: &'a mut AnyConnection,
    asked: &'a Asked<'a>,
    rows: Vec<Listed>,
}

impl Found<'_> {
    /// Adds the rows that the database confirms, in the order in which they were proposed.
    async fn add(&mut self, among: &Among<'_>, text: &Text<'_>) -> Result<(), sqlx::Error> {
        if matches!(among, Among::Seqs([])) {
            return Ok(());
        }
        let Asked { principal, filter, limit, .. } = *self.asked;
        let engine = self.index.database.engine();
        let mut rows = store::list(self.connection, engine, principal, filter, among, text, limit).await?;
        if let Among::Seqs(seqs) = among {
            let places: HashMap<i64, usize> = seqs.iter().copied().zip(0..).collect();
            rows.sort_by_key(|row| places.get(&row.seq).copied());
        }
        self.rows.append(&mut rows);
        Ok(())
    }

    fn listing(mut self, total: Option<usize>, alike: bool) -> Listing {
        if matches!(self.asked.start, Start::Name(_)) && !alike {
            self.rows.sort_by(|one, other| one.name_key.cmp(&other.name_key));
        }
        let mut seen = HashSet::new();
        self.rows.retain(|row| seen.insert(row.seq));
        self.rows.truncate(self.asked.limit);
        let total = total.and_then(|total| i64::try_from(total).ok());
        Listing { rows: self.rows, total, alike, beginnings_only: false }
    }
}
