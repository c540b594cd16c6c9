//! A PostgreSQL server for a single test, for actions that would disturb the tests on the shared server.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use sqlx::{Connection as _, Executor as _};
use tempfile::TempDir;

use crate::disk::Disk;

/// Where a server on a small disk has its write-ahead log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wal {
    WithData,
    Elsewhere,
}

/// A running server. Dropping it stops the server and removes its data.
pub(crate) struct PostgreSql {
    /// The disk of the data, if it has one of its own.
    disk: Option<Disk>,
    folder: TempDir,
    port: u16,
    /// The account of the server if the tests run as root. PostgreSQL refuses to run as root.
    account: Option<(u32, u32)>,
    /// Whether it syncs what it commits. It need not, as long as only processes die.
    syncs: bool,
    variables: Vec<(&'static str, String)>,
}

impl PostgreSql {
    /// Starts a server. `None` if `initdb` is not installed, or if there is no account to run it as.
    pub(crate) fn start() -> Option<Self> {
        let server = Self::new()?;
        server.go_on();
        Some(server)
    }

    /// Starts a server with a clock of its own. Returns the file that says how far it is ahead.
    pub(crate) fn start_with_clock(clock: &[(&'static str, String)]) -> Option<(Self, PathBuf)> {
        let mut server = Self::new()?;
        let file = server.folder.path().join("clock");
        std::fs::write(&file, "+0s").unwrap();
        server.variables = clock.to_vec();
        server.variables.push(("FAKETIME_TIMESTAMP_FILE", file.display().to_string()));
        server.go_on();
        Some((server, file))
    }

    /// Starts a server on its own disk of `size` MiB. `None` also if this account cannot create a file system.
    pub(crate) fn start_on_small_disk(size: u32, wal: Wal) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("disk");
        std::fs::create_dir(&path).unwrap();
        let disk = Disk::mount(&path, size)?;
        let mut server = Self::within(folder, None);
        server.disk = Some(disk);
        let wal_folder = server.folder.path().join("wal").display().to_string();
        // With small segments, the log grows soon.
        let mut arguments = vec!["--auth=trust", "--username=postgres", "--no-sync", "--wal-segsize=1"];
        if wal == Wal::Elsewhere {
            arguments.extend(["--waldir", &wal_folder]);
        }
        server.run("initdb", &arguments)?;
        server.go_on();
        Some(server)
    }

    fn new() -> Option<Self> {
        let server = Self::place()?;
        server.run("initdb", &["--auth=trust", "--username=postgres", "--no-sync"])?;
        Some(server)
    }

    /// Starts a standby of this server.
    pub(crate) fn standby(&self) -> Self {
        let standby = Self::place().unwrap();
        let port = self.port.to_string();
        let copy = ["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "--write-recovery-conf", "--no-sync"];
        standby.run("pg_basebackup", &[&copy[..], &["--checkpoint=fast"]].concat()).unwrap();
        standby.go_on();
        standby
    }

    /// Makes a base backup.
    pub(crate) fn base_backup(&self) -> TempDir {
        let backup = Self::place().unwrap();
        let port = self.port.to_string();
        let copy = ["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "--no-sync", "--checkpoint=fast"];
        backup.run("pg_basebackup", &copy).unwrap();
        std::mem::replace(&mut { backup }.folder, TempDir::new().unwrap())
    }

    /// Stops the server and restores a base backup.
    pub(crate) fn restore(&self, backup: &TempDir) {
        self.run("pg_ctl", &["stop", "--wait", "--silent", "--mode=immediate"]).unwrap();
        std::fs::remove_dir_all(self.data()).unwrap();
        std::fs::rename(backup.path().join("data"), self.data()).unwrap();
        self.go_on();
    }

    /// Makes a standby the primary.
    pub(crate) fn promote(&self) {
        self.run("pg_ctl", &["promote", "--wait", "--silent"]).unwrap();
    }

    fn place() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let account = if id(&["-u"])? == 0 {
            let account = (id(&["-u", "postgres"])?, id(&["-g", "postgres"])?);
            std::os::unix::fs::chown(folder.path(), Some(account.0), Some(account.1)).unwrap();
            Some(account)
        } else {
            None
        };
        Some(Self::within(folder, account))
    }

    fn within(folder: TempDir, account: Option<(u32, u32)>) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { disk: None, folder, port, account, syncs: false, variables: Vec::new() }
    }

    /// The disk of its own.
    pub(crate) fn disk(&self) -> &Disk {
        self.disk.as_ref().unwrap()
    }

    /// Whether it takes connections.
    pub(crate) async fn answers(&self) -> bool {
        sqlx::PgConnection::connect(&self.url()).await.is_ok()
    }

    /// Writes to the write-ahead log until the server fails, as another database of the server may.
    pub(crate) async fn fill_wal(&self) {
        let Ok(mut connection) = sqlx::PgConnection::connect(&self.url()).await else { return };
        let message = "SELECT CAST(pg_logical_emit_message(false, 'fill', repeat('x', 1000000)) AS TEXT)";
        while connection.execute(message).await.is_ok() {}
    }

    /// Waits until it takes connections. Starts it if it has ended by itself, and returns whether it has.
    pub(crate) async fn go_on_if_it_ended(&self) -> bool {
        while !self.answers().await {
            if self.postmaster().is_none() {
                self.go_on();
                return true;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        false
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@{}/postgres", self.address())
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Runs statements, each in a transaction of its own.
    pub(crate) async fn execute(&self, statements: &[&str]) {
        let mut connection = sqlx::PgConnection::connect(&self.url()).await.unwrap();
        for statement in statements {
            connection.execute(sqlx::AssertSqlSafe(*statement)).await.unwrap();
        }
    }

    /// Starts the server, also after [`PostgreSql::kill`].
    pub(crate) fn go_on(&self) {
        let options = format!("-p {} -h 127.0.0.1 -k '' -c fsync={}", self.port, self.syncs);
        let log = self.folder.path().join("log").display().to_string();
        self.run("pg_ctl", &["start", "--wait", "--silent", "--log", &log, "--options", &options]).unwrap();
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join(if self.disk.is_some() { "disk/data" } else { "data" })
    }

    /// Restarts the server with these environment variables. From now on it syncs what it commits.
    pub(crate) fn restart_durably(&mut self, variables: Vec<(&'static str, String)>) {
        (self.syncs, self.variables) = (true, variables);
        self.restart();
    }

    /// Restarts the server as an operator does. It ends its sessions.
    pub(crate) fn restart(&self) {
        self.run("pg_ctl", &["stop", "--wait", "--silent", "--mode=fast"]).unwrap();
        self.go_on();
    }

    /// Stops or continues all processes of the server.
    pub(crate) fn stand_still(&self, still: bool) {
        let postmaster = self.postmaster().unwrap();
        let signal = if still { "-STOP" } else { "-CONT" };
        assert!(
            signal_all(&["kill", signal, &postmaster]) && signal_all(&["pkill", signal, "-P", &postmaster])
        );
    }

    /// From now on, it lets nobody in without TLS.
    pub(crate) fn require_tls(&self, certificate: &Path, key: &Path) {
        for (file, name) in [(certificate, "server.crt"), (key, "server.key")] {
            let path = self.data().join(name);
            fs::copy(file, &path).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            if let Some((user, group)) = self.account {
                std::os::unix::fs::chown(&path, Some(user), Some(group)).unwrap();
            }
        }
        let settings = fs::read_to_string(self.data().join("postgresql.conf")).unwrap();
        fs::write(self.data().join("postgresql.conf"), settings + "\nssl = on\n").unwrap();
        fs::write(self.data().join("pg_hba.conf"), "hostssl all all 127.0.0.1/32 trust\n").unwrap();
        self.restart();
    }

    fn postmaster(&self) -> Option<String> {
        let path = self.data().join("postmaster.pid");
        let path = self.disk.as_ref().map_or_else(|| path.clone(), |disk| disk.see(&path));
        let file = std::fs::read_to_string(path).ok()?;
        file.lines().next().map(str::to_owned)
    }

    /// Kills all processes of the server at once, as the kernel does when memory runs out. Waits until they
    /// are gone.
    pub(crate) fn kill(&self) {
        let postmaster = self.postmaster().expect("it runs");
        assert!(self.signal(), "it runs");
        while std::path::Path::new("/proc").join(&postmaster).exists() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    fn signal(&self) -> bool {
        let Some(postmaster) = self.postmaster() else { return false };
        // The postmaster must not start new processes meanwhile.
        signal_all(&["kill", "-STOP", &postmaster])
            && signal_all(&["pkill", "-KILL", "-P", &postmaster])
            && signal_all(&["kill", "-KILL", &postmaster])
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Option<()> {
        let found = find(program)?;
        let mut command = match &self.disk {
            Some(disk) => disk.command(&found),
            None => Command::new(&found),
        };
        command.args(arguments).arg("--pgdata").arg(self.data());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.folder.path()).stdout(std::process::Stdio::null());
        if let Some((user, group)) = self.account {
            command.uid(user).gid(group);
        }
        let ran = command.status().unwrap().success();
        assert!(
            ran,
            "{program}: {}",
            std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
        );
        Some(())
    }
}

impl Drop for PostgreSql {
    fn drop(&mut self) {
        self.signal();
    }
}

fn signal_all(command: &[&str]) -> bool {
    let mut signal = Command::new(command[0]);
    signal.args(&command[1..]).stderr(std::process::Stdio::null()).status().unwrap().success()
}

/// Finds a program of the server. Debian installs them outside `PATH`.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    let folders = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let found = versions
        .map(|version| version.path().join("bin"))
        .chain(folders.unwrap_or_default())
        .map(|folder| folder.join(program))
        .find(|path| path.is_file());
    if found.is_none() {
        eprintln!("SKIPPED: PostgreSQL's {program} is not installed");
    }
    found
}

fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().ok()
}
