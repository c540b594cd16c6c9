//! What is wrong with an installation, and what to do.

use serde::{Deserialize, Serialize};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum State {
    /// Nothing is wrong.
    Ok,
    /// Something may go wrong later, or is less safe than it could be.
    Warning,
    /// Something does not work, or will soon not.
    Error,
}

/// What was examined, in the order in which it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum Check {
    /// The settings.
    Configuration,
    /// Whether the database answers.
    Database,
    /// Whether its schema fits the program.
    Migrations,
    /// Whether the master key opens the data keys.
    MasterKey,
    /// Who may read the files.
    Files,
    /// The clock of the machine against that of the database.
    Clock,
    /// The public URL and the proxies.
    Addresses,
    /// Whether the server of PostgreSQL proves who it is.
    DatabaseTls,
    /// What a failover of PostgreSQL could lose.
    Replication,
    /// How fast nodes learn of changes.
    Feed,
    /// Whether the nodes agree.
    Nodes,
    /// The space on the disk.
    Space,
    /// The certificate for HTTPS.
    Certificate,
}

impl Check {
    /// What to say if nothing is wrong.
    #[must_use]
    pub fn fine(self) -> &'static str {
        match self {
            Self::Configuration => "The settings can be read.",
            Self::Database => "The database answers.",
            Self::Migrations => "The schema of the database fits this version.",
            Self::MasterKey => "The master key opens all data keys.",
            Self::Files => "Other accounts cannot read the keys and the data.",
            Self::Clock => "The clock of this machine agrees with that of the database.",
            Self::Addresses => "The public URL and the proxies fit together.",
            Self::DatabaseTls => "The server of the database proves who it is, or is on this machine.",
            Self::Replication => "No standby lags behind the changes that were answered.",
            Self::Feed => "The nodes learn of changes in time.",
            Self::Nodes => "The live nodes agree.",
            Self::Space => "There is space on the disk.",
            Self::Certificate => "The certificate is valid, or HTTPS ends at a proxy.",
        }
    }
}

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum Cause {
    /// The settings contradict each other, or cannot be read.
    ConfigurationInvalid,
    /// The database does not answer.
    DatabaseUnreachable,
    /// The database does not write.
    DatabaseReadOnly,
    /// There is no database yet.
    DatabaseMissing,
    /// Migrations are missing.
    MigrationsPending,
    /// Migrations are missing, and live nodes could not go on after them.
    MigrationsBlocked,
    /// The database needs a later version.
    ProgramTooOld,
    /// The master key is missing, or does not open the data keys.
    MasterKeyUnusable,
    /// The key file is in the directory of the database.
    MasterKeyBesideData,
    /// Other accounts may read files.
    FilesOpen,
    /// The clock of the machine is off.
    ClockOff,
    /// The public URL is not set, and clients come from other machines.
    PublicUrlMissing,
    /// The public URL has no encryption.
    PublicUrlPlain,
    /// Every address is trusted as a proxy.
    ProxiesUnlimited,
    /// HTTPS ends at a proxy that is not trusted.
    ProxiesMissing,
    /// Others can answer in place of the server of the database.
    DatabaseUnverified,
    /// A failover may lose changes.
    ReplicationAsynchronous,
    /// Nodes learn late of changes.
    FeedLate,
    /// Nodes are silent.
    NodesSilent,
    /// The live nodes have different versions.
    NodesDiffer,
    /// Live nodes lack keys that others hold.
    NodesWithoutKeys,
    /// There is little space.
    SpaceLow,
    /// There is no space.
    SpaceNone,
    /// The write-ahead log of SQLite is large.
    LogLarge,
    /// The certificate cannot be used.
    CertificateUnusable,
    /// The certificate has expired.
    CertificateExpired,
    /// The certificate expires soon.
    CertificateExpires,
    /// The certificate does not name the host of the public URL.
    CertificateOfAnother,
}

impl Cause {
    /// What is examined to find it, and how bad it is.
    #[must_use]
    pub fn kind(self) -> (Check, State) {
        match self {
            Self::ConfigurationInvalid => (Check::Configuration, State::Error),
            Self::DatabaseUnreachable | Self::DatabaseReadOnly => (Check::Database, State::Error),
            Self::DatabaseMissing => (Check::Database, State::Warning),
            Self::MigrationsPending => (Check::Migrations, State::Warning),
            Self::MigrationsBlocked | Self::ProgramTooOld => (Check::Migrations, State::Error),
            Self::MasterKeyUnusable => (Check::MasterKey, State::Error),
            Self::MasterKeyBesideData => (Check::MasterKey, State::Warning),
            Self::FilesOpen => (Check::Files, State::Error),
            Self::ClockOff => (Check::Clock, State::Warning),
            Self::PublicUrlMissing | Self::PublicUrlPlain | Self::ProxiesMissing => {
                (Check::Addresses, State::Warning)
            }
            Self::ProxiesUnlimited => (Check::Addresses, State::Error),
            Self::DatabaseUnverified => (Check::DatabaseTls, State::Warning),
            Self::ReplicationAsynchronous => (Check::Replication, State::Warning),
            Self::FeedLate => (Check::Feed, State::Error),
            Self::NodesSilent | Self::NodesDiffer | Self::NodesWithoutKeys => (Check::Nodes, State::Warning),
            Self::SpaceLow | Self::LogLarge => (Check::Space, State::Warning),
            Self::SpaceNone => (Check::Space, State::Error),
            Self::CertificateUnusable | Self::CertificateExpired | Self::CertificateOfAnother => {
                (Check::Certificate, State::Error)
            }
            Self::CertificateExpires => (Check::Certificate, State::Warning),
        }
    }

    /// What is wrong, and what to do.
    #[must_use]
    pub fn sentences(self) -> (&'static str, &'static str) {
        match self {
            Self::ConfigurationInvalid => {
                ("The settings cannot be used.", "Correct them. docs/configuration.md lists all settings.")
            }
            Self::DatabaseUnreachable => (
                "The database does not answer.",
                "Start it, and check the address, the account and the network.",
            ),
            Self::DatabaseReadOnly => (
                "This server cannot write to the database.",
                "Make space on its disk, and look at the log of this server.",
            ),
            Self::DatabaseMissing => ("There is no database yet.", "Start the server once. It makes one."),
            Self::MigrationsPending => (
                "Migrations are missing.",
                "Run `latchkey migrate`, or start this version. Running nodes can go on.",
            ),
            Self::MigrationsBlocked => (
                "Migrations are missing, and these nodes could not go on after them.",
                "Stop these nodes, or upgrade them first.",
            ),
            Self::ProgramTooOld => {
                ("This version is too old for the database.", "Install the version of the other nodes.")
            }
            Self::MasterKeyUnusable => (
                "The master key does not open the data keys.",
                "Give the key with which the database was made. Without it, all secrets are lost.",
            ),
            Self::MasterKeyBesideData => (
                "The key file is in the directory of the database, so a copy of the directory has both.",
                "Move it to another place, and set LATCHKEY_MASTER_KEY_FILE.",
            ),
            Self::FilesOpen => (
                "Other accounts of this machine may read these files.",
                "Take the rights away: chmod go-rwx.",
            ),
            Self::ClockOff => (
                "The clock of this machine differs from that of the database.",
                "Set the clocks by NTP. Decisions use the clock of the database.",
            ),
            Self::PublicUrlMissing => (
                "The public URL is not set, so JWTs and links have an address that clients may not reach.",
                "Set LATCHKEY_PUBLIC_URL to the URL that clients use.",
            ),
            Self::PublicUrlPlain => (
                "The public URL has no encryption, so others on the network can read credentials.",
                "Use HTTPS, with --tls-certificate or at a proxy, and change the public URL.",
            ),
            Self::ProxiesUnlimited => (
                "Every address is trusted as a proxy, so each caller can claim any address.",
                "Name only the addresses of your proxies in LATCHKEY_TRUSTED_PROXIES.",
            ),
            Self::ProxiesMissing => (
                "HTTPS ends at a proxy, and no proxy is trusted, so all callers have the address of the proxy.",
                "Name the address of your proxy in LATCHKEY_TRUSTED_PROXIES.",
            ),
            Self::DatabaseUnverified => (
                "These servers do not prove who they are, so others on the network can answer in their place.",
                "Use sslmode=verify-full in LATCHKEY_DATABASE_URL.",
            ),
            Self::ReplicationAsynchronous => (
                "The standbys are not synchronous, so a failover may lose the last changes and withdrawals.",
                "Set synchronous_standby_names on the primary.",
            ),
            Self::FeedLate => (
                "Nodes learn late of changes, so they ask the database more often and are slower.",
                "Look at their logs and at the load of the database.",
            ),
            Self::NodesSilent => (
                "These nodes are silent.",
                "Look at their logs. If they were killed, they leave the list after an hour.",
            ),
            Self::NodesDiffer => ("The live nodes have different versions.", "Complete the upgrade."),
            Self::NodesWithoutKeys => (
                "These nodes lack keys that others hold.",
                "Look at their logs. A new key is not used before all have it.",
            ),
            Self::SpaceLow => ("There is little space on the disk.", "Make space."),
            Self::SpaceNone => (
                "There is no space on the disk. Only withdrawals are written, as long as the reserve lasts.",
                "Make space now.",
            ),
            Self::LogLarge => (
                "The write-ahead log of SQLite is large.",
                "End programs that read the database for long. A restart writes the log back.",
            ),
            Self::CertificateUnusable => (
                "The certificate cannot be used.",
                "Correct the files. A running server keeps the last pair that fitted.",
            ),
            Self::CertificateExpired => ("The certificate has expired.", "Renew it."),
            Self::CertificateExpires => ("The certificate expires soon.", "Renew it."),
            Self::CertificateOfAnother => (
                "The certificate does not name the host of the public URL, so clients refuse it.",
                "Get a certificate with this name.",
            ),
        }
    }
}

/// The outcome of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Finding {
    /// What was examined.
    pub check: Check,
    /// How bad it is.
    pub state: State,
    /// What is wrong; absent if nothing is.
    pub cause: Option<Cause>,
    /// The same in a sentence.
    pub message: String,
    /// What it concerns: names, numbers, or an error.
    pub about: Option<String>,
    /// What to do.
    pub advice: Option<String>,
}

impl Finding {
    /// Nothing is wrong.
    #[must_use]
    pub fn fine(check: Check) -> Self {
        let message = check.fine().to_owned();
        Self { check, state: State::Ok, cause: None, message, about: None, advice: None }
    }

    /// Something is wrong.
    #[must_use]
    pub fn wrong(cause: Cause, about: Option<String>) -> Self {
        let ((check, state), (message, advice)) = (cause.kind(), cause.sentences());
        let (message, advice) = (message.to_owned(), Some(advice.to_owned()));
        Self { check, state, cause: Some(cause), message, about, advice }
    }
}

/// The answer to `GET /doctor`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Diagnosis {
    /// The worst state of all.
    pub state: State,
    /// What was found, by check.
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    /// Puts the findings in their order.
    #[must_use]
    pub fn of(mut findings: Vec<Finding>) -> Self {
        findings.sort_by_key(|finding| finding.check);
        let state = findings.iter().map(|finding| finding.state).max().unwrap_or(State::Ok);
        Self { state, findings }
    }
}
