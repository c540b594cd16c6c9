//! The chain: each event has a number without gaps, and a link that covers the event and all before
//! it. The link is `SHA-256(link before | SHA-256(text))`. The text of an event is its line in an
//! export without the link, so whoever has an export can compute all links. The first link of a
//! chain is `SHA-256(opening)`.

use latchkey_shared::audit::{Actor, AuditEvent, AuditTarget};
use latchkey_shared::time::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use crate::crypto::{Digest, from_base64url};
use crate::database::stored::stored;

/// The version of the text that links cover. A new one needs a new chain.
pub(super) const FORMAT: u32 = 1;
/// What stands before the link in the line of an event.
const LINK: &str = ",\"link\":\"";

/// A link, in base64url.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Link(String);

impl Link {
    pub(super) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The link of what follows this one. `digest` is that of its text.
    pub(super) fn next(&self, digest: &Digest) -> Self {
        // A link that is none fits nothing.
        let before = from_base64url(&self.0).unwrap_or_default();
        Self(Digest::of([before.as_slice(), digest.as_slice()].concat()).to_base64url())
    }
}

/// A place in the chain: the last event before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    pub(super) sequence: i64,
    pub(super) link: Link,
}

impl Position {
    /// The next position. `digest` is that of the text of the event.
    pub(super) fn after(&self, digest: &Digest) -> Self {
        Self { sequence: self.sequence + 1, link: self.link.next(digest) }
    }
}

/// The beginning of a chain. Its text is stored as it is written first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Opening {
    /// The number of the chain.
    pub(super) chain: i64,
    pub(super) format: u32,
    pub(super) installation: String,
    pub(super) begun_at: Timestamp,
    /// The end of the chain before, as it is in this database. The first chain has none.
    pub(super) after: Option<Position>,
    /// The last checkpoint of the chain before that is known from outside of the database.
    pub(super) checkpoint: Option<String>,
}

impl Opening {
    pub(super) fn text(&self) -> String {
        serde_json::json!({ "opening": self }).to_string()
    }

    /// The position before the first event, from the text.
    pub(super) fn position(&self, text: &str) -> Position {
        let sequence = self.after.as_ref().map_or(0, |after| after.sequence);
        Position { sequence, link: Link(Digest::of(text).to_base64url()) }
    }
}

/// An event as it is stored.
#[derive(Debug, Clone, FromRow)]
pub(super) struct EventRow {
    pub(super) id: String,
    pub(super) at: i64,
    pub(super) actor_kind: String,
    pub(super) actor_id: Option<String>,
    pub(super) actor_name: String,
    pub(super) action: String,
    pub(super) target_kind: Option<String>,
    pub(super) target_id: Option<String>,
    pub(super) target_name: Option<String>,
    pub(super) detail: String,
    pub(super) request_id: Option<String>,
    pub(super) client_ip: Option<String>,
    pub(super) sequence: Option<i64>,
    pub(super) link: Option<String>,
}

#[derive(Serialize)]
struct Text<'r> {
    sequence: i64,
    id: &'r str,
    at: Timestamp,
    actor: ActorText<'r>,
    action: &'r str,
    target: Option<TargetText<'r>>,
    request_id: Option<&'r str>,
    client_ip: Option<&'r str>,
}

#[derive(Serialize)]
struct ActorText<'r> {
    r#type: &'r str,
    id: Option<&'r str>,
    name: &'r str,
}

#[derive(Serialize)]
struct TargetText<'r> {
    r#type: Option<&'r str>,
    id: Option<&'r str>,
    name: Option<&'r str>,
}

impl EventRow {
    /// The text that the link covers, if the event has this number. Its members have a fixed order, and the
    /// detail is as it is stored.
    pub(super) fn text(&self, sequence: i64) -> String {
        let is_there = self.target_kind.is_some() || self.target_id.is_some() || self.target_name.is_some();
        let members = Text {
            sequence,
            id: &self.id,
            at: Timestamp::from_millis(self.at),
            actor: ActorText {
                r#type: &self.actor_kind,
                id: self.actor_id.as_deref(),
                name: &self.actor_name,
            },
            action: &self.action,
            target: is_there.then_some(TargetText {
                r#type: self.target_kind.as_deref(),
                id: self.target_id.as_deref(),
                name: self.target_name.as_deref(),
            }),
            request_id: self.request_id.as_deref(),
            client_ip: self.client_ip.as_deref(),
        };
        let mut text = serde_json::to_string(&members).unwrap_or_default();
        text.pop();
        // An event is one line, also if somebody has changed it.
        let detail = self.detail.replace(['\n', '\r'], " ");
        text + ",\"detail\":" + &detail + "}"
    }

    /// The digest of this text.
    pub(super) fn digest(&self, sequence: i64) -> Digest {
        Digest::of(self.text(sequence))
    }

    /// The line of a chained event in an export: its text with the link as the last member.
    pub(super) fn line(&self) -> String {
        let mut line = self.text(self.sequence.unwrap_or_default());
        line.pop();
        line + LINK + self.link.as_deref().unwrap_or_default() + "\"}"
    }

    pub(super) fn read(self) -> Result<AuditEvent, sqlx::Error> {
        let target = match (self.target_kind, self.target_id, self.target_name) {
            (Some(kind), Some(id), Some(name)) => Some(AuditTarget { kind, id, name }),
            _ => None,
        };
        Ok(AuditEvent {
            id: stored(&self.id)?,
            at: Timestamp::from_millis(self.at),
            actor: Actor { kind: self.actor_kind, id: self.actor_id, name: self.actor_name },
            action: self.action,
            target,
            detail: serde_json::from_str(&self.detail)
                .map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            request_id: self.request_id,
            client_ip: self.client_ip,
            sequence: self.sequence,
            link: self.link,
        })
    }
}

/// Splits the line of an event into the text and the link.
pub(super) fn split(whole: &str) -> Option<(String, Link)> {
    let (text, link) = whole.rsplit_once(LINK)?;
    let link = link.strip_suffix("\"}")?;
    Some((format!("{text}}}"), Link(link.to_owned())))
}

#[cfg(test)]
pub(super) fn example(number: i64) -> EventRow {
    EventRow {
        id: format!("evt_{number:026}"),
        at: 1_796_000_000_000 + number,
        actor_kind: "user".to_owned(),
        actor_id: Some("usr_1".to_owned()),
        actor_name: "Ada".to_owned(),
        action: "token.created".to_owned(),
        target_kind: Some("token".to_owned()),
        target_id: Some(format!("tok_{number}")),
        target_name: Some("Robot".to_owned()),
        detail: r#"{"kind":"rsa"}"#.to_owned(),
        request_id: None,
        client_ip: None,
        sequence: None,
        link: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_format_1_never_changes() {
        let text = example(7).text(7);
        assert_eq!(
            text,
            "{\"sequence\":7,\"id\":\"evt_00000000000000000000000007\",\"at\":\"2026-11-30T00:53:20.007Z\",\
             \"actor\":{\"type\":\"user\",\"id\":\"usr_1\",\"name\":\"Ada\"},\"action\":\"token.created\",\
             \"target\":{\"type\":\"token\",\"id\":\"tok_7\",\"name\":\"Robot\"},\"request_id\":null,\
             \"client_ip\":null,\"detail\":{\"kind\":\"rsa\"}}"
        );
        let first = Link(Digest::of("opening").to_base64url());
        assert_eq!(first.next(&Digest::of(&text)).as_str(), "oRILH8LUPaAqBkp-0dXMZ6ATHv5cSvC0Dm2-I2kbRnQ");
        let row = EventRow { sequence: Some(7), link: Some("abc".to_owned()), ..example(7) };
        assert_eq!(split(&row.line()), Some((text, Link("abc".to_owned()))));
    }
}
