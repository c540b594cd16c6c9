//! The audit trail proves itself: `latchkey audit verify` names what does not fit in an export.

use std::process::Command;
use std::time::{Duration, Instant};

use latchkey::audit::begin_chain;
use latchkey::database::{self, Database};
use latchkey_shared::ids::EventId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{AnyConnection, AssertSqlSafe, Executor as _};

use crate::clocks;
use crate::server::{Caller, PASSWORD, Platform, Server, Where, each, text};
use crate::{in_both_places, on_both_engines};

/// Waits until all events are chained. Returns the chain.
pub(crate) async fn chained(admin: &Caller) -> Value {
    let begun = Instant::now();
    while admin.get("/audit-events?limit=1").await["items"][0]["sequence"].is_null() {
        assert!(begun.elapsed() < Duration::from_secs(20), "events are not chained");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    admin.get("/audit/chain").await
}

pub(crate) async fn export(admin: &Caller, query: &str) -> String {
    let answer = admin.send(Method::GET, &format!("/audit/export{query}")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.text().await.unwrap()
}

/// What `latchkey audit verify` says of an export.
pub(crate) fn verify(export: &str, checkpoints: &str, key: &str) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let [lines, notes] = ["audit.jsonl", "checkpoints"].map(|name| folder.path().join(name));
    std::fs::write(&lines, export).unwrap();
    std::fs::write(&notes, checkpoints).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    program.args(["audit", "verify"]).arg(lines).arg("--checkpoint").arg(notes).args(["--public-key", key]);
    let output = program.output().unwrap();
    let said = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(said(output.stdout)) } else { Err(said(output.stderr)) }
}

async fn change(connection: &mut AnyConnection, statement: &str) {
    connection.execute(AssertSqlSafe(statement.to_owned())).await.unwrap();
}

/// An installation with some events, all of them covered by a checkpoint. Returns its key and checkpoint, too.
async fn with_checkpoint(place: &Where) -> (Server, Caller, [String; 2]) {
    let server = Server::start(place.clone()).await;
    let platform = Platform::on(&server).await;
    for kind in ["rsa", "jwt"] {
        platform.apply(kind).await;
    }
    // It signs when it stops.
    drop(server);
    let server = Server::start(place.clone()).await;
    let admin = server.admin().await;
    let chain = chained(&admin).await;
    let kept = [text(&chain["public_key"]), text(&chain["checkpoint"]["note"])];
    assert!(chain["checkpoint"]["sequence"].as_i64().unwrap() >= 10, "{chain}");
    (server, admin, kept)
}

async fn what_is_changed_in_the_database_is_named(place: Where) {
    let (_server, admin, [key, checkpoint]) = with_checkpoint(&place).await;
    let covered = admin.get("/audit/chain").await["checkpoint"]["sequence"].clone();
    let whole = export(&admin, "").await;
    let said = verify(&whole, &checkpoint, &key).unwrap();
    assert!(said.contains(&format!("Events 1 to {covered} are those that the checkpoint covers")), "{said}");
    let said = verify(&whole, "", &key).unwrap();
    assert!(said.contains("no checkpoint from elsewhere covers them"), "{said}");

    let mut connection = place.connect().await;
    change(&mut connection, "CREATE TABLE kept AS SELECT * FROM audit_events").await;
    for (statements, named) in [
        (&["UPDATE audit_events SET detail = '{\"a\":1}' WHERE sequence = 5"][..], "Event 5 (evt_"),
        (&["UPDATE audit_events SET at = at + 1 WHERE sequence = 7"], "Event 7 (evt_"),
        (&["DELETE FROM audit_events WHERE sequence = 5"], "Event 5 was left out."),
        (&["DELETE FROM audit_events WHERE sequence BETWEEN 3 AND 6"], "Events 3 to 6 were left out."),
        (&["DELETE FROM audit_events WHERE sequence < 4"], "Events 1 to 3 were left out."),
        (&["DELETE FROM audit_events WHERE sequence > 8"], "Events 9 to "),
        (
            // Two events change their places.
            &[
                "UPDATE audit_events SET sequence = 1000 WHERE sequence = 5",
                "UPDATE audit_events SET sequence = 5 WHERE sequence = 6",
                "UPDATE audit_events SET sequence = 6 WHERE sequence = 1000",
            ],
            "Event 5 (evt_",
        ),
        (
            // The end is cut off so that nothing in the database shows it.
            &[
                "DELETE FROM audit_events WHERE sequence > 8",
                "UPDATE audit_sequencer SET sequence = 8, \
                 link = (SELECT link FROM audit_events WHERE sequence = 8)",
            ],
            "The end was cut off: the export ends with event 8",
        ),
    ] {
        for statement in statements {
            change(&mut connection, statement).await;
        }
        let said = verify(&export(&admin, "").await, &checkpoint, &key).expect_err(named);
        assert!(said.contains(named), "{statements:?}: {said}");
        change(&mut connection, "DELETE FROM audit_events").await;
        change(&mut connection, "INSERT INTO audit_events SELECT * FROM kept").await;
        change(
            &mut connection,
            "UPDATE audit_sequencer SET sequence = (SELECT MAX(sequence) FROM audit_events), \
             link = (SELECT link FROM audit_events ORDER BY sequence DESC LIMIT 1)",
        )
        .await;
    }
    assert!(verify(&export(&admin, "").await, &checkpoint, &key).is_ok());
    change(&mut connection, "DROP TABLE kept").await;
}

in_both_places!(what_is_changed_in_the_database => what_is_changed_in_the_database_is_named);

async fn what_is_changed_in_an_export_is_named(place: Where) {
    let (_server, admin, [key, checkpoint]) = with_checkpoint(&place).await;
    let whole = export(&admin, "").await;
    let lines: Vec<&str> = whole.lines().collect();
    let with = |change: &dyn Fn(&mut Vec<String>)| {
        let mut changed = lines.iter().map(|line| (*line).to_owned()).collect();
        change(&mut changed);
        verify(&(changed.join("\n") + "\n"), &checkpoint, &key).unwrap_err()
    };
    // The event with the number n is in line n + 1: the first two are the head and the opening.
    let said = with(&|lines| lines[6] = lines[6].replace("\"at\":\"20", "\"at\":\"19"));
    assert!(said.contains("Event 5 (evt_") && said.contains("was changed"), "{said}");
    let said = with(&|lines| drop(lines.remove(6)));
    assert!(said.contains("Event 5 was left out."), "{said}");
    let said = with(&|lines| lines.insert(6, lines[6].replace("\"actor\"", "\"actor \"")));
    assert!(said.contains("Event 5 (evt_") && said.contains("was put in"), "{said}");
    let said = with(&|lines| lines.swap(6, 8));
    assert!(said.contains("The order was changed: event 5"), "{said}");
    let said = with(&|lines| lines.truncate(8));
    assert!(said.contains("it breaks off after event 6"), "{said}");
    let said = with(&|lines| "{}".clone_into(&mut lines[0]));
    assert!(said.contains("not an export"), "{said}");

    // A checkpoint of another installation.
    let other = Server::start(Where::sqlite()).await;
    let other = text(&chained(&other.admin().await).await["checkpoint"]["note"]);
    let said = verify(&whole, &other, &key).unwrap_err();
    assert!(said.contains("Checkpoint 1 is not one of this audit trail"), "{said}");
}

in_both_places!(what_is_changed_in_an_export => what_is_changed_in_an_export_is_named);

async fn a_restored_database_begins_a_new_chain(place: Where) {
    let (server, _, [key, checkpoint]) = with_checkpoint(&place).await;
    drop(server);
    // What happened after the backup is known from outside of the database only.
    let mut connection = place.connect().await;
    for statement in [
        "DELETE FROM audit_checkpoints",
        "DELETE FROM audit_events WHERE sequence > 6",
        "UPDATE audit_sequencer SET sequence = 6, checkpointed = 6, \
         link = (SELECT link FROM audit_events WHERE sequence = 6)",
    ] {
        change(&mut connection, statement).await;
    }
    let database = Database::open(&place.configuration()).await.unwrap();
    let named = checkpoint.clone();
    let begun: Result<(), sqlx::Error> = database
        .write(move |transaction| Box::pin(async move { begin_chain(transaction, Some(&named)).await }))
        .await;
    begun.unwrap();
    database.close().await;
    drop(database);
    drop(Server::start(place.clone()).await);
    let server = Server::start(place.clone()).await;
    let admin = server.admin().await;
    let chain = chained(&admin).await;
    assert_eq!(chain["chain"], 2);
    let new = text(&chain["checkpoint"]["note"]);
    let said = verify(&export(&admin, "").await, &format!("{checkpoint}\n{new}"), &key).unwrap();
    assert!(said.contains("The chain ended with event 6, and chain 2 began."), "{said}");
    assert!(said.contains("A restore lost events 7 to "), "{said}");
}

in_both_places!(a_restored_database => a_restored_database_begins_a_new_chain);

/// The trail of an installation that is older than the chain, and older than its retention.
async fn retention_signs_where_the_trail_begins(place: Where) {
    const DAY: i64 = 24 * 60 * 60 * 1_000;
    let database = Database::open(&place.configuration()).await.unwrap();
    for (number, days) in (0..).zip([40; 8].into_iter().chain([20; 4])) {
        let at = database::now() - days * DAY + number;
        sqlx::query(
            "INSERT INTO audit_events (id, at, actor_kind, actor_name, action, detail) \
             VALUES ($1, $2, 'system', '', 'token.created', '{}')",
        )
        .bind(EventId::at(at).to_string())
        .bind(at)
        .execute(database.unordered_writer())
        .await
        .unwrap();
    }
    database.close().await;
    drop(database);
    let process = clocks::node(&place, &[("LATCHKEY_AUDIT_RETENTION", "30".to_owned())]);
    clocks::ready(&process).await;
    let admin = Caller::new(&process.url);
    admin.ask("/session", &json!({ "username": "admin", "password": PASSWORD })).await;
    let begun = Instant::now();
    while admin.get("/installation").await["audit_complete_since"].is_null() {
        assert!(begun.elapsed() < Duration::from_secs(20), "nothing is deleted");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let key = text(&chained(&admin).await["public_key"]);
    let whole = export(&admin, "").await;
    assert!(whole.contains("\"sequence\":9,") && !whole.contains("\"sequence\":8,\"id\""), "{whole}");
    let said = verify(&whole, "", &key).unwrap();
    assert!(said.contains("Events 1 to 8 were deleted because of their age."), "{said}");
    change(&mut place.connect().await, "UPDATE audit_trail SET boundary_note = NULL").await;
    let said = verify(&export(&admin, "").await, "", &key).unwrap_err();
    assert!(said.contains("Events 1 to 8 were left out."), "{said}");
}

in_both_places!(retention => retention_signs_where_the_trail_begins);

on_both_engines! {
    async fn an_event_is_chained_within_a_second(server) {
        let platform = Platform::on(server).await;
        let began = Instant::now();
        for _ in 0..5 {
            platform.apply("jwt").await;
            let written = Instant::now();
            chained(&platform.admin).await;
            assert!(written.elapsed() < Duration::from_secs(1), "{:?}", written.elapsed());
        }
        let trail = platform.admin.get("/audit-events?limit=200").await;
        let mut numbers: Vec<i64> =
            trail["items"].as_array().unwrap().iter().map(|event| event["sequence"].as_i64().unwrap()).collect();
        numbers.sort_unstable();
        assert!(numbers.iter().copied().eq(1..=i64::try_from(numbers.len()).unwrap()), "{numbers:?}");
        assert!(began.elapsed() < Duration::from_secs(10));
    }

    async fn events_are_found_by_beginnings(server) {
        let platform = Platform::on(server).await;
        let robot = json!({ "kind": "rsa", "name": "Harbour robot", "apis": ["fleet:readDevice"], "projects": ["harbour"] });
        let id = text(&platform.admin.post("/tokens", &robot).await["id"]);
        platform.apply("jwt").await;
        let found = async |query: &str| platform.admin.get(&format!("/audit-events?{query}")).await;
        let actions = async |query: &str| each(&found(query).await, "action");
        for query in ["target=harbour%20r", "target=HARBOUR%20ROBOT", &format!("target={}", &id[..20]), &format!("target={id}")] {
            assert_eq!(actions(query).await, ["token.created"], "{query}");
        }
        assert!(actions("target=robot").await.is_empty(), "only beginnings are found");
        assert_eq!(actions("target=harb&action=project").await.len(), 2);
        assert!(actions("actor=adm&limit=200").await.len() > 5);
        assert!(actions("actor=nobody").await.is_empty());
        assert!(actions("client_ip=127.0&limit=200").await.len() > 5);
        assert!(actions("client_ip=128").await.is_empty());
        let event = found(&format!("target={id}")).await["items"][0].clone();
        let of_request = found(&format!("request_id={}", &text(&event["request_id"])[..12])).await;
        assert_eq!(of_request["items"][0]["id"], event["id"]);
        let at = text(&event["at"]);
        assert!(actions(&format!("target={id}&until={at}")).await.is_empty());
        assert_eq!(actions(&format!("target={id}&since={at}")).await.len(), 1);
        // Some pages of a filter.
        let first = found("actor=admin&limit=2").await;
        let next = found(&format!("actor=admin&limit=2&cursor={}", text(&first["next_cursor"]))).await;
        assert!(text(&next["items"][0]["id"]) < text(&first["items"][1]["id"]));
    }

    async fn an_export_is_a_part_of_the_chain(server) {
        let platform = Platform::on(server).await;
        let id = platform.apply("rsa").await;
        let chain = chained(&platform.admin).await;
        let key = text(&chain["public_key"]);
        let whole = export(&platform.admin, "").await;
        let events = chain["sequence"].as_u64().unwrap();
        assert_eq!(whole.lines().count() as u64, events + 3);
        // A filtered export has the places of the events that it leaves out.
        let filtered = export(&platform.admin, &format!("?target={id}")).await;
        assert_eq!(filtered.matches("\"left_out\"").count() as u64, events - 1);
        let said = verify(&filtered, "", &key).unwrap();
        assert!(said.contains(&format!("A filter left out {} events.", events - 1)), "{said}");
        assert!(said.contains("really do not match the filter"), "{said}");
        // So has one of a time.
        let trail = platform.admin.get("/audit-events?limit=200").await;
        let fifth = trail["items"].as_array().unwrap().iter().find(|event| event["sequence"] == 5).unwrap();
        let later = export(&platform.admin, &format!("?since={}", text(&fifth["at"]))).await;
        assert!(!later.contains("\"sequence\":1,"), "{later}");
        let said = verify(&later, "", &key).unwrap();
        assert!(said.contains("since it begins later"), "{said}");
        let earlier = export(&platform.admin, &format!("?until={}", text(&fifth["at"]))).await;
        assert!(verify(&earlier, "", &key).is_ok());
        assert!(verify(&export(&platform.admin, "?until=2020-01-01T00:00:00Z").await, "", &key).is_ok());

        let table = export(&platform.admin, "?format=csv").await;
        assert_eq!(table.lines().count() as u64, events + 1);
        assert!(table.starts_with("\"sequence\",\"id\",\"at\",") && table.contains("\"token.created\""));
        let lin = platform.member(server, "lin", &[("harbour", "admin")]).await;
        for path in ["/audit/export", "/audit/chain", "/audit/checkpoints"] {
            assert_eq!(lin.status(Method::GET, path).await, StatusCode::FORBIDDEN, "{path}");
            assert_eq!(server.nobody().status(Method::GET, path).await, StatusCode::UNAUTHORIZED, "{path}");
        }
        let wrong = platform.admin.refused(Method::GET, "/audit/export?format=xml", &Value::Null).await;
        assert_eq!(wrong.kind(), "validation");
    }

    async fn checkpoints_are_listed(server) {
        let admin = server.admin().await;
        chained(&admin).await;
        let page = admin.get("/audit/checkpoints?limit=1").await;
        let note = text(&page["items"][0]["note"]);
        assert!(note.starts_with("latchkey-audit/") && note.contains("\n\u{2014} latchkey-audit/"), "{note}");
        let refused = admin.refused(Method::GET, "/audit/checkpoints?cursor=eA", &Value::Null).await;
        assert_eq!(refused.fields(), ["cursor:invalid_cursor"]);
    }
}
