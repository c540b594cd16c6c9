//! The configuration: flags, then environment, then a TOML file, then defaults.

pub mod proxies;
pub mod telemetry;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use ipnet::IpNet;
use latchkey_shared::fields;
use serde::Deserialize;
use url::Url;

use crate::configuration::proxies::TrustedProxies;
use crate::configuration::telemetry::Telemetry;
use crate::crypto::Secret;
use crate::crypto::jwt::Algorithm;

/// Days for which audit events are kept by default: as long as the longest of the usual duties to
/// keep records, so that nobody misses an event, and yet no name and no address stays for ever.
const SEVEN_YEARS: u32 = 2_557;
/// The fewest days for which audit events can be kept.
const SHORTEST_TRAIL: u32 = 30;
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
    /// Rotate the key that signs JWTs, through the API of the running server.
    RotateSigningKey(RotateSigningKey),
}

/// How to rotate the key that signs JWTs. The password comes from `LATCHKEY_PASSWORD`, or from
/// standard input.
#[derive(clap::Args)]
pub struct RotateSigningKey {
    /// The running server [default: the public URL, or the address that it listens on].
    #[arg(long)]
    pub server: Option<Url>,
    /// A system administrator.
    #[arg(long, default_value = "admin")]
    pub username: String,
    /// The password; if it is not set, standard input is read.
    #[arg(long, env = "LATCHKEY_PASSWORD", hide = true, hide_env_values = true)]
    pub password: Option<String>,
    /// Invalidate the old keys and everything that they signed, because one leaked.
    #[arg(long)]
    pub at_once: bool,
}

#[derive(clap::Args, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Options {
    /// Address and port to listen on [default: 127.0.0.1:8080].
    #[arg(long, env = "LATCHKEY_LISTEN", global = true)]
    listen: Option<SocketAddr>,
    /// Address and port for `/metrics`, apart from everything else; without it there are none.
    #[arg(long, env = "LATCHKEY_METRICS_LISTEN", global = true)]
    metrics_listen: Option<SocketAddr>,
    /// Where clients reach Latchkey; also the issuer of its JWTs [default: `http://{listen}`].
    #[arg(long, env = "LATCHKEY_PUBLIC_URL", global = true)]
    public_url: Option<Url>,
    /// `postgres://…`; SQLite in the data directory if absent.
    #[arg(long, env = "LATCHKEY_DATABASE_URL", global = true, hide_env_values = true)]
    database_url: Option<String>,
    /// The directory of SQLite and the key file [default: data].
    #[arg(long, env = "LATCHKEY_DATA_DIR", global = true)]
    data_dir: Option<PathBuf>,
    /// 32 bytes in base64. They encrypt all secrets at rest.
    #[arg(long, env = "LATCHKEY_MASTER_KEY", global = true, hide_env_values = true)]
    master_key: Option<String>,
    /// A file with the master key [default: {data-dir}/master.key].
    #[arg(long, env = "LATCHKEY_MASTER_KEY_FILE", global = true)]
    master_key_file: Option<PathBuf>,
    /// The first administrator's password; generated and printed if absent.
    #[arg(long, env = "LATCHKEY_ADMIN_PASSWORD", global = true, hide_env_values = true)]
    admin_password: Option<String>,
    /// What to log, as in `info,latchkey=debug` [default: info].
    #[arg(long, env = "LATCHKEY_LOG", global = true)]
    log: Option<String>,
    /// Algorithm of new signing keys [default: RS256].
    #[arg(long, env = "LATCHKEY_SIGNING_ALGORITHM", global = true, value_enum)]
    signing_algorithm: Option<Algorithm>,
    /// Days until the signing key is rotated by itself; 0 for never [default: 90].
    #[arg(long, env = "LATCHKEY_SIGNING_KEY_LIFETIME", global = true)]
    signing_key_lifetime: Option<u32>,
    /// The lifetime of a JWT, in seconds: 60 to 3,600 [default: 600].
    #[arg(long, env = "LATCHKEY_JWT_LIFETIME", global = true)]
    jwt_lifetime: Option<u32>,
    /// Show files and secrets only until they were fetched once.
    #[arg(long, env = "LATCHKEY_SHOW_ONCE", global = true)]
    show_once: Option<bool>,
    /// Threads that serve requests [default: one per core].
    #[arg(long, env = "LATCHKEY_WORKERS", global = true)]
    workers: Option<usize>,
    /// Connections for reading the database [default: 8].
    #[arg(long, env = "LATCHKEY_DATABASE_CONNECTIONS", global = true)]
    database_connections: Option<u32>,
    /// The memory of the engine's caches, in MiB: 1,000 tokens in use need about 2 [default: 128].
    #[arg(long, env = "LATCHKEY_CACHE_SIZE", global = true)]
    cache_size: Option<usize>,
    /// The memory of the search by name, in MiB: a million tokens need about 80 [default: 256].
    /// With less, only the beginnings of names are found.
    #[arg(long, env = "LATCHKEY_SEARCH_MEMORY", global = true)]
    search_memory: Option<usize>,
    /// Days for which the usage of tokens is kept by day, at least 31; then it is kept by month
    /// [default: 400].
    #[arg(long, env = "LATCHKEY_USAGE_DAYS", global = true)]
    usage_days: Option<u32>,
    /// Days for which audit events are kept, at least 30; 0 for ever [default: 2557, seven years].
    #[arg(long, env = "LATCHKEY_AUDIT_RETENTION", global = true)]
    audit_retention: Option<u32>,
    /// The name of this process in the list of nodes [default: the name of the host].
    #[arg(long, env = "LATCHKEY_NODE_NAME", global = true)]
    node_name: Option<String>,
    /// RSA key pairs kept ready for new tokens [default: 8].
    #[arg(long, env = "LATCHKEY_KEY_POOL", global = true)]
    key_pool: Option<usize>,
    /// How many credentials from one address may be wrong in a minute before more of them get 429;
    /// 0 for no limit [default: 100]. Right ones always pass.
    #[arg(long, env = "LATCHKEY_FAILED_PROOFS", global = true)]
    failed_proofs: Option<u32>,
    /// Addresses or ranges of proxies, separated by commas. Their `X-Forwarded-For` and
    /// `Forwarded` headers are trusted.
    #[arg(long, env = "LATCHKEY_TRUSTED_PROXIES", global = true, value_delimiter = ',')]
    trusted_proxies: Option<Vec<AddressRange>>,
    /// Where traces and metrics are sent, with OTLP over HTTP: `http://127.0.0.1:4318`. Without it
    /// none are.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", global = true)]
    otlp_endpoint: Option<String>,
    /// Headers for this receiver: `name=value,name=value`.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_HEADERS", global = true, hide_env_values = true)]
    otlp_headers: Option<String>,
    /// The protocol of this receiver: `http/protobuf`.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_PROTOCOL", global = true)]
    otlp_protocol: Option<String>,
    /// `otlp`, or `none` to send no traces [default: otlp].
    #[arg(long, env = "OTEL_TRACES_EXPORTER", global = true)]
    traces_exporter: Option<String>,
    /// Which traces are recorded [default: `parentbased_always_on`].
    #[arg(long, env = "OTEL_TRACES_SAMPLER", global = true)]
    traces_sampler: Option<String>,
    /// The share of traces for a sampler with a ratio, from 0 to 1 [default: 1].
    #[arg(long, env = "OTEL_TRACES_SAMPLER_ARG", global = true)]
    traces_sampler_arg: Option<String>,
    /// `otlp`, or `none` to send no metrics [default: otlp].
    #[arg(long, env = "OTEL_METRICS_EXPORTER", global = true)]
    metrics_exporter: Option<String>,
    /// Milliseconds between two times that metrics are sent [default: 60000].
    #[arg(long, env = "OTEL_METRIC_EXPORT_INTERVAL", global = true)]
    metrics_interval: Option<String>,
    /// The name of the service in traces and metrics [default: latchkey].
    #[arg(long, env = "OTEL_SERVICE_NAME", global = true)]
    service_name: Option<String>,
    /// More attributes in traces and metrics: `name=value,name=value`.
    #[arg(long, env = "OTEL_RESOURCE_ATTRIBUTES", global = true)]
    resource_attributes: Option<String>,
    /// Fill an empty database with example data.
    #[arg(long, global = true, num_args = 0..=1, default_missing_value = "true")]
    demo: Option<bool>,
}

/// An address or a range of them.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct AddressRange(IpNet);

impl FromStr for AddressRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        fields::address_range(text).map(Self).map_err(|refusal| refusal.message)
    }
}

impl TryFrom<String> for AddressRange {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// The configuration.
#[derive(Clone)]
pub struct Configuration {
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Address and port for metrics; port 0 takes a free one. Without it there are none.
    pub metrics_listen: Option<SocketAddr>,
    /// The public URL, as configured.
    pub public_url: Option<Url>,
    /// PostgreSQL; SQLite in `data_dir` if absent.
    pub database_url: Option<String>,
    /// The directory of SQLite and the key file.
    pub data_dir: PathBuf,
    /// The master key in base64.
    pub master_key: Option<Secret>,
    /// The file with the master key.
    pub master_key_file: Option<PathBuf>,
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
    /// The name of this process in the list of nodes; that of the host if absent.
    pub node_name: Option<String>,
    /// RSA key pairs kept ready.
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
        let configuration = Self { telemetry, ..Self::from_options(arguments.options, file) };
        anyhow::ensure!(
            (60..=3_600).contains(&configuration.jwt_lifetime),
            "jwt_lifetime must be 60 to 3600 seconds"
        );
        anyhow::ensure!(configuration.database_connections > 0, "database_connections must be at least 1");
        anyhow::ensure!(
            (1..=1 << 20).contains(&configuration.cache_size),
            "cache_size must be 1 to 1048576 MiB"
        );
        anyhow::ensure!(configuration.search_memory <= 1 << 20, "search_memory must be 0 to 1048576 MiB");
        anyhow::ensure!(configuration.usage_days >= SHOWN_DAYS, "usage_days must be at least 31");
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
        Ok(configuration)
    }

    fn from_options(first: Options, second: Options) -> Self {
        Self {
            listen: first
                .listen
                .or(second.listen)
                .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            metrics_listen: first.metrics_listen.or(second.metrics_listen),
            public_url: first.public_url.or(second.public_url),
            database_url: first.database_url.or(second.database_url),
            data_dir: first.data_dir.or(second.data_dir).unwrap_or_else(|| PathBuf::from("data")),
            master_key: first.master_key.or(second.master_key).map(Secret::from),
            master_key_file: first.master_key_file.or(second.master_key_file),
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
            database_connections: first.database_connections.or(second.database_connections).unwrap_or(8),
            cache_size: first.cache_size.or(second.cache_size).unwrap_or(128),
            search_memory: first.search_memory.or(second.search_memory).unwrap_or(256),
            usage_days: first.usage_days.or(second.usage_days).unwrap_or(400),
            audit_retention: first.audit_retention.or(second.audit_retention).unwrap_or(SEVEN_YEARS),
            node_name: first.node_name.or(second.node_name),
            key_pool: first.key_pool.or(second.key_pool).unwrap_or(8),
            failed_proofs: first.failed_proofs.or(second.failed_proofs).unwrap_or(100),
            trusted_proxies: TrustedProxies::new(
                first
                    .trusted_proxies
                    .or(second.trusted_proxies)
                    .unwrap_or_default()
                    .into_iter()
                    .map(|AddressRange(range)| range)
                    .collect(),
            ),
            telemetry: None,
            demo: first.demo.or(second.demo).unwrap_or(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trusted_proxies_are_ranges_or_addresses() {
        let arguments = |list: &str| Arguments::try_parse_from(["latchkey", "--trusted-proxies", list]);
        let ranges = |options: Options| -> Vec<String> {
            options.trusted_proxies.unwrap_or_default().iter().map(|one| one.0.to_string()).collect()
        };
        let given = arguments("10.0.0.0/8,::1").expect("is right");
        assert_eq!(ranges(given.options), ["10.0.0.0/8", "::1/128"]);
        assert!(arguments("10.0.0.0/8,everybody").is_err());
        let file = toml::from_str(r#"trusted_proxies = ["192.0.2.7"]"#).expect("is right");
        assert_eq!(ranges(file), ["192.0.2.7/32"]);
        assert!(toml::from_str::<Options>(r#"trusted_proxies = ["everybody"]"#).is_err());
    }
}
