//! The configuration: flags, then environment, then a TOML file, then defaults.

pub mod audit;
pub mod backups;
mod commands;
pub mod listen;
mod options;
pub mod proxies;
pub mod telemetry;
pub mod tls;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use latchkey_shared::fields;
use url::Url;

use self::audit::Destination;
use self::backups::{Backup, Sealed};
pub use self::commands::{Administrator, Reconcile, RotateDataKey, RotateMasterKey, RotateSigningKey};
use self::listen::Listen;
use self::options::Options;
use self::proxies::TrustedProxies;
use self::telemetry::Telemetry;
use self::tls::{Tls, Verifiers};
use crate::crypto::Secret;
use crate::crypto::jwt::Algorithm;

/// Days for which audit events are kept by default: as long as the longest of the usual duties to
/// keep records, so that nobody misses an event, and yet no name and no address stays for ever.
const SEVEN_YEARS: u32 = 2_557;
/// The fewest days for which audit events can be kept.
const SHORTEST_TRAIL: u32 = 30;
/// Whoever starts the server gives up waiting for its end at some time.
const LONGEST_STOP: Duration = Duration::from_mins(10);
/// The usage of a token shows so many days.
const SHOWN_DAYS: u32 = 31;

/// A token authority for API platforms.
#[derive(Parser)]
#[command(name = "latchkey", version, about)]
pub struct Arguments {
    /// The command; `serve` if absent.
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    options: Options,
    /// A TOML file with the same settings, in `snake_case`.
    #[arg(long, env = "LATCHKEY_CONFIG", global = true)]
    config: Option<PathBuf>,
}

/// The command.
#[derive(Subcommand)]
pub enum Command {
    /// Serve the API and the screens.
    Serve,
    /// Print the OpenAPI document.
    Openapi,
    /// Apply the missing migrations to the database, as the start of a server does.
    Migrate(Migrate),
    /// Look for what is wrong with this installation, and say what to do.
    Doctor(Doctor),
    /// Rotate the key that signs JWTs, through the API of the running server.
    RotateSigningKey(RotateSigningKey),
    /// Encrypt all secrets at rest anew under a new data key, while the server runs.
    RotateDataKey(RotateDataKey),
    /// Wrap the data keys anew under the next master key, while the server runs.
    RotateMasterKey(RotateMasterKey),
    /// Ask the server on this machine whether it is ready to decide calls. It fails if it is not.
    Ready,
    /// Write the manual pages, and the completions for shells, into a folder.
    #[command(hide = true)]
    Manual {
        /// It is made if it does not exist.
        folder: PathBuf,
    },
    /// Export the audit trail, and check that nobody changed it.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Make or check a backup, on the machine of the server.
    Backup(Backup),
    /// Restore a backup: on SQLite into an empty data directory; on PostgreSQL, write what `psql` has to run.
    Restore(Sealed),
    /// Withdraw again what a database forgot that went back in time, on this machine.
    Reconcile(Reconcile),
}

/// How to migrate.
#[derive(clap::Args)]
pub struct Migrate {
    /// Only say which migrations would be applied. The exit status is 0 if there are none, 3 if running
    /// nodes can go on beside them, and 4 if some have to stop first.
    #[arg(long)]
    pub check: bool,
}

/// How to tell what is wrong. The exit status is 0 if nothing is, 3 after a warning, and 4 after an error.
#[derive(clap::Args)]
pub struct Doctor {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// The configuration.
#[derive(Clone)]
pub struct Configuration {
    /// Where to listen.
    pub listen: Listen,
    /// The certificate and its key for HTTPS; plain HTTP if absent.
    pub tls: Option<Tls>,
    /// Address and port for plain HTTP that only redirects; port 0 takes a free one.
    pub redirect_listen: Option<SocketAddr>,
    /// Address and port for metrics; port 0 takes a free one. Without it there are none.
    pub metrics_listen: Option<SocketAddr>,
    /// The listener for verifiers with a certificate. It needs the certificate of the server.
    pub verifiers: Option<Verifiers>,
    /// The public URL, as configured.
    pub public_url: Option<Url>,
    /// PostgreSQL; SQLite in `data_dir` if absent.
    pub database_url: Option<String>,
    /// The directory of SQLite and the key file.
    pub data_dir: PathBuf,
    /// The directory of the withdrawal log, as configured.
    pub withdrawal_log: Option<PathBuf>,
    /// The master key in base64.
    pub master_key: Option<Secret>,
    /// The file with the master key.
    pub master_key_file: Option<PathBuf>,
    /// The command that prints the master key.
    pub master_key_command: Option<String>,
    /// The first administrator's password.
    pub admin_password: Option<Secret>,
    /// What to log.
    pub log: String,
    /// Algorithm of new signing keys.
    pub signing_algorithm: Algorithm,
    /// Days until the signing key is rotated by itself; 0 for never.
    pub signing_key_lifetime: u32,
    /// The lifetime of a JWT, in seconds.
    pub jwt_lifetime: u32,
    /// Whether files and secrets are shown only until they were fetched once.
    pub show_once: bool,
    /// Threads that serve requests.
    pub workers: Option<usize>,
    /// Connections for reading the database.
    pub database_connections: u32,
    /// The memory of the engine's caches, in MiB.
    pub cache_size: usize,
    /// The most memory of the search by name, in MiB.
    pub search_memory: usize,
    /// Days for which usage is kept by day.
    pub usage_days: u32,
    /// Days for which audit events are kept; 0 for ever.
    pub audit_retention: u32,
    /// Where checkpoints of the audit trail are sent.
    pub audit_checkpoints: Option<Destination>,
    /// Where audit events are sent.
    pub audit_stream: Option<Destination>,
    /// The name of this process in the list of nodes; that of the host if absent.
    pub node_name: Option<String>,
    /// How long the server goes on after it was asked to stop.
    pub stop_delay: Duration,
    /// RSA key pairs kept ready; 0 to make each when it is needed.
    pub key_pool: usize,
    /// How many proofs from one address may fail in a minute; 0 for no limit.
    pub failed_proofs: u32,
    /// The trusted proxies.
    pub trusted_proxies: TrustedProxies,
    /// Where traces and metrics go; nowhere if absent.
    pub telemetry: Option<Telemetry>,
    /// Whether to fill an empty database with example data.
    pub demo: bool,
}

impl Default for Configuration {
    fn default() -> Self {
        Self::from_options(Options::default(), Options::default())
    }
}

impl Configuration {
    /// Loads the configuration of this process.
    pub fn load(arguments: Arguments) -> anyhow::Result<Self> {
        let file = match &arguments.config {
            None => Options::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
                toml::from_str(&text).with_context(|| path.display().to_string())?
            }
        };
        let telemetry = Telemetry::of(&arguments.options, &file)?;
        let tls = Tls::of(&arguments.options, &file)?;
        let verifiers = Verifiers::of(&arguments.options, &file)?;
        let configuration = Self { tls, verifiers, telemetry, ..Self::from_options(arguments.options, file) };
        anyhow::ensure!(
            (60..=3_600).contains(&configuration.jwt_lifetime),
            "jwt_lifetime must be 60 to 3600 seconds"
        );
        anyhow::ensure!(
            configuration.master_key_command.is_none()
                || configuration.master_key.is_none() && configuration.master_key_file.is_none(),
            "master_key_command takes the place of master_key and master_key_file"
        );
        anyhow::ensure!(configuration.database_connections > 0, "database_connections must be at least 1");
        anyhow::ensure!(
            (1..=1 << 20).contains(&configuration.cache_size),
            "cache_size must be 1 to 1048576 MiB"
        );
        anyhow::ensure!(configuration.search_memory <= 1 << 20, "search_memory must be 0 to 1048576 MiB");
        anyhow::ensure!(configuration.usage_days >= SHOWN_DAYS, "usage_days must be at least 31");
        anyhow::ensure!(configuration.stop_delay <= LONGEST_STOP, "stop_delay must be 0 to 600 seconds");
        // A slip must not cost the trail.
        anyhow::ensure!(
            configuration.audit_retention == 0 || configuration.audit_retention >= SHORTEST_TRAIL,
            "audit_retention must be 0 or at least 30 days"
        );
        if let Some(name) = &configuration.node_name {
            fields::name(name).map_err(|refusal| anyhow::anyhow!("node_name: {}", refusal.message))?;
        }
        if let Some(url) = &configuration.public_url {
            let is_plain =
                matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none();
            anyhow::ensure!(
                is_plain,
                "public_url must be an http(s) origin such as https://latchkey.example"
            );
        }
        anyhow::ensure!(
            configuration.verifiers.is_none() || configuration.tls.is_some(),
            "verifier_listen needs a tls_certificate"
        );
        let is_https = |url: &Url| url.scheme() == "https";
        // Cookies would be sent without encryption, too.
        anyhow::ensure!(
            configuration.tls.is_none() || configuration.public_url.as_ref().is_none_or(is_https),
            "public_url must begin with https, since there is a tls_certificate"
        );
        anyhow::ensure!(
            configuration.redirect_listen.is_none()
                || configuration.tls.is_some()
                || configuration.public_url.as_ref().is_some_and(is_https),
            "redirect_listen needs a tls_certificate, or a public_url that begins with https"
        );
        Ok(configuration)
    }

    /// The file with the master key. On SQLite there is one by default.
    #[must_use]
    pub fn key_file(&self) -> Option<PathBuf> {
        let default = || self.database_url.is_none().then(|| self.data_dir.join("master.key"));
        self.master_key_file.clone().or_else(default)
    }

    /// The directory of the withdrawal log, if there is one. Many nodes of PostgreSQL have no directory that
    /// stays.
    #[must_use]
    pub fn withdrawal_log(&self) -> Option<PathBuf> {
        let default = || self.database_url.is_none().then(|| self.data_dir.join("withdrawals"));
        self.withdrawal_log.clone().or_else(default)
    }

    fn from_options(first: Options, second: Options) -> Self {
        let database_url = first.database_url.or(second.database_url);
        // A server works beside this process. SQLite reads in it, and each connection keeps memory.
        let database_connections = if database_url.is_some() { 8 } else { 4 };
        Self {
            listen: first
                .listen
                .or(second.listen)
                .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)).into()),
            tls: None,
            redirect_listen: first.redirect_listen.or(second.redirect_listen),
            verifiers: None,
            metrics_listen: first.metrics_listen.or(second.metrics_listen),
            public_url: first.public_url.or(second.public_url),
            database_connections: first
                .database_connections
                .or(second.database_connections)
                .unwrap_or(database_connections),
            database_url,
            data_dir: first.data_dir.or(second.data_dir).unwrap_or_else(|| PathBuf::from("data")),
            withdrawal_log: first.withdrawal_log.or(second.withdrawal_log),
            master_key: first.master_key.or(second.master_key).map(Secret::from),
            master_key_file: first.master_key_file.or(second.master_key_file),
            master_key_command: first.master_key_command.or(second.master_key_command),
            admin_password: first.admin_password.or(second.admin_password).map(Secret::from),
            log: first.log.or(second.log).unwrap_or_else(|| "info".to_owned()),
            signing_algorithm: first
                .signing_algorithm
                .or(second.signing_algorithm)
                .unwrap_or(Algorithm::Rs256),
            signing_key_lifetime: first.signing_key_lifetime.or(second.signing_key_lifetime).unwrap_or(90),
            jwt_lifetime: first.jwt_lifetime.or(second.jwt_lifetime).unwrap_or(600),
            show_once: first.show_once.or(second.show_once).unwrap_or(false),
            workers: first.workers.or(second.workers),
            cache_size: first.cache_size.or(second.cache_size).unwrap_or(128),
            search_memory: first.search_memory.or(second.search_memory).unwrap_or(256),
            usage_days: first.usage_days.or(second.usage_days).unwrap_or(400),
            audit_retention: first.audit_retention.or(second.audit_retention).unwrap_or(SEVEN_YEARS),
            audit_checkpoints: first.audit_checkpoints.or(second.audit_checkpoints),
            audit_stream: first.audit_stream.or(second.audit_stream),
            node_name: first.node_name.or(second.node_name),
            stop_delay: Duration::from_secs(first.stop_delay.or(second.stop_delay).unwrap_or(5)),
            key_pool: first.key_pool.or(second.key_pool).unwrap_or(8),
            failed_proofs: first.failed_proofs.or(second.failed_proofs).unwrap_or(100),
            trusted_proxies: first
                .trusted_proxies
                .or(second.trusted_proxies)
                .unwrap_or_default()
                .into_iter()
                .collect(),
            telemetry: None,
            demo: first.demo.or(second.demo).unwrap_or(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(arguments: &[&str]) -> anyhow::Result<Configuration> {
        Configuration::load(Arguments::try_parse_from([&["latchkey"], arguments].concat())?)
    }

    #[test]
    fn trusted_proxies_are_ranges_or_addresses() {
        let ranges = |list: &str| -> anyhow::Result<Vec<String>> {
            let proxies = load(&["--trusted-proxies", list])?.trusted_proxies;
            Ok(proxies.ranges().iter().map(ToString::to_string).collect())
        };
        assert_eq!(ranges("10.0.0.0/8,unix,::1").expect("is right"), ["10.0.0.0/8", "::1/128"]);
        assert!(ranges("10.0.0.0/8,everybody").is_err());
        assert!(toml::from_str::<Options>(r#"trusted_proxies = ["192.0.2.7", "unix"]"#).is_ok());
        assert!(toml::from_str::<Options>(r#"trusted_proxies = ["everybody"]"#).is_err());
    }

    #[test]
    fn settings_for_https_fit_together() {
        let pair = ["--tls-certificate", "fullchain.pem", "--tls-key", "privkey.pem"];
        let https = ["--public-url", "https://latchkey.example"];
        let http = ["--public-url", "http://latchkey.example"];
        let redirect = ["--redirect-listen", "127.0.0.1:80"];
        let verifiers = ["--verifier-listen", "127.0.0.1:8443", "--verifier-authorities", "ca.pem"];
        for right in [
            pair.to_vec(),
            [&pair[..], &https, &redirect].concat(),
            [https, redirect].concat(),
            [pair, verifiers].concat(),
        ] {
            assert!(load(&right).is_ok(), "{right:?}");
        }
        for wrong in [
            pair[..2].to_vec(),
            pair[2..].to_vec(),
            [&pair[..], &http].concat(),
            redirect.to_vec(),
            [http, redirect].concat(),
            verifiers.to_vec(),
            [&pair[..], &verifiers[..2]].concat(),
        ] {
            assert!(load(&wrong).is_err(), "{wrong:?}");
        }
    }
}
