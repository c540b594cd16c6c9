//! Starts a PostgreSQL server for a test run.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::command::read;
use crate::install::postgres_program;

/// A server with a new cluster in a temporary folder. Dropping it stops the server and removes the folder.
pub(crate) struct PostgreSql {
    server: Child,
    account: Option<Account>,
    folder: PathBuf,
    port: u16,
}

/// The account of the server. PostgreSQL refuses to run as root.
#[derive(Clone, Copy)]
struct Account {
    user: u32,
    group: u32,
}

impl PostgreSql {
    /// Creates a cluster and starts its server on a free port of the loopback address. The data is deleted
    /// after the run, so it does not have to survive a crash of the machine.
    pub(crate) fn start() -> Result<Self> {
        Self::with(&["-c", "fsync=off", "-c", "full_page_writes=off"])
    }

    /// The same with a server that keeps what it commits, as in production.
    pub(crate) fn start_durable() -> Result<Self> {
        Self::with(&[])
    }

    fn with(settings: &[&str]) -> Result<Self> {
        let account = unprivileged_account()?;
        let folder = std::env::temp_dir().join(format!("latchkey-postgres-{}", std::process::id()));
        std::fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        #[cfg(unix)]
        if let Some(Account { user, group }) = account {
            std::os::unix::fs::chown(&folder, Some(user), Some(group))?;
        }
        let data = folder.join("data");
        read(
            as_account(&postgres_program("initdb")?, account, &folder)
                .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync"])
                .arg("--pgdata")
                .arg(&data),
        )?;

        let port = free_port()?;
        let log = std::fs::File::create(folder.join("log"))?;
        let server = as_account(&postgres_program("postgres")?, account, &folder)
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string(), "-h", "127.0.0.1", "-k"])
            .arg(&folder)
            .args(settings)
            // Every test starts its own servers, and each server has connection pools.
            .args(["-c", "max_connections=400", "-c", "shared_buffers=128MB"])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("cannot start PostgreSQL")?;
        let mut started = Self { server, account, folder, port };
        started.wait_until_ready()?;
        Ok(started)
    }

    /// The URL of the maintenance database, through which tests create their own databases.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let is_ready = postgres_program("pg_isready")?;
        let deadline = Instant::now() + Duration::from_mins(1);
        while Instant::now() < deadline {
            let asked = Command::new(&is_ready)
                .args(["--quiet", "--host=127.0.0.1", "--port", &self.port.to_string()])
                .status()?;
            if asked.success() {
                return Ok(());
            }
            if self.server.try_wait()?.is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        bail!("PostgreSQL does not start:\n{log}")
    }

    fn stop(&mut self) -> Result<()> {
        let stopped = as_account(&postgres_program("pg_ctl")?, self.account, &self.folder)
            .args(["stop", "--silent", "--mode=immediate", "--pgdata"])
            .arg(self.folder.join("data"))
            .status()?;
        if !stopped.success() {
            self.server.kill()?;
        }
        self.server.wait()?;
        std::fs::remove_dir_all(&self.folder)?;
        Ok(())
    }
}

impl Drop for PostgreSql {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("PostgreSQL in {} was not cleared away: {error:#}", self.folder.display());
        }
    }
}

/// Finds a port that is free at the moment.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// The account to use instead of root. `None` if we are not root.
fn unprivileged_account() -> Result<Option<Account>> {
    if !cfg!(unix) {
        return Ok(None);
    }
    let id = |arguments: &[&str]| -> Result<u32> { Ok(read(Command::new("id").args(arguments))?.parse()?) };
    if id(&["-u"])? != 0 {
        return Ok(None);
    }
    let name = if id(&["-u", "postgres"]).is_ok() { "postgres" } else { "nobody" };
    Ok(Some(Account { user: id(&["-u", name])?, group: id(&["-g", name])? }))
}

/// A command in `folder` that runs as the account. The account must have access to the folder.
fn as_account(program: &Path, account: Option<Account>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    #[cfg(unix)]
    if let Some(Account { user, group }) = account {
        use std::os::unix::process::CommandExt as _;
        command.uid(user).gid(group);
    }
    command
}
