//! Backups, made by the real program while a server works, and restored elsewhere.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use latchkey::database::{Snapshot, SnapshotError};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::Executor as _;
use tempfile::TempDir;

use crate::in_both_places;
use crate::postgres::find;
use crate::process::Process;
use crate::server::{Caller, DEVICE, PASSWORD, Platform, Where, each, text};

/// A key pair for backups.
struct Keys {
    folder: TempDir,
    recipient: String,
}

impl Keys {
    fn make(place: &Where) -> Self {
        let folder = TempDir::new().unwrap();
        let identity = folder.path().join("identity");
        let recipient = succeeds(Process::program(place, &["backup", "key"]).arg(&identity));
        assert_eq!(mode(&identity), 0o600);
        Self { recipient: recipient.trim().to_owned(), folder }
    }

    fn identity(&self) -> String {
        self.folder.path().join("identity").display().to_string()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Makes a backup of this place.
    fn back_up(&self, place: &Where, name: &str) -> PathBuf {
        let file = self.file(name);
        let said = succeeds(&mut self.backing_up(place, &file));
        assert!(said.contains("schema"), "{said}");
        assert_eq!(mode(&file), 0o600);
        assert!(fs::read(&file).unwrap().starts_with(b"age-encryption.org/v1\n"));
        file
    }

    /// The command that makes a backup. On PostgreSQL it is the recipe of `docs/operations.md`.
    fn backing_up(&self, place: &Where, file: &Path) -> Command {
        let file = file.display().to_string();
        let mut command = Process::program(place, &["backup", &file, "--recipient", &self.recipient]);
        if let Some(url) = &place.database_url {
            command.stdin(dump(url, &[]));
        }
        command
    }

    fn check(&self, place: &Where, file: &Path) -> Command {
        let file = file.display().to_string();
        Process::program(place, &["backup", "check", &file, "--identity", &self.identity()])
    }

    fn restoring(&self, place: &Where, file: &Path) -> Command {
        let file = file.display().to_string();
        Process::program(place, &["restore", &file, "--identity", &self.identity()])
    }

    /// Restores a backup into this place. On PostgreSQL it is the recipe of `docs/operations.md`.
    fn restore(&self, place: &Where, file: &Path) -> Output {
        let mut restoring = self.restoring(place, file);
        let Some(url) = &place.database_url else { return restoring.output().unwrap() };
        let mut restoring = restoring.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let psql = Command::new(find("psql").unwrap())
            .args(["--no-psqlrc", "--quiet", url])
            .stdin(restoring.stdout.take().unwrap())
            .output();
        restoring.wait().unwrap();
        psql.unwrap()
    }
}

/// What `pg_dump` writes.
fn dump(url: &str, more: &[&str]) -> Stdio {
    let arguments = ["--format=plain", "--no-owner", "--no-privileges", url];
    let mut dump = Command::new(find("pg_dump").unwrap());
    let child = dump.args(arguments).args(more).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    child.unwrap().stdout.unwrap().into()
}

fn mode(file: &Path) -> u32 {
    fs::metadata(file).unwrap().permissions().mode() & 0o777
}

/// Runs a command that must succeed. Returns what it prints.
fn succeeds(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a command that must fail. Returns its error.
fn fails(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(!output.status.success(), "{command:?} succeeds");
    String::from_utf8(output.stderr).unwrap()
}

/// Logs in at a process.
async fn log_in(process: &Process) -> Caller {
    let admin = Caller::new(&process.url);
    admin.ask("/session", &json!({ "username": "admin", "password": PASSWORD })).await;
    admin
}

/// An empty place of the same kind.
async fn another(place: &Where) -> Option<Where> {
    if place.database_url.is_some() { Where::postgres().await } else { Some(Where::sqlite()) }
}

fn has_tools(place: &Where) -> bool {
    place.database_url.is_none() || (find("pg_dump").is_some() && find("psql").is_some())
}

async fn a_backup_is_restored(place: Where) {
    if !has_tools(&place) {
        return;
    }
    let keys = Keys::make(&place);
    let process = Process::start(&place, &[]);
    let platform = Platform::by(log_in(&process).await).await;
    let [kept, withdrawn] = [platform.apply("rsa").await, platform.apply("jwt").await];
    let credential = platform.credential(&kept).await;

    // The server works meanwhile.
    let stop = Arc::new(AtomicBool::default());
    let (admin, stopped) = (platform.admin.clone(), Arc::clone(&stop));
    let working = tokio::spawn(async move {
        let mut made = 0;
        while !stopped.load(Ordering::Relaxed) {
            admin.post("/tokens", &Platform::wanted("jwt")).await;
            made += 1;
        }
        made
    });
    let (backing, there) = (Arc::new(keys), place.clone());
    let (keys, file) = tokio::task::spawn_blocking(move || {
        let file = backing.back_up(&there, "backup.age");
        (backing, file)
    })
    .await
    .unwrap();
    stop.store(true, Ordering::Relaxed);
    assert!(working.await.unwrap() > 0);
    platform.admin.delete(&format!("/tokens/{withdrawn}")).await;
    let later = platform.apply("rsa").await;
    let key = platform.gateway.clone();

    let noted = platform.admin.get("/data-keys").await;
    let name = text(&noted["items"][0]["backups"][0]["file"]);
    assert_eq!(name, file.display().to_string(), "it is noted which key it needs");
    let found = succeeds(&mut keys.check(&place, &file));
    for column in
        ["signing_keys.private_key", "token_keys.private_key", "token_keys.secret", "token_keys.open_token"]
    {
        assert!(found.contains(column), "{found}");
    }
    assert!(found.ends_with("The backup is whole.\n"), "{found}");
    drop(process);

    let Some(elsewhere) = another(&place).await else { return };
    let restored = keys.restore(&elsewhere, &file);
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    let process = Process::start(&elsewhere, &[]);
    let admin = log_in(&process).await;
    let platform = Platform { gateway: key.at(&process.url), admin };
    assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "suspended");
    let token = platform.admin.get(&format!("/tokens/{withdrawn}")).await;
    assert_eq!(token["status"], "suspended", "what was withdrawn since does not come back to life");
    assert_eq!(platform.admin.status(Method::GET, &format!("/tokens/{later}")).await, StatusCode::NOT_FOUND);
    platform.admin.delete(&format!("/tokens/{withdrawn}")).await;
    platform.admin.ask("/tokens/confirm", &json!({ "until": token["suspended"]["until"] })).await;
    assert_eq!(platform.reason(&credential, "GET", DEVICE).await, "allowed");
    let active = platform.admin.get("/tokens?status=suspended").await;
    assert_eq!(each(&active, "id"), Vec::<String>::new());

    let before: Vec<String> = each(&platform.admin.get("/tokens?limit=200").await, "id");
    let again = keys.restore(&elsewhere, &file);
    assert!(!again.status.success(), "a database is not replaced");
    let after: Vec<String> = each(&platform.admin.get("/tokens?limit=200").await, "id");
    assert_eq!(before, after);
}
in_both_places!(a_backup_is_made_checked_and_restored => a_backup_is_restored);

async fn what_is_wrong_is_refused(place: Where) {
    if !has_tools(&place) {
        return;
    }
    let keys = Keys::make(&place);
    drop(Process::start(&place, &[]));
    let file = keys.back_up(&place, "backup.age");
    let whole = fs::read(&file).unwrap();

    assert!(fails(&mut keys.backing_up(&place, &file)).contains("exists"));
    let file_name = keys.file("other.age").display().to_string();
    let mut to_nobody = Process::program(&place, &["backup", &file_name]);
    assert!(fails(to_nobody.stdin(Stdio::null())).contains("recipient"));
    let mut to_a_name = Process::program(&place, &["backup", &file_name, "--recipient", "me"]);
    assert!(fails(to_a_name.stdin(Stdio::null())).contains("age1"));

    let strange = Keys::make(&place);
    assert!(fails(&mut strange.check(&place, &file)).contains("backup.age"));
    let mut other_key = keys.check(&place, &file);
    other_key.env("LATCHKEY_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    assert!(fails(&mut other_key).contains("master key"));

    let Some(elsewhere) = another(&place).await else { return };
    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    for (name, bytes) in [("changed", &changed[..]), ("cut", &whole[..whole.len() - 1]), ("empty", &[])] {
        let wrong = keys.file(name);
        fs::write(&wrong, bytes).unwrap();
        fails(&mut keys.check(&place, &wrong));
        let mut restoring = keys.restoring(&elsewhere, &wrong);
        fails(&mut restoring);
        assert!(restoring.output().unwrap().stdout.is_empty(), "psql gets nothing of it");
        assert!(!elsewhere.data_dir().join("latchkey.db").exists());
    }
    if let Some(url) = &place.database_url {
        let cut = keys.file("cut.age");
        let mut without_end = keys.backing_up(&place, &cut);
        let head = "dump=$(\"$0\" --format=plain \"$1\"); printf '%s' \"$dump\" | head -c 20000";
        let half = Command::new("sh")
            .args(["-c", head, &find("pg_dump").unwrap().display().to_string(), url])
            .stdout(Stdio::piped())
            .spawn();
        assert!(fails(without_end.stdin(half.unwrap().stdout.unwrap())).contains("before its last line"));
        let mut nothing = keys.backing_up(&place, &cut);
        assert!(fails(nothing.stdin(Stdio::null())).contains("pg_dump"));
        let mut other_format = keys.backing_up(&place, &cut);
        assert!(fails(other_format.stdin(dump(url, &["--format=custom"]))).contains("pg_dump"));
    }
    let left: Vec<PathBuf> =
        fs::read_dir(keys.folder.path()).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(left.iter().all(|path| path.extension().is_none_or(|end| end != "part")), "{left:?}");
}
in_both_places!(what_is_wrong_with_a_backup_is_refused => what_is_wrong_is_refused);

#[tokio::test]
async fn a_backup_has_the_right_engine() {
    let Some(postgres) = Where::postgres().await else { return };
    let sqlite = Where::sqlite();
    let keys = Keys::make(&sqlite);
    drop(Process::start(&sqlite, &[]));
    let file = keys.back_up(&sqlite, "backup.age");
    assert!(fails(&mut keys.restoring(&postgres, &file)).contains("a backup of SQLite"));
}

#[tokio::test]
async fn an_interrupted_restore_leaves_nothing_or_all() {
    let place = Where::sqlite();
    let keys = Keys::make(&place);
    let process = Process::start(&place, &[]);
    Platform::by(log_in(&process).await).await;
    assert!(
        fails(&mut keys.restoring(&place, &keys.back_up(&place, "one.age"))).contains("using"),
        "it is in use"
    );
    drop(process);
    let file = keys.back_up(&place, "backup.age");
    let mut whole = 0;
    for wait in (0..200).step_by(10) {
        let elsewhere = Where::sqlite();
        let mut restoring = keys.restoring(&elsewhere, &file).stderr(Stdio::null()).spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(wait)).await;
        restoring.kill().unwrap();
        restoring.wait().unwrap();
        if elsewhere.data_dir().join("latchkey.db").exists() {
            whole += 1;
        } else {
            let restored = keys.restore(&elsewhere, &file);
            assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
        }
        let mut connection = elsewhere.connect().await;
        let tokens: (i64,) =
            sqlx::query_as("SELECT COUNT(*) FROM restored").fetch_one(&mut connection).await.unwrap();
        assert_eq!(tokens.0, 1, "it has its mark");
        assert!(!elsewhere.data_dir().join("latchkey.db.part").exists());
    }
    assert!(whole < 20, "none was interrupted");
}

#[tokio::test]
async fn the_log_is_bounded_meanwhile() {
    let place = Where::sqlite();
    let process = Process::start(&place, &[]);
    let configuration = place.configuration();
    let mut beside = place.connect().await;
    beside.execute("CREATE TABLE ballast (bytes BLOB)").await.unwrap();
    for (megabytes, fits) in [(1, true), (12, false)] {
        let mut snapshot = Snapshot::begin(&configuration).await.unwrap();
        snapshot.connection().execute("SELECT 1 FROM tokens").await.unwrap();
        let ballast = format!("INSERT INTO ballast VALUES (zeroblob({}))", megabytes << 20);
        beside.execute(sqlx::AssertSqlSafe(ballast)).await.unwrap();
        let mut length = 0;
        let copied = snapshot.copy(8, |page| {
            length += page.len();
            Ok(())
        });
        match copied.await {
            Ok(()) => assert!(fits && length > 0 && length % 4_096 == 0),
            Err(error) => assert!(!fits && matches!(error, SnapshotError::Log(8)), "{error}"),
        }
    }
    let admin = log_in(&process).await;
    let _: Value = admin.get("/stats").await;
    assert_eq!(text(&admin.get("/session").await["user"]["username"]), "admin", "the server works on");
}
