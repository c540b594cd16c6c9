//! Which events are asked for. Names and ids are found by their beginnings, with an index each: a
//! million events are searched while somebody types.

use latchkey_shared::fields::Refusal;
use latchkey_shared::ids::EventId;
use latchkey_shared::time;

use super::chain::EventRow;
use super::store::EVENTS;
use crate::database::Database;
use crate::database::sql::Sql;
use crate::web::problem::Problem;

/// How much of an id says when it was made: the prefix, and ten digits.
const TIME: usize = EventId::PREFIX.len() + 10;
/// Up to how many events of a filter are looked up one by one. If there are more, the newest are soon found.
const FEW: usize = 2_000;
/// How many are looked up with one statement.
const SOME: usize = 256;
/// Sorts after everything that follows the beginning of a text.
const LAST: char = char::MAX;

/// What is asked for.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) actor: Option<String>,
    pub(super) target: Option<String>,
    pub(super) action: Option<String>,
    pub(super) request_id: Option<String>,
    pub(super) client_ip: Option<String>,
    pub(super) since: Option<String>,
    pub(super) until: Option<String>,
}

/// What a text is searched in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Actor,
    Target,
    Request,
    Address,
    /// All actions of a kind: `token.`.
    Actions,
}

impl Field {
    /// Whether it has a name and an id.
    fn has_id(self) -> bool {
        matches!(self, Self::Actor | Self::Target)
    }
}

/// A filter for events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filter {
    /// The beginnings of texts.
    texts: Vec<(Field, String)>,
    /// One action.
    action: Option<String>,
    /// From this time on, and before this one, in milliseconds since the epoch.
    pub(super) since: Option<i64>,
    pub(super) until: Option<i64>,
}

impl Asked {
    pub(super) fn filter(&self) -> Result<Filter, Problem> {
        // PostgreSQL refuses a text with a NUL. No name has one.
        let clean = |text: &String| text.replace('\0', "\u{fffd}");
        let (action, actions) = match self.action.as_ref().map(clean) {
            Some(action) if action.contains('.') => (Some(action), None),
            kind => (None, kind.filter(|kind| !kind.is_empty()).map(|kind| format!("{kind}."))),
        };
        let texts = [
            (Field::Actor, &self.actor),
            (Field::Target, &self.target),
            (Field::Request, &self.request_id),
            (Field::Address, &self.client_ip),
            (Field::Actions, &actions),
        ];
        let texts = texts.into_iter().filter_map(|(field, text)| Some((field, clean(text.as_ref()?))));
        Ok(Filter {
            texts: texts.filter(|(_, text)| !text.is_empty()).collect(),
            action,
            since: moment("since", self.since.as_deref())?,
            until: moment("until", self.until.as_deref())?,
        })
    }
}

fn moment(field: &str, text: Option<&str>) -> Result<Option<i64>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let parsed = time::parse_millis(text).ok_or_else(|| {
        Problem::field(
            field,
            Refusal::new("invalid_time", "Must be a time in RFC 3339, such as 2027-01-31T12:00:00Z."),
        )
    });
    parsed.map(Some)
}

/// The beginning of the ids of events of this time. Ids of earlier events sort before it.
pub(super) fn id_at(moment: i64) -> String {
    EventId::at(moment).as_str().get(..TIME).unwrap_or_default().to_owned()
}

impl Filter {
    /// Whether it leaves out events within its time.
    pub(super) fn chooses(&self) -> bool {
        !self.texts.is_empty() || self.action.is_some()
    }

    /// Whether it lets this event pass, whatever its time is.
    pub(super) fn lets_pass(&self, event: &EventRow) -> bool {
        let begins = |whole: Option<&str>, text: &str| whole.is_some_and(|whole| whole.starts_with(text));
        let is_named = |name: Option<&str>, text: &str| {
            begins(name.map(str::to_ascii_lowercase).as_deref(), &text.to_ascii_lowercase())
        };
        let fits = |(field, text): &(Field, String)| match field {
            Field::Actor => {
                is_named(Some(&event.actor_name), text) || begins(event.actor_id.as_deref(), text)
            }
            Field::Target => {
                is_named(event.target_name.as_deref(), text) || begins(event.target_id.as_deref(), text)
            }
            Field::Request => begins(event.request_id.as_deref(), text),
            Field::Address => begins(event.client_ip.as_deref(), text),
            Field::Actions => begins(Some(&event.action), text),
        };
        self.action.as_ref().is_none_or(|action| *action == event.action) && self.texts.iter().all(fits)
    }

    /// The newest events before an id.
    pub(super) async fn newest(
        &self,
        database: &Database,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<EventRow>, sqlx::Error> {
        let Some(mut ids) = self.few(database).await? else {
            return self.read(database, None, before, limit).await;
        };
        ids.retain(|id| before.is_none_or(|before| id.as_str() < before));
        ids.sort_unstable_by(|one, other| other.cmp(one));
        ids.dedup();
        let mut found = Vec::new();
        for some in ids.chunks(SOME) {
            found.extend(self.read(database, Some(some), before, limit - found.len()).await?);
            if found.len() >= limit {
                break;
            }
        }
        Ok(found)
    }

    /// The ids of the events that a text chooses, if these are few.
    async fn few(&self, database: &Database) -> Result<Option<Vec<String>>, sqlx::Error> {
        for (field, text) in &self.texts {
            let mut ids = candidates(database, *field, text, Column::Name).await?;
            if field.has_id() && ids.len() <= FEW {
                ids.extend(candidates(database, *field, text, Column::Id).await?);
            }
            if ids.len() <= FEW {
                return Ok(Some(ids));
            }
        }
        Ok(None)
    }

    async fn read(
        &self,
        database: &Database,
        among: Option<&[String]>,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<EventRow>, sqlx::Error> {
        let mut sql = Sql::new(EVENTS);
        for (field, text) in &self.texts {
            sql.push(" AND (");
            push_column(&mut sql, *field, text, Column::Name, Way::Walk);
            if field.has_id() {
                sql.push(" OR ");
                push_column(&mut sql, *field, text, Column::Id, Way::Walk);
            }
            sql.push(")");
        }
        if let Some(action) = &self.action {
            sql.push(" AND action = ").bind(action.clone());
        }
        if let Some(since) = self.since {
            sql.push(" AND id >= ").bind(id_at(since).clone());
        }
        if let Some(until) = self.until {
            sql.push(" AND id < ").bind(id_at(until).clone());
        }
        if let Some(before) = before {
            sql.push(" AND id < ").bind(before.to_owned());
        }
        if let Some(ids) = among {
            sql.push(" AND id");
            database.engine().push_among(&mut sql, ids);
        }
        sql.push(" ORDER BY id DESC LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX));
        sql.query_as().fetch_all(database.reader()).await
    }
}

/// Which column of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Name,
    Id,
}

async fn candidates(
    database: &Database,
    field: Field,
    text: &str,
    column: Column,
) -> Result<Vec<String>, sqlx::Error> {
    let mut sql = Sql::new("SELECT id FROM audit_events WHERE ");
    push_column(&mut sql, field, text, column, Way::Index);
    sql.push(" LIMIT ").bind(i64::try_from(FEW + 1).unwrap_or(i64::MAX));
    let rows: Vec<(String,)> = sql.query_as().fetch_all(database.reader()).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// How the database finds the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// With the index of the column.
    Index,
    /// It walks from the newest one on. SQLite would rather take all from the index and sort them.
    Walk,
}

fn push_column(sql: &mut Sql, field: Field, text: &str, column: Column, way: Way) {
    let lower = text.to_ascii_lowercase();
    match (field, column) {
        (Field::Actor, Column::Name) => push_beginning(sql, "lower(actor_name)", &lower, way),
        (Field::Actor, Column::Id) => push_beginning(sql, "actor_id", text, way),
        (Field::Target, Column::Name) => push_beginning(sql, "lower(target_name)", &lower, way),
        (Field::Target, Column::Id) => push_beginning(sql, "target_id", text, way),
        (Field::Request, _) => push_beginning(sql, "request_id", text, way),
        (Field::Address, _) => push_beginning(sql, "client_ip", text, way),
        (Field::Actions, _) => push_beginning(sql, "action", text, way),
    }
}

/// A condition: a column begins with this text.
fn push_beginning(sql: &mut Sql, column: &'static str, text: &str, way: Way) {
    // No index has the text with nothing behind it.
    let behind = if way == Way::Walk { " || ''" } else { "" };
    sql.push("(").push(column).push(behind).push(" >= ").bind(text.to_owned()).push(" AND ");
    sql.push(column).push(behind).push(" < ").bind(format!("{text}{LAST}")).push(")");
}

#[cfg(test)]
mod tests {
    use super::super::chain::example;
    use super::*;

    #[test]
    fn a_text_finds_beginnings() {
        let event = example(7);
        let query = |actor: &str, target: &str, action: &str| {
            let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let query =
                Asked { actor: text(actor), target: text(target), action: text(action), ..Asked::default() };
            query.filter().is_ok_and(|filter| filter.lets_pass(&event))
        };
        for (actor, target, action) in
            [("", "", ""), ("ad", "robo", "token"), ("usr_", "tok_7", "token.created"), ("ADA", "", "")]
        {
            assert!(query(actor, target, action), "{actor} {target} {action}");
        }
        for (actor, target, action) in
            [("da", "", ""), ("USR", "", ""), ("", "bot", ""), ("", "", "tok"), ("", "", "token.c")]
        {
            assert!(!query(actor, target, action), "{actor} {target} {action}");
        }
    }
}
