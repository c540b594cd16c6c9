//! `GET /audit/export`: the chained events in their order, as JSON Lines or CSV.
//!
//! An export as JSON Lines has everything that a check needs: how it begins, the openings of chains,
//! each event with its link, and how it ends. Of an event that a filter leaves out, it has the digest. So
//! the links can be computed all the same.

use actix_web::web::{self, Bytes};
use actix_web::{HttpResponse, get};
use futures_util::stream::{self, Stream};
use latchkey_shared::time::Timestamp;
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::chain::{EventRow, Link, Position};
use super::filter::{Asked, Filter, id_at};
use super::store;
use super::trail::Trail;
use crate::access::principal::Principal;
use crate::database::{Database, now};
use crate::web::extract::Query;
use crate::web::problem::Problem;

/// How many events are read at once.
const SOME: i64 = 500;

/// The format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Format {
    /// JSON Lines, which `latchkey audit verify` checks.
    #[default]
    Jsonl,
    /// CSV, for tables.
    Csv,
}

/// Which events to export.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExportQuery {
    /// `jsonl`, which can be checked, or `csv`; `jsonl` if absent.
    #[param(nullable = false, inline)]
    format: Option<Format>,
    /// The actor: the beginning of a name or of an id.
    #[param(nullable = false)]
    actor: Option<String>,
    /// The target: the beginning of a name or of an id.
    #[param(nullable = false)]
    target: Option<String>,
    /// The action: `token.deleted`, or `token` for all actions on tokens.
    #[param(nullable = false)]
    action: Option<String>,
    /// The beginning of the id of the request.
    #[param(nullable = false)]
    request_id: Option<String>,
    /// The beginning of the address of the caller.
    #[param(nullable = false)]
    client_ip: Option<String>,
    /// Only events from this time on.
    #[param(nullable = false)]
    #[param(format = DateTime)]
    since: Option<String>,
    /// Only events before this time.
    #[param(nullable = false)]
    #[param(format = DateTime)]
    until: Option<String>,
}

/// Export audit events
///
/// The chained events in their order. `latchkey audit verify` checks an export as JSON Lines without this
/// server: it needs the public key, and a checkpoint from elsewhere. The part between two times is unbroken.
/// Of events that another filter leaves out, it has digests. CSV has only the events. For system
/// administrators.
#[utoipa::path(
    operation_id = "export_audit_events",
    tag = "audit",
    params(ExportQuery),
    responses((
        status = 200,
        description = "The export",
        content((String = "application/jsonl"), (String = "text/csv"))
    ))
)]
#[get("/audit/export")]
pub(super) async fn export(
    principal: Principal,
    trail: web::Data<Trail>,
    query: Query<ExportQuery>,
) -> Result<HttpResponse, Problem> {
    principal.system_admin()?;
    let query = query.read()?;
    let format = query.format.unwrap_or_default();
    let ExportQuery { actor, target, action, request_id, client_ip, since, until, .. } = query;
    let filter = Asked { actor, target, action, request_id, client_ip, since, until }.filter()?;
    let part = Part::of(&trail, filter, format).await?;
    let (kind, name) = match format {
        Format::Jsonl => ("application/jsonl", "audit.jsonl"),
        Format::Csv => ("text/csv; charset=utf-8", "audit.csv"),
    };
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header(("Content-Disposition", format!("attachment; filename=\"{name}\"")))
        .insert_header(("Cache-Control", "no-store"))
        .streaming(part.pieces()))
}

/// A part of the chain that is exported, and how far it is.
struct Part {
    database: Database,
    filter: Filter,
    format: Format,
    /// The last event that was written, and the last one to write.
    written: i64,
    last: Position,
    /// The chains that begin in it: their first events, and their texts.
    openings: Vec<(i64, String)>,
    /// What comes before the first event.
    head: String,
    /// What comes after the last one.
    end: Option<String>,
}

impl Part {
    async fn of(trail: &Trail, filter: Filter, format: Format) -> Result<Self, sqlx::Error> {
        let mut connection = trail.database.reader().acquire().await?;
        let row = store::sequencer(&mut connection).await?.ok_or(sqlx::Error::RowNotFound)?;
        let boundary = store::boundary(&mut connection).await?;
        let last = match filter.until {
            Some(until) => {
                let last = store::last_before(&mut connection, &id_at(until)).await?.unwrap_or_default();
                store::link_of(&mut connection, last).await?.map(|link| Position { sequence: last, link })
            }
            None => Some(row.position()),
        };
        // Nothing, if all events are later.
        let last = last.unwrap_or_else(|| Position { sequence: 0, link: Link::stored(String::new()) });
        let begins = boundary.position();
        let first = match filter.since {
            Some(since) => store::first_since(&mut connection, &id_at(since)).await?.map(|first| first - 1),
            None => Some(begins.as_ref().map_or(0, |begins| begins.sequence)),
        };
        let first = first.unwrap_or(last.sequence).min(last.sequence);
        let is_boundary = begins.as_ref().is_some_and(|begins| begins.sequence == first);
        let link = match begins.filter(|_| is_boundary) {
            Some(begins) => Some(begins.link),
            None => store::link_of(&mut connection, first).await?,
        };
        let mut openings = store::openings(&mut connection).await?;
        let chain =
            openings.iter().filter(|(_, begins, _)| *begins <= first).map(|(number, ..)| *number).max();
        // One that stands at the very end belongs to it only if nothing was left out behind it.
        let is_whole = filter.until.is_none();
        openings.retain(|(_, begins, _)| {
            let at = begins - 1;
            first <= at && (at < last.sequence || is_whole && at == last.sequence)
        });
        let about = json!({
            "export": 1,
            "installation": trail.signer.installation,
            "public_key": trail.signer.public().to_string(),
            "made_at": Timestamp::from_millis(now()),
            "since": filter.since.map(Timestamp::from_millis),
            "until": filter.until.map(Timestamp::from_millis),
            "is_filtered": filter.chooses(),
            "chain": chain.unwrap_or_default(),
            "after": { "sequence": first, "link": link },
            "boundary": boundary.note.filter(|_| is_boundary),
        });
        let checkpoint = store::checkpoints(&mut connection, last.sequence, 1).await?.pop();
        let end = json!({
            "end": { "sequence": last.sequence, "link": last.link },
            "checkpoint": checkpoint.map(|(.., note)| note),
        });
        Ok(Self {
            database: trail.database.clone(),
            filter,
            format,
            written: first,
            last,
            openings: openings.into_iter().map(|(_, begins, text)| (begins, text)).collect(),
            head: match format {
                Format::Jsonl => format!("{about}\n"),
                Format::Csv => row_of(&HEADINGS),
            },
            end: Some(match format {
                Format::Jsonl => format!("{end}\n"),
                Format::Csv => String::new(),
            }),
        })
    }

    /// The export in pieces, which are read when they are sent.
    fn pieces(self) -> impl Stream<Item = Result<Bytes, sqlx::Error>> {
        stream::try_unfold(self, |mut part| async move {
            let piece = part.next().await?;
            Ok(piece.map(|piece| (Bytes::from(piece), part)))
        })
    }

    async fn next(&mut self) -> Result<Option<String>, sqlx::Error> {
        let mut piece = std::mem::take(&mut self.head);
        let events = {
            let mut connection = self.database.reader().acquire().await?;
            store::chained(&mut connection, self.written, SOME).await?
        };
        let events: Vec<EventRow> = events
            .into_iter()
            .take_while(|event| event.sequence.is_some_and(|sequence| sequence <= self.last.sequence))
            .collect();
        let is_last = events.is_empty();
        for event in events {
            let sequence = event.sequence.unwrap_or_default();
            self.open_chains(sequence, &mut piece);
            self.write(&event, sequence, &mut piece);
            self.written = sequence;
        }
        if is_last {
            let Some(end) = self.end.take() else { return Ok(None) };
            self.open_chains(i64::MAX, &mut piece);
            piece.push_str(&end);
        }
        Ok(Some(piece))
    }

    /// Writes the openings of chains that begin with this event or before it.
    fn open_chains(&mut self, sequence: i64, piece: &mut String) {
        let is_due = |(begins, _): &mut (i64, String)| *begins <= sequence;
        for (_, text) in self.openings.extract_if(.., is_due) {
            if self.format == Format::Jsonl {
                piece.push_str(&text);
                piece.push('\n');
            }
        }
    }

    fn write(&self, event: &EventRow, sequence: i64, piece: &mut String) {
        match (self.format, self.filter.lets_pass(event)) {
            (Format::Jsonl, true) => {
                piece.push_str(&event.line());
                piece.push('\n');
            }
            (Format::Jsonl, false) => {
                let digest = event.digest(sequence).to_base64url();
                piece.push_str(&json!({ "left_out": sequence, "digest": digest }).to_string());
                piece.push('\n');
            }
            (Format::Csv, true) => piece.push_str(&row_of(&cells(event, sequence))),
            (Format::Csv, false) => {}
        }
    }
}

const HEADINGS: [&str; 14] = [
    "sequence",
    "id",
    "at",
    "actor_type",
    "actor_id",
    "actor_name",
    "action",
    "target_type",
    "target_id",
    "target_name",
    "request_id",
    "client_ip",
    "detail",
    "link",
];

fn cells(event: &EventRow, sequence: i64) -> [String; 14] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        sequence.to_string(),
        event.id.clone(),
        Timestamp::from_millis(event.at).to_string(),
        event.actor_kind.clone(),
        text(&event.actor_id),
        event.actor_name.clone(),
        event.action.clone(),
        text(&event.target_kind),
        text(&event.target_id),
        text(&event.target_name),
        text(&event.request_id),
        text(&event.client_ip),
        event.detail.clone(),
        text(&event.link),
    ]
}

/// A row of CSV (RFC 4180). A name that a spreadsheet would take for a formula gets a quotation mark, as
/// OWASP advises.
fn row_of(cells: &[impl AsRef<str>]) -> String {
    let cell = |cell: &str| {
        let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        format!("\"{}{}\"", if is_formula { "'" } else { "" }, cell.replace('"', "\"\""))
    };
    let cells: Vec<String> = cells.iter().map(|text| cell(text.as_ref())).collect();
    cells.join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_and_no_formula() {
        assert_eq!(row_of(&["a", "say \"b\"", "=1+1", ""]), "\"a\",\"say \"\"b\"\"\",\"'=1+1\",\"\"\r\n");
    }
}
