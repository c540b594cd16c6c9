//! The arguments of commands.

use std::path::PathBuf;

use url::Url;

/// An administrator of the running server. The password comes from `LATCHKEY_PASSWORD`, or from
/// standard input.
#[derive(clap::Args)]
pub struct Administrator {
    /// The running server [default: the public URL, or the address that it listens on].
    #[arg(long)]
    pub server: Option<Url>,
    /// A system administrator.
    #[arg(long, default_value = "admin")]
    pub username: String,
    /// The password; if it is not set, standard input is read.
    #[arg(long, env = "LATCHKEY_PASSWORD", hide = true, hide_env_values = true)]
    pub password: Option<String>,
}

/// How to rotate the key that signs JWTs.
#[derive(clap::Args)]
pub struct RotateSigningKey {
    /// Who rotates it.
    #[command(flatten)]
    pub administrator: Administrator,
    /// Invalidate the old keys and everything that they signed, because one leaked.
    #[arg(long)]
    pub at_once: bool,
}

/// How to rotate the data key.
#[derive(clap::Args)]
pub struct RotateDataKey {
    /// Who rotates it.
    #[command(flatten)]
    pub administrator: Administrator,
    /// Do not follow the rotation until the old key is destroyed. The server goes on without this command.
    #[arg(long)]
    pub no_wait: bool,
}

/// How to rotate the master key.
#[derive(clap::Args)]
pub struct RotateMasterKey {
    /// Who rotates it.
    #[command(flatten)]
    pub administrator: Administrator,
    /// Seconds to wait until all nodes hold the next master key.
    #[arg(long, default_value_t = 90)]
    pub wait: u64,
}

/// How to reconcile a database that went back in time.
#[derive(clap::Args)]
pub struct Reconcile {
    /// The directory of the withdrawal log of another node. Name all of them.
    #[arg(long = "other-log")]
    pub logs: Vec<PathBuf>,
    /// Suspend all tokens, whatever the logs have.
    #[arg(long)]
    pub suspend: bool,
}
