//! Starts the release server for tests that run outside of it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::command::{read, target};
use crate::postgres::free_port;

/// The password of `admin` in the tests.
pub(crate) const ADMIN_PASSWORD: &str = "correct horse battery staple";

/// A server with its own data folder. It uses an empty SQLite database unless `arguments` say otherwise.
/// Dropping it kills the server and removes the folder.
pub(crate) struct Server {
    process: Child,
    binary: PathBuf,
    arguments: Vec<String>,
    address: SocketAddr,
    data: PathBuf,
    log: PathBuf,
}

/// Starts the process.
fn launch(
    binary: &Path,
    arguments: &[String],
    address: SocketAddr,
    data: &Path,
    log: &Path,
) -> Result<Child> {
    let output = File::options().create(true).append(true).open(log)?;
    let mut command = Command::new(binary);
    // The developer's own configuration must not affect this server.
    let is_ours = |name: &OsString| {
        ["LATCHKEY_", "OTEL_"].iter().any(|prefix| name.to_string_lossy().starts_with(prefix))
    };
    for (variable, _) in std::env::vars_os().filter(|(name, _)| is_ours(name)) {
        command.env_remove(variable);
    }
    command
        .arg("serve")
        .args(arguments)
        .env("LATCHKEY_LISTEN", address.to_string())
        .env("LATCHKEY_DATA_DIR", data)
        .env("LATCHKEY_ADMIN_PASSWORD", ADMIN_PASSWORD)
        // All tests come from one address, and send much that is wrong.
        .env("LATCHKEY_FAILED_PROOFS", "0")
        .env("LATCHKEY_STOP_DELAY", "0")
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .spawn()
        .with_context(|| format!("cannot start {}", binary.display()))
}

impl Server {
    /// Starts the server and waits until it is ready. `name` distinguishes its data and its log. `arguments`
    /// go to `latchkey serve`.
    pub(crate) fn start(binary: &Path, name: &str, arguments: &[&str]) -> Result<Self> {
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        let data = std::env::temp_dir().join(format!("latchkey-{name}-{}", std::process::id()));
        let logs = target()?.join("test-logs");
        fs::create_dir_all(&logs)?;
        let log = logs.join(format!("{name}.log"));
        File::create(&log)?;
        let binary = binary.to_owned();
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let process = launch(&binary, &arguments, address, &data, &log)?;
        let mut server = Self { process, binary, arguments, address, data, log };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// Stops the server, runs `work` on its database, and starts it again.
    pub(crate) fn restart_after(&mut self, work: impl FnOnce(&Self) -> Result<()>) -> Result<()> {
        self.terminate()?;
        work(self)?;
        self.process = launch(&self.binary, &self.arguments, self.address, &self.data, &self.log)?;
        self.wait_until_ready()
    }

    /// The URL of the server: `http://127.0.0.1:49152`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The path of its SQLite database.
    pub(crate) fn sqlite(&self) -> PathBuf {
        self.data.join("latchkey.db")
    }

    /// Stops the server with SIGTERM and waits.
    ///
    /// # Errors
    /// The server does not end, or ends with a failure. The tests require a graceful shutdown.
    pub(crate) fn stop(mut self) -> Result<()> {
        self.terminate()
    }

    fn terminate(&mut self) -> Result<()> {
        read(Command::new("kill").args(["-TERM", &self.process.id().to_string()]))?;
        let deadline = Instant::now() + Duration::from_secs(35);
        while Instant::now() < deadline {
            match self.process.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => bail!("the server ended with {status}: {}", self.log.display()),
                None => std::thread::sleep(Duration::from_millis(50)),
            }
        }
        bail!("the server did not stop within 35 s of SIGTERM: {}", self.log.display())
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + Duration::from_mins(1);
        while Instant::now() < deadline && self.process.try_wait()?.is_none() {
            if self.is_ready().unwrap_or(false) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("the server does not start:\n{}", fs::read_to_string(&self.log).unwrap_or_default())
    }

    fn is_ready(&self) -> Result<bool> {
        let second = Duration::from_secs(1);
        let mut connection = TcpStream::connect_timeout(&self.address, second)?;
        connection.set_read_timeout(Some(second))?;
        connection.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut status = [0; 12];
        connection.read_exact(&mut status)?;
        Ok(&status == b"HTTP/1.1 200")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only if the process has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
        // A server on PostgreSQL may not have created the folder.
        if self.data.exists()
            && let Err(error) = fs::remove_dir_all(&self.data)
        {
            eprintln!("{} was not cleared away: {error}", self.data.display());
        }
    }
}
