//! The settings as flags, variables and lines of the file.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;
use url::Url;

use super::audit::Destination;
use super::listen::Listen;
use super::proxies::Proxy;
use crate::crypto::jwt::Algorithm;

#[derive(clap::Args, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Options {
    /// Address and port to listen on, or a Unix socket such as `unix:/run/latchkey/latchkey.sock`
    /// [default: 127.0.0.1:8080].
    #[arg(long, env = "LATCHKEY_LISTEN", global = true)]
    pub(super) listen: Option<Listen>,
    /// A PEM file with the certificate for HTTPS, and with those between it and its authority.
    #[arg(long, env = "LATCHKEY_TLS_CERTIFICATE", global = true)]
    pub(super) tls_certificate: Option<PathBuf>,
    /// A PEM file with the private key of the certificate.
    #[arg(long, env = "LATCHKEY_TLS_KEY", global = true)]
    pub(super) tls_key: Option<PathBuf>,
    /// Address and port for plain HTTP. Browsers are redirected to the public URL, all others are refused.
    #[arg(long, env = "LATCHKEY_REDIRECT_LISTEN", global = true)]
    pub(super) redirect_listen: Option<SocketAddr>,
    /// Address and port for `/metrics`, apart from everything else; without it there are none.
    #[arg(long, env = "LATCHKEY_METRICS_LISTEN", global = true)]
    pub(super) metrics_listen: Option<SocketAddr>,
    /// Address and port for verifiers that prove themselves with a certificate.
    #[arg(long, env = "LATCHKEY_VERIFIER_LISTEN", global = true)]
    pub(super) verifier_listen: Option<SocketAddr>,
    /// A PEM file with the authorities of the certificates of verifiers.
    #[arg(long, env = "LATCHKEY_VERIFIER_AUTHORITIES", global = true)]
    pub(super) verifier_authorities: Option<PathBuf>,
    /// Where clients reach Latchkey; also the issuer of its JWTs [default: `http://{listen}`].
    #[arg(long, env = "LATCHKEY_PUBLIC_URL", global = true)]
    pub(super) public_url: Option<Url>,
    /// `postgres://…`; SQLite in the data directory if absent.
    #[arg(long, env = "LATCHKEY_DATABASE_URL", global = true, hide_env_values = true)]
    pub(super) database_url: Option<String>,
    /// The directory of SQLite and the key file [default: data].
    #[arg(long, env = "LATCHKEY_DATA_DIR", global = true)]
    pub(super) data_dir: Option<PathBuf>,
    /// A directory for the log of withdrawals, which should be on another volume than the database
    /// [default: {data-dir}/withdrawals on SQLite, none on PostgreSQL].
    #[arg(long, env = "LATCHKEY_WITHDRAWAL_LOG", global = true)]
    pub(super) withdrawal_log: Option<PathBuf>,
    /// 32 bytes in base64. They encrypt all secrets at rest. While they are rotated, the next ones
    /// follow after white space.
    #[arg(long, env = "LATCHKEY_MASTER_KEY", global = true, hide_env_values = true)]
    pub(super) master_key: Option<String>,
    /// A file with the master key [default: {data-dir}/master.key].
    #[arg(long, env = "LATCHKEY_MASTER_KEY_FILE", global = true)]
    pub(super) master_key_file: Option<PathBuf>,
    /// A command of the shell that prints the master key.
    #[arg(long, env = "LATCHKEY_MASTER_KEY_COMMAND", global = true)]
    pub(super) master_key_command: Option<String>,
    /// The first administrator's password; generated and printed if absent.
    #[arg(long, env = "LATCHKEY_ADMIN_PASSWORD", global = true, hide_env_values = true)]
    pub(super) admin_password: Option<String>,
    /// What to log, as in `info,latchkey=debug` [default: info].
    #[arg(long, env = "LATCHKEY_LOG", global = true)]
    pub(super) log: Option<String>,
    /// Algorithm of new signing keys [default: RS256].
    #[arg(long, env = "LATCHKEY_SIGNING_ALGORITHM", global = true, value_enum)]
    pub(super) signing_algorithm: Option<Algorithm>,
    /// Days until the signing key is rotated by itself; 0 for never [default: 90].
    #[arg(long, env = "LATCHKEY_SIGNING_KEY_LIFETIME", global = true)]
    pub(super) signing_key_lifetime: Option<u32>,
    /// The lifetime of a JWT, in seconds: 60 to 3,600 [default: 600].
    #[arg(long, env = "LATCHKEY_JWT_LIFETIME", global = true)]
    pub(super) jwt_lifetime: Option<u32>,
    /// Show files and secrets only until they were fetched once.
    #[arg(long, env = "LATCHKEY_SHOW_ONCE", global = true)]
    pub(super) show_once: Option<bool>,
    /// Threads that serve requests [default: one per core].
    #[arg(long, env = "LATCHKEY_WORKERS", global = true)]
    pub(super) workers: Option<usize>,
    /// Connections for reading the database [default: 8, on SQLite 4].
    #[arg(long, env = "LATCHKEY_DATABASE_CONNECTIONS", global = true)]
    pub(super) database_connections: Option<u32>,
    /// The memory of the engine's caches, in MiB: 1,000 tokens in use need about 2 [default: 128].
    #[arg(long, env = "LATCHKEY_CACHE_SIZE", global = true)]
    pub(super) cache_size: Option<usize>,
    /// The memory of the search by name, in MiB: a million tokens need about 80 [default: 256].
    /// With less, only the beginnings of names are found.
    #[arg(long, env = "LATCHKEY_SEARCH_MEMORY", global = true)]
    pub(super) search_memory: Option<usize>,
    /// Days for which the usage of tokens is kept by day, at least 31; then it is kept by month
    /// [default: 400].
    #[arg(long, env = "LATCHKEY_USAGE_DAYS", global = true)]
    pub(super) usage_days: Option<u32>,
    /// Days for which audit events are kept, at least 30; 0 for ever [default: 2557, seven years].
    #[arg(long, env = "LATCHKEY_AUDIT_RETENTION", global = true)]
    pub(super) audit_retention: Option<u32>,
    /// Where checkpoints of the audit trail are sent each minute: a file, or a receiver of syslog such as
    /// `syslog://logs.internal:514`.
    #[arg(long, env = "LATCHKEY_AUDIT_CHECKPOINTS", global = true)]
    pub(super) audit_checkpoints: Option<Destination>,
    /// Where audit events are sent as they happen: a file, or a receiver of syslog.
    #[arg(long, env = "LATCHKEY_AUDIT_STREAM", global = true)]
    pub(super) audit_stream: Option<Destination>,
    /// Seconds for which the server goes on after it was asked to stop, so that callers can go elsewhere
    /// [default: 5].
    #[arg(long, env = "LATCHKEY_STOP_DELAY", global = true)]
    pub(super) stop_delay: Option<u64>,
    /// The name of this process in the list of nodes [default: the name of the host].
    #[arg(long, env = "LATCHKEY_NODE_NAME", global = true)]
    pub(super) node_name: Option<String>,
    /// RSA key pairs kept ready for new tokens; 0 to make each when it is needed [default: 8].
    #[arg(long, env = "LATCHKEY_KEY_POOL", global = true)]
    pub(super) key_pool: Option<usize>,
    /// How many credentials from one address may be wrong in a minute before more of them get 429;
    /// 0 for no limit [default: 100]. Right ones always pass.
    #[arg(long, env = "LATCHKEY_FAILED_PROOFS", global = true)]
    pub(super) failed_proofs: Option<u32>,
    /// Addresses or ranges of proxies, separated by commas; `unix` for those at the Unix socket. Their
    /// `X-Forwarded-For` and `Forwarded` headers are trusted.
    #[arg(long, env = "LATCHKEY_TRUSTED_PROXIES", global = true, value_delimiter = ',')]
    pub(super) trusted_proxies: Option<Vec<Proxy>>,
    /// Where traces and metrics are sent, with OTLP over HTTP: `http://127.0.0.1:4318`. Without it
    /// none are.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", global = true)]
    pub(super) otlp_endpoint: Option<String>,
    /// Headers for this receiver: `name=value,name=value`.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_HEADERS", global = true, hide_env_values = true)]
    pub(super) otlp_headers: Option<String>,
    /// The protocol of this receiver: `http/protobuf`.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_PROTOCOL", global = true)]
    pub(super) otlp_protocol: Option<String>,
    /// `otlp`, or `none` to send no traces [default: otlp].
    #[arg(long, env = "OTEL_TRACES_EXPORTER", global = true)]
    pub(super) traces_exporter: Option<String>,
    /// Which traces are recorded [default: `parentbased_always_on`].
    #[arg(long, env = "OTEL_TRACES_SAMPLER", global = true)]
    pub(super) traces_sampler: Option<String>,
    /// The share of traces for a sampler with a ratio, from 0 to 1 [default: 1].
    #[arg(long, env = "OTEL_TRACES_SAMPLER_ARG", global = true)]
    pub(super) traces_sampler_arg: Option<String>,
    /// `otlp`, or `none` to send no metrics [default: otlp].
    #[arg(long, env = "OTEL_METRICS_EXPORTER", global = true)]
    pub(super) metrics_exporter: Option<String>,
    /// Milliseconds between two times that metrics are sent [default: 60000].
    #[arg(long, env = "OTEL_METRIC_EXPORT_INTERVAL", global = true)]
    pub(super) metrics_interval: Option<String>,
    /// The name of the service in traces and metrics [default: latchkey].
    #[arg(long, env = "OTEL_SERVICE_NAME", global = true)]
    pub(super) service_name: Option<String>,
    /// More attributes in traces and metrics: `name=value,name=value`.
    #[arg(long, env = "OTEL_RESOURCE_ATTRIBUTES", global = true)]
    pub(super) resource_attributes: Option<String>,
    /// Fill an empty database with example data.
    #[arg(long, global = true, num_args = 0..=1, default_missing_value = "true")]
    pub(super) demo: Option<bool>,
}
