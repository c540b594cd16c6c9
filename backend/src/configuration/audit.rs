//! Where the audit trail is sent, and the commands for it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Subcommand, ValueEnum};
use serde::Deserialize;

use super::commands::Administrator;

/// The port of syslog.
const PORT: u16 = 514;

/// A place outside of the database.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Destination {
    /// A file, which grows.
    File(PathBuf),
    /// A receiver of syslog over TCP: its host and port.
    Tcp(String),
    /// A receiver of syslog over UDP.
    Udp(String),
    /// A receiver of syslog at a Unix socket.
    Unix(PathBuf),
}

impl FromStr for Destination {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let host = |rest: &str| {
            let url = url::Url::parse(&format!("syslog://{rest}")).map_err(|error| error.to_string())?;
            let is_plain = url.username().is_empty() && url.path().is_empty() && url.query().is_none();
            match url.host_str().filter(|host| !host.is_empty() && is_plain) {
                Some(host) => Ok(format!("{host}:{}", url.port().unwrap_or(PORT))),
                None => Err("name a host and a port, as in syslog://logs.internal:514".to_owned()),
            }
        };
        if let Some(rest) = text.strip_prefix("syslog://") {
            return host(rest).map(Self::Tcp);
        }
        if let Some(rest) = text.strip_prefix("syslog+udp://") {
            return host(rest).map(Self::Udp);
        }
        if let Some(path) = text.strip_prefix("syslog+unix:") {
            return Ok(Self::Unix(PathBuf::from(path)));
        }
        if text.is_empty() || text.contains("://") {
            return Err("must be a file, or begin with syslog://, syslog+udp:// or syslog+unix:".to_owned());
        }
        Ok(Self::File(PathBuf::from(text)))
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Tcp(address) => write!(f, "syslog://{address}"),
            Self::Udp(address) => write!(f, "syslog+udp://{address}"),
            Self::Unix(path) => write!(f, "syslog+unix:{}", path.display()),
        }
    }
}

impl TryFrom<String> for Destination {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// What to do with the audit trail.
#[derive(Subcommand)]
pub enum Audit {
    /// Print the events of a running server.
    Export(Export),
    /// Check an export, without a server.
    Verify(Verify),
    /// Print the public key that checks checkpoints. Keep it elsewhere.
    PublicKey(Administrator),
    /// Print the last checkpoint. Keep it elsewhere.
    Checkpoint(Administrator),
}

/// The format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// JSON Lines, which can be checked.
    Jsonl,
    /// CSV, for tables.
    Csv,
}

impl ExportFormat {
    /// The name in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }
}

/// What to export.
#[derive(clap::Args)]
pub struct Export {
    /// Who exports it.
    #[command(flatten)]
    pub administrator: Administrator,
    /// Only events from this time on, such as 2027-01-31T12:00:00Z.
    #[arg(long)]
    pub since: Option<String>,
    /// Only events before this time.
    #[arg(long)]
    pub until: Option<String>,
    /// The format.
    #[arg(long, value_enum, default_value = "jsonl")]
    pub format: ExportFormat,
}

/// What to check.
#[derive(clap::Args)]
pub struct Verify {
    /// The export, as JSON Lines.
    pub export: PathBuf,
    /// A file with checkpoints that was kept elsewhere. Without it, an export cannot show much.
    #[arg(long)]
    pub checkpoint: Option<PathBuf>,
    /// The public key that was kept elsewhere, or a file with it.
    #[arg(long)]
    pub public_key: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_file_or_a_receiver_of_syslog() {
        for (text, place) in [
            ("/var/log/audit.jsonl", Destination::File("/var/log/audit.jsonl".into())),
            ("syslog://logs.internal", Destination::Tcp("logs.internal:514".to_owned())),
            ("syslog://[::1]:6514", Destination::Tcp("[::1]:6514".to_owned())),
            ("syslog+udp://192.0.2.7:514", Destination::Udp("192.0.2.7:514".to_owned())),
            ("syslog+unix:/dev/log", Destination::Unix("/dev/log".into())),
        ] {
            assert_eq!(text.parse(), Ok(place));
        }
        for wrong in ["", "http://logs.internal", "syslog://", "syslog://logs/path", "syslog://a@b"] {
            assert!(wrong.parse::<Destination>().is_err(), "{wrong}");
        }
    }
}
