//! A page of a list: the copy proposes, the database decides.

use std::collections::HashMap;
use std::sync::Arc;

use super::filter::Candidates;
use super::index::TokenIndex;
use super::scan::Scan;
use crate::access::principal::Principal;
use crate::tokens::store::{self, Among, Filter, Listed, Start, Text};

/// How many tokens are proposed to the database at once.
const MOST_AT_ONCE: usize = 2_000;

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

/// Reads a page. No connection is held while it waits for the copy: the follower needs one, too.
pub(in crate::tokens) async fn list(
    index: &Arc<TokenIndex>,
    asked: &Asked<'_>,
) -> Result<Listing, sqlx::Error> {
    let text = Text::containing(asked.q);
    if asked.filter.name_taken {
        // They are few, and only the database knows whether another token still has the name.
        return by_database(index, asked, &text).await;
    }
    if asked.q.is_empty() && index.is_filling() {
        // The database finds all of them, too.
        return by_database(index, asked, &text).await;
    }
    let Some(tokens) = index.tokens().await else {
        return by_database(index, asked, &Text::beginning(asked.q)).await;
    };
    let candidates = Candidates::of(asked.filter, asked.principal, &index.numbers());
    if index.is_too_large() {
        return by_database(index, asked, &Text::beginning(asked.q)).await;
    }
    let Some(candidates) = candidates else {
        return Ok(listing(asked, Vec::new(), 0, false));
    };
    let scan = Arc::new(Scan::new(candidates, asked.q));
    let mut rows = Vec::new();
    let mut start = asked.start.clone();
    let mut wanted = asked.limit;
    while rows.len() < asked.limit {
        let (walking, walked, from) = (Arc::clone(&scan), Arc::clone(&tokens), start.clone());
        let proposed = index.walk(move || walking.next(&walked, &from, wanted)).await?;
        let Some(next) = proposed.next else { break };
        let mut found = confirmed(index, asked, &Among::Seqs(&proposed.seqs), &text).await?;
        let is_last = proposed.seqs.len() < wanted;
        if let (Start::Name(from), Start::Name(to)) = (&start, &next) {
            // One that was renamed just now is in another place.
            found.retain(|row| *from < row.name_key && (is_last || row.name_key <= *to));
        }
        rows.append(&mut found);
        if is_last {
            break;
        }
        start = next;
        // If many are refused, the next ones are more.
        wanted = (wanted * 2).min(MOST_AT_ONCE);
    }
    let is_first = matches!(asked.start, Start::Newest(None)) || *asked.start == Start::Name(String::new());
    if rows.is_empty() && is_first {
        let (walking, wanted) = (Arc::clone(&scan), asked.limit - 1);
        let seqs = index.compare(move || walking.alike(&tokens, wanted)).await?;
        let mut rows = confirmed(index, asked, &Among::Seqs(&seqs), &Text::Any).await?;
        rows.retain(|row| scan.is_like(&row.name_key));
        let total = rows.len();
        return Ok(listing(asked, rows, total, true));
    }
    let total = if asked.total { index.walk(move || scan.count(&tokens)).await? } else { 0 };
    Ok(listing(asked, rows, total, false))
}

/// The page by the database alone, which finds at least the beginnings of names.
async fn by_database(index: &TokenIndex, asked: &Asked<'_>, text: &Text<'_>) -> Result<Listing, sqlx::Error> {
    let Asked { principal, filter, .. } = *asked;
    // It may read all tokens, and decisions need connections, too.
    let _turn = index.turn().await?;
    let total =
        if asked.total { Some(store::count(&index.database, principal, filter, text).await?) } else { None };
    let among = Among::All(asked.start);
    let rows = store::list(&index.database, principal, filter, &among, text, asked.limit).await?;
    Ok(Listing { rows, total, alike: false, beginnings_only: matches!(text, Text::Beginning(_)) })
}

/// The rows that the database confirms, in the order in which they were proposed.
async fn confirmed(
    index: &TokenIndex,
    asked: &Asked<'_>,
    among: &Among<'_>,
    text: &Text<'_>,
) -> Result<Vec<Listed>, sqlx::Error> {
    if matches!(among, Among::Seqs([])) {
        return Ok(Vec::new());
    }
    let Asked { principal, filter, limit, .. } = *asked;
    let mut rows = store::list(&index.database, principal, filter, among, text, limit).await?;
    if let Among::Seqs(seqs) = among {
        let places: HashMap<i64, usize> = seqs.iter().copied().zip(0..).collect();
        rows.sort_by_key(|row| places.get(&row.seq).copied());
    }
    Ok(rows)
}

fn listing(asked: &Asked<'_>, mut rows: Vec<Listed>, total: usize, alike: bool) -> Listing {
    if matches!(asked.start, Start::Name(_)) && !alike {
        rows.sort_by(|one, other| one.name_key.cmp(&other.name_key));
    }
    rows.truncate(asked.limit);
    let total = asked.total.then(|| i64::try_from(total).unwrap_or(i64::MAX));
    Listing { rows, total, alike, beginnings_only: false }
}
