//! How to make, check and restore a backup.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Make a backup while the server runs, encrypted to a public key. On SQLite it reads the data directory.
/// On PostgreSQL it reads from standard input what `pg_dump --format=plain` writes.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Backup {
    /// What else to do.
    #[command(subcommand)]
    pub command: Option<BackupCommand>,
    /// The file to make. It must not exist.
    #[arg(required = true)]
    pub file: Option<PathBuf>,
    /// A public key that begins with `age1`; several, separated by commas, or with several flags. Each of
    /// their identities can decrypt the backup.
    #[arg(long = "recipient", env = "LATCHKEY_BACKUP_RECIPIENT", value_delimiter = ',')]
    pub recipients: Vec<String>,
    /// SQLite: give up when the write-ahead log is longer than this, in MiB. It keeps what the server writes
    /// meanwhile.
    #[arg(long, default_value_t = 1_024)]
    pub most_log: u64,
}

/// What else to do about backups.
#[derive(Subcommand)]
pub enum BackupCommand {
    /// Decrypt a backup, check that it is whole, and open a row of each sealed column with the master key.
    Check(Sealed),
    /// Make a key pair for backups: write the identity into a new file, and print the public key.
    Key {
        /// The file for the identity. Keep it apart from the server and from the backups.
        file: PathBuf,
    },
}

/// A backup, and the identity that decrypts it.
#[derive(Args)]
pub struct Sealed {
    /// The backup.
    pub file: PathBuf,
    /// A file with the identity: it begins with `AGE-SECRET-KEY-1`.
    #[arg(long)]
    pub identity: PathBuf,
}
