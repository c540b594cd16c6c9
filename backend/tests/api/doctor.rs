//! The command `latchkey doctor`, and the same over HTTP.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;
use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Executor as _;

use crate::authority::Files;
use crate::fleet::add_silent;
use crate::process::Process;
use crate::server::{Platform, Server, Where};
use crate::{in_both_places, on_both_engines};

/// What is wrong, by cause.
fn causes(diagnosis: &Value) -> Vec<&str> {
    diagnosis["findings"].as_array().unwrap().iter().filter_map(|one| one["cause"].as_str()).collect()
}

fn finding<'d>(diagnosis: &'d Value, cause: &str) -> &'d Value {
    let findings = diagnosis["findings"].as_array().unwrap();
    findings.iter().find(|one| one["cause"] == cause).unwrap_or_else(|| panic!("{cause}: {diagnosis}"))
}

/// What the command finds. The exit status must fit it.
fn examine(place: &Where, variables: &[(&str, String)]) -> Value {
    let Output { status, stdout, stderr } = Process::command(place, &["doctor", "--json"], variables);
    let text = String::from_utf8_lossy(&stdout);
    let found: Value = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{error}: {text} {}", String::from_utf8_lossy(&stderr)));
    let expected = match found["state"].as_str().unwrap() {
        "ok" => 0,
        "warning" => 3,
        _ => 4,
    };
    assert_eq!(status.code(), Some(expected), "{found}");
    found
}

on_both_engines! {
    async fn a_sound_server_finds_nothing_wrong(server) {
        let admin = server.admin().await;
        let found = admin.get("/doctor").await;
        // The public URL of the tests on PostgreSQL has no encryption.
        let wrong: Vec<_> = causes(&found).into_iter().filter(|cause| *cause != "public_url_plain").collect();
        assert_eq!(wrong, Vec::<&str>::new(), "{found}");
        let checks: Vec<&str> =
            found["findings"].as_array().unwrap().iter().map(|one| one["check"].as_str().unwrap()).collect();
        for check in ["database", "migrations", "master_key", "files", "clock", "feed", "nodes", "space"] {
            assert!(checks.contains(&check), "{check}: {checks:?}");
        }
    }

    async fn only_system_administrators_examine_the_installation(server) {
        let platform = Platform::on(server).await;
        let lin = platform.member(server, "lin", &[("harbour", "admin")]).await;
        assert_eq!(lin.refused(Method::GET, "/doctor", &Value::Null).await.kind(), "forbidden");
        let stranger = server.nobody().refused(Method::GET, "/doctor", &Value::Null).await;
        assert_eq!(stranger.kind(), "unauthenticated");
    }
}

in_both_places!(the_command_names_what_is_wrong => names_what_is_wrong);

async fn names_what_is_wrong(place: Where) {
    let before = examine(&place, &[]);
    let cause = if place.database_url.is_some() { "migrations_pending" } else { "database_missing" };
    finding(&before, cause);
    let server = Server::start(place.clone()).await;
    // Also while the server runs.
    let sound = examine(&place, &[]);
    assert_eq!(causes(&sound), Vec::<&str>::new(), "{sound}");

    let wrong_key = examine(&place, &[("LATCHKEY_MASTER_KEY", "A".repeat(43) + "=")]);
    assert_eq!(causes(&wrong_key), ["master_key_unusable"]);
    let found = examine(&place, &[("LATCHKEY_PUBLIC_URL", "http://latchkey.example".to_owned())]);
    assert_eq!(causes(&found), ["public_url_plain"]);
    let found = examine(&place, &[("LATCHKEY_PUBLIC_URL", "https://latchkey.example".to_owned())]);
    assert_eq!(causes(&found), ["proxies_missing"]);
    let proxies = [
        ("LATCHKEY_PUBLIC_URL", "https://latchkey.example".to_owned()),
        ("LATCHKEY_TRUSTED_PROXIES", "0.0.0.0/0".to_owned()),
    ];
    assert_eq!(causes(&examine(&place, &proxies)), ["proxies_unlimited"]);
    let found = examine(&place, &[("LATCHKEY_LISTEN", "0.0.0.0:0".to_owned())]);
    assert_eq!(causes(&found), ["public_url_missing"]);
    let invalid = examine(&place, &[("LATCHKEY_JWT_LIFETIME", "1".to_owned())]);
    assert_eq!(causes(&invalid), ["configuration_invalid"]);

    let rights = |mode| {
        std::fs::set_permissions(place.data_dir(), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    rights(0o755);
    assert_eq!(causes(&examine(&place, &[])), ["files_open"]);
    rights(0o700);

    let mut connection = place.connect().await;
    add_silent(&mut connection, &[5]).await;
    let silent = examine(&place, &[]);
    assert_eq!(
        (causes(&silent), &finding(&silent, "nodes_silent")["about"]),
        (vec!["nodes_silent"], &json!("5"))
    );
    connection.execute("DELETE FROM nodes WHERE name = '5'").await.unwrap();
    if place.database_url.is_some() {
        add_silent(&mut connection, &[0]).await;
        let others = examine(&place, &[]);
        assert_eq!(causes(&others), ["nodes_differ", "nodes_without_keys"], "{others}");
    }
    drop(server);
    connection.execute("UPDATE needed_schema SET number = 9001").await.unwrap();
    assert_eq!(causes(&examine(&place, &[])), ["program_too_old"]);
}

#[tokio::test]
async fn the_command_says_that_the_database_does_not_answer() {
    let place = Where::sqlite();
    std::fs::set_permissions(place.data_dir(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let url = "postgres://latchkey@127.0.0.1:1/latchkey".to_owned();
    let found = examine(&place, &[("LATCHKEY_DATABASE_URL", url)]);
    assert_eq!(causes(&found), ["database_unreachable"]);
    let url = "postgres://latchkey@192.0.2.7:1/latchkey?sslmode=require".to_owned();
    let found = examine(&place, &[("LATCHKEY_DATABASE_URL", url)]);
    assert_eq!(causes(&found), ["database_unreachable", "database_unverified"]);
    assert_eq!(finding(&found, "database_unverified")["about"], "192.0.2.7");
}

#[tokio::test]
async fn the_command_looks_at_the_certificate() {
    let place = Where::sqlite();
    drop(Server::start(place.clone()).await);
    let with = |files: &Arc<Files>, host: &str| {
        let tls = files.tls();
        examine(
            &place,
            &[
                ("LATCHKEY_TLS_CERTIFICATE", tls.certificate.display().to_string()),
                ("LATCHKEY_TLS_KEY", tls.key.display().to_string()),
                ("LATCHKEY_PUBLIC_URL", format!("https://{host}")),
            ],
        )
    };
    let files = Arc::new(Files::new(30));
    assert_eq!(causes(&with(&files, "localhost")), Vec::<&str>::new());
    assert_eq!(causes(&with(&files, "latchkey.example")), ["certificate_of_another"]);
    let soon = with(&Arc::new(Files::new(7)), "127.0.0.1");
    assert_eq!(causes(&soon), ["certificate_expires"]);
    std::fs::write(files.tls().key, "no key").unwrap();
    assert_eq!(causes(&with(&files, "localhost")), ["certificate_unusable"]);
}

#[tokio::test]
async fn the_key_file_beside_the_database_is_pointed_out_and_words_are_printed() {
    let place = Where::sqlite();
    // Variables that are empty count as not set for no option, so the command gets none of the tests.
    let run = |arguments: &[&str]| {
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_latchkey"));
        program.args(arguments).env("LATCHKEY_DATA_DIR", place.data_dir()).env_remove("LATCHKEY_MASTER_KEY");
        program.output().unwrap()
    };
    assert!(run(&["migrate"]).status.success());
    let missing = run(&["doctor"]);
    assert_eq!(missing.status.code(), Some(4));
    std::fs::write(place.data_dir().join("master.key"), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
        .unwrap();
    let open = String::from_utf8(run(&["doctor"]).stdout).unwrap();
    assert!(open.contains("error    Other accounts of this machine may read these files."), "{open}");
    let path = place.data_dir().join("master.key");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let beside = run(&["doctor"]);
    let text = String::from_utf8(beside.stdout).unwrap();
    assert_eq!(beside.status.code(), Some(3), "{text}");
    assert!(text.contains("warning  The key file is in the directory of the database"), "{text}");
    assert!(text.contains("         Move it to another place, and set LATCHKEY_MASTER_KEY_FILE."), "{text}");
}
