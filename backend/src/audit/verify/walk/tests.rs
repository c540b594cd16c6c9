use super::*;
use crate::audit::chain::{EventRow, FORMAT, example};
use crate::crypto::note::NoteKey;
use latchkey_shared::time::Timestamp;

/// An export of so many events, and notes about some of them.
struct Trail {
    key: NoteKey,
    lines: Vec<String>,
    /// The positions after each event; the first one is before all.
    positions: Vec<Position>,
}

fn opening(chain: i64, after: Option<Position>, checkpoint: Option<String>) -> Opening {
    let begun_at = Timestamp::from_millis(0);
    Opening { chain, format: FORMAT, installation: "here".to_owned(), begun_at, after, checkpoint }
}

impl Trail {
    fn of(count: i64) -> Self {
        let key = NoteKey::from_pkcs8("latchkey-audit/here", &NoteKey::generate_pkcs8()).expect("is a key");
        let first = opening(1, None, None);
        let text = first.text();
        let mut trail =
            Self { key, positions: vec![first.position(&text)], lines: vec![head(0, "null"), text] };
        for number in 1..=count {
            trail.add(number);
        }
        trail.end();
        trail
    }

    fn last(&self) -> &Position {
        self.positions.last().expect("there is one")
    }

    fn add(&mut self, number: i64) {
        let row = example(number);
        let position = self.last().after(&row.digest(number));
        let link = Some(position.link.as_str().to_owned());
        self.lines.push(EventRow { sequence: Some(number), link, ..row }.line());
        self.positions.push(position);
    }

    fn end(&mut self) {
        let end = serde_json::json!({ "end": self.last() }).to_string();
        self.lines.push(end);
    }

    fn checkpoint(&self, chain: i64, position: &Position) -> String {
        let text = format!(
            "{}\n{}\n{}\nchain {chain}\ntime 2026-11-30T08:00:00.000Z\n",
            self.key.public().name(),
            position.sequence,
            position.link.as_str()
        );
        self.key.sign(&text)
    }

    fn check(&self, checkpoints: &str) -> Report {
        verify(self.lines.iter().cloned(), checkpoints, self.key.public())
    }

    fn fault(&self) -> Option<Fault> {
        self.check(&self.checkpoint(1, self.positions.last().expect("there is one"))).fault
    }
}

fn head(after: i64, link: &str) -> String {
    format!(
        "{{\"export\":1,\"since\":null,\"until\":null,\"is_filtered\":false,\"chain\":{},\
         \"after\":{{\"sequence\":{after},\"link\":{link}}},\"boundary\":null}}",
        i64::from(after > 0)
    )
}

fn id(number: i64) -> String {
    example(number).id
}

#[test]
fn an_export_that_nobody_changed_fits() {
    let trail = Trail::of(9);
    let report = trail.check(&[1, 5, 9].map(|at| trail.checkpoint(1, &trail.positions[at])).join("\n"));
    assert_eq!(report.fault, None);
    assert!(report.shown[0].starts_with("Events 1 to 9 "), "{report:?}");
    let report = trail.check(&trail.checkpoint(1, &trail.positions[5]));
    assert!(report.not_shown[0].starts_with("Events 6 to 9 fit each other"), "{report:?}");
    let report = trail.check("");
    assert!(report.shown.is_empty() && report.not_shown[0].contains("all links anew"), "{report:?}");
}

// The event with the number n is in line n + 1: the first two are the head and the opening.

#[test]
fn a_changed_event_is_named() {
    let mut trail = Trail::of(9);
    trail.lines[6] = trail.lines[6].replace("rsa", "jwt");
    assert_eq!(trail.fault(), Some(Fault::Changed(5, id(5))));
}

#[test]
fn an_event_that_was_left_out_is_named() {
    for (from, to) in [(1, 1), (5, 5), (4, 7), (9, 9)] {
        let mut trail = Trail::of(9);
        trail
            .lines
            .drain(usize::try_from(from).expect("is small") + 1..usize::try_from(to).expect("is small") + 2);
        assert_eq!(trail.fault(), Some(Fault::LeftOut(from, to)));
    }
}

#[test]
fn an_event_that_was_put_in_is_named() {
    let mut trail = Trail::of(9);
    let false_one = trail.lines[6].replace("token.created", "token.deleted").replace(&id(5), &id(77));
    trail.lines.insert(6, false_one);
    assert_eq!(trail.fault(), Some(Fault::PutIn(5, id(77))));
    let mut trail = Trail::of(9);
    trail.lines.insert(7, trail.lines[6].clone());
    assert_eq!(trail.fault(), Some(Fault::PutIn(5, id(5))));
}

#[test]
fn another_order_is_named() {
    let mut trail = Trail::of(9);
    trail.lines.swap(5, 7);
    assert_eq!(trail.fault(), Some(Fault::Reordered(4)));
}

#[test]
fn an_end_that_was_cut_off_is_named() {
    let whole = Trail::of(9);
    let checkpoint = whole.checkpoint(1, whole.last());
    let mut cut = Trail { lines: whole.lines[..8].to_vec(), ..whole };
    assert_eq!(cut.check(&checkpoint).fault, Some(Fault::Incomplete(6)));
    cut.positions.truncate(7);
    cut.end();
    assert_eq!(cut.check(&checkpoint).fault, Some(Fault::CutOff(6, 9)));
}

#[test]
fn a_beginning_that_was_cut_off_is_named() {
    let mut trail = Trail::of(9);
    let link = format!("\"{}\"", trail.positions[3].link.as_str());
    trail.lines.drain(..5);
    trail.lines.insert(0, head(3, &link));
    assert_eq!(trail.fault(), Some(Fault::LeftOut(1, 3)));
}

#[test]
fn links_that_were_computed_anew_are_named() {
    let honest = Trail::of(9);
    let mut forged = Trail::of(3);
    forged.lines.pop();
    let row = EventRow { action: "token.enabled".to_owned(), ..example(4) };
    let position = forged.last().after(&row.digest(4));
    let link = Some(position.link.as_str().to_owned());
    forged.lines.push(EventRow { sequence: Some(4), link, ..row }.line());
    forged.positions.push(position);
    (5..=9).for_each(|number| forged.add(number));
    forged.end();
    let notes = [2, 6, 9].map(|at| honest.checkpoint(1, &honest.positions[at])).join("\n");
    let report = verify(forged.lines.iter().cloned(), &notes, honest.key.public());
    assert_eq!(report.fault, Some(Fault::Rewritten(2, 6)));
}

#[test]
fn another_checkpoint_is_named() {
    let (trail, other) = (Trail::of(9), Trail::of(9));
    let strange = trail.check(&other.checkpoint(1, other.last())).fault;
    assert!(matches!(strange, Some(Fault::BadCheckpoint(1, _))), "{strange:?}");
    let changed = trail.checkpoint(1, trail.last()).replace("\n9\n", "\n8\n");
    let changed = trail.check(&changed).fault;
    assert!(matches!(changed, Some(Fault::BadCheckpoint(1, _))), "{changed:?}");
}

#[test]
fn a_restore_says_what_it_lost() {
    let lost = Trail::of(9);
    let proof = lost.checkpoint(1, lost.last());
    for (named, fault) in [(Some(proof.clone()), None), (None, Some(Fault::Hidden(9, 6)))] {
        let mut trail = Trail {
            lines: lost.lines[..8].to_vec(),
            positions: lost.positions[..7].to_vec(),
            ..Trail::of(0)
        };
        let second = opening(2, Some(trail.last().clone()), named);
        let text = second.text();
        trail.positions.push(second.position(&text));
        trail.lines.push(text);
        (7..=8).for_each(|number| trail.add(number));
        trail.end();
        let report = verify(trail.lines.iter().cloned(), &proof, lost.key.public());
        assert_eq!(report.fault, fault);
        let changed = trail.lines.iter().map(|line| line.replace("\"chain\":2", "\"chain\":3"));
        let report = verify(changed, &proof, lost.key.public());
        assert_eq!(report.fault, Some(Fault::BadOpening(3)));
    }
}
