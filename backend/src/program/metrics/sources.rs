//! The parts of the server that count, and what of them is shown.

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use latchkey_shared::verify::Reason;
use opentelemetry_proto::tonic::metrics::v1::Metric;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;

use super::otlp::Otlp;
use super::page::{Page, Text};
use crate::audit::Trail;
use crate::crypto::operations::PrivateOperations;
use crate::database::{Database, Engine, WriteKind, clock};
use crate::doors::exchanges::Exchanges;
use crate::engine::decisions::Door;
use crate::engine::usage::Usage;
use crate::engine::verifier::Verifier;
use crate::program::memory;
use crate::program::tls::Certificate;
use crate::systems::catalog::Catalog;
use crate::telemetry::Exporter;
use crate::tokens::search::TokenIndex;

/// The system of the series for systems that have none of their own. It cannot be the key of one.
const OTHER_SYSTEMS: &str = "_other";

/// The parts of the server that count.
#[derive(Clone)]
pub(in crate::program) struct Sources {
    pub(in crate::program) started: SystemTime,
    pub(in crate::program) database: Database,
    pub(in crate::program) verifier: Arc<Verifier>,
    pub(in crate::program) catalog: Arc<Catalog>,
    pub(in crate::program) usage: Arc<Usage>,
    pub(in crate::program) operations: Arc<PrivateOperations>,
    pub(in crate::program) index: Arc<TokenIndex>,
    pub(in crate::program) exchanges: Arc<Exchanges>,
    pub(in crate::program) trail: Arc<Trail>,
    /// The certificate of the server, if it has one.
    pub(in crate::program) certificate: Option<Arc<Certificate>>,
    /// What sends traces and metrics, if anything does.
    pub(in crate::program) exporter: Option<Arc<Exporter>>,
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sources")
    }
}

impl Collector for Sources {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.write(&mut Text(encoder))
    }
}

impl Sources {
    /// The metrics as messages of OTLP.
    pub(in crate::program) fn messages(&self) -> Vec<Metric> {
        let mut page = Otlp::since(self.started);
        if let Err(error) = self.write(&mut page) {
            tracing::error!(%error, "metrics are not written");
        }
        page.metrics
    }

    fn write(&self, page: &mut impl Page) -> fmt::Result {
        self.process(page)?;
        self.decisions(page)?;
        self.strangers(page)?;
        self.exchanges(page)?;
        self.caches(page)?;
        self.private_keys(page)?;
        self.feed(page)?;
        self.writes(page)?;
        self.connections(page)?;
        self.search(page)?;
        self.audit(page)?;
        self.certificate(page)?;
        self.telemetry(page)
    }

    fn process(&self, page: &mut impl Page) -> fmt::Result {
        let engine = match self.database.engine() {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgresql",
        };
        page.gauges(
            "latchkey_build_info",
            "The version of the server and its database engine. The value is 1.",
            [([("version", env!("CARGO_PKG_VERSION")), ("engine", engine)], 1_u64)],
        )?;
        page.gauge(
            "latchkey_clock_off_seconds",
            "By how much the clock of the machine is ahead, if that is more than five seconds; negative if it is behind.",
            clock::off_by().unwrap_or(0),
        )?;
        let started = self.started.duration_since(UNIX_EPOCH).unwrap_or_default();
        page.gauge(
            "process_start_time_seconds",
            "When the process started, in seconds since the epoch.",
            started.as_secs_f64(),
        )?;
        if let Some(bytes) = memory::resident() {
            page.gauge("process_resident_memory_bytes", "The memory of the process.", bytes)?;
        }
        Ok(())
    }

    fn decisions(&self, page: &mut impl Page) -> fmt::Result {
        let decisions = self.verifier.decisions();
        let outcomes = || [None].into_iter().chain(Reason::ALL.map(Some));
        page.counters(
            "latchkey_decisions",
            "Decisions by door and reason. An allowed call has the reason allowed.",
            Door::ALL.iter().flat_map(|door| {
                outcomes().map(move |denied| {
                    let reason = denied.map_or("allowed", Reason::as_str);
                    ([("door", door.as_str()), ("reason", reason)], decisions.of(*door, denied))
                })
            }),
        )?;
        page.histograms(
            "latchkey_decision_duration_seconds",
            "How long the engine took to decide a call.",
            Door::ALL.iter().map(|door| ([("door", door.as_str())], decisions.times(*door))),
        )?;
        let systems = self.catalog.decided();
        page.counters(
            "latchkey_system_decisions",
            "Decisions by system. Systems beyond the first hundred are counted together.",
            systems.iter().flat_map(|(key, decided)| {
                let system = key.as_deref().unwrap_or(OTHER_SYSTEMS);
                let series = |(result, count)| ([("system", system), ("result", result)], count);
                decided.counts().map(series)
            }),
        )
    }

    fn strangers(&self, page: &mut impl Page) -> fmt::Result {
        let (by_answer, forgotten) = self.verifier.strangers().counts();
        page.counters(
            "latchkey_failed_proofs",
            "Credentials that were wrong: counted for an address, refused since the address was over its limit, or not counted.",
            by_answer.map(|(answer, count)| ([("answer", answer)], count)),
        )?;
        page.counters(
            "latchkey_failed_proofs_forgotten",
            "Addresses that were forgotten before their failures were forgiven, since there were too many.",
            [([], forgotten)],
        )
    }

    fn exchanges(&self, page: &mut impl Page) -> fmt::Result {
        page.counters(
            "latchkey_exchanges",
            "Requests for access tokens by result: issued, or the code of the error.",
            self.exchanges.ended().map(|(result, count)| ([("result", result)], count)),
        )?;
        page.histograms(
            "latchkey_exchange_duration_seconds",
            "How long it took to answer a request for an access token.",
            [([], self.exchanges.times())],
        )
    }

    fn caches(&self, page: &mut impl Page) -> fmt::Result {
        page.counters(
            "latchkey_cache_lookups",
            "Look-ups in the caches by result. After a miss, the fact is read or the proof is verified.",
            self.verifier.lookups().into_iter().flat_map(|(cache, lookups)| {
                [("hit", lookups.hits()), ("miss", lookups.misses())]
                    .map(|(result, count)| ([("cache", cache), ("result", result)], count))
            }),
        )?;
        page.counters(
            "latchkey_cache_differences",
            "Facts in memory that differed from the database.",
            [([], self.verifier.differences())],
        )
    }

    fn private_keys(&self, page: &mut impl Page) -> fmt::Result {
        let load = self.operations.load();
        page.gauges(
            "latchkey_private_key_operations",
            "Private-key operations that run, and that wait for a core or for their key.",
            [([("state", "running")], load.running), ([("state", "waiting")], load.waiting)],
        )?;
        page.counters(
            "latchkey_private_key_operations_refused",
            "Private-key operations that were refused, by what was full: the queue, or the share of a key or source.",
            load.refused.map(|(full, count)| ([("full", full)], count)),
        )
    }

    fn feed(&self, page: &mut impl Page) -> fmt::Result {
        let epochs = self.database.epochs();
        page.gauge(
            "latchkey_feed_live",
            "1 while the changes of other servers arrive. On SQLite there are none, and it is 1.",
            u64::from(epochs.feed_is_live()),
        )?;
        page.gauge(
            "latchkey_feed_lag_seconds",
            "The age of the last proof that all changes of other servers had arrived.",
            epochs.feed_lag().unwrap_or_default().as_secs_f64(),
        )
    }

    fn writes(&self, page: &mut impl Page) -> fmt::Result {
        let writes = self.database.writes();
        page.counters(
            "latchkey_writes",
            "Writes by kind and outcome. A refused write broke a rule; a failed one is the fault of the database.",
            WriteKind::ALL.iter().flat_map(|kind| {
                [
                    ("written", writes.times(*kind).count()),
                    ("refused", writes.refused(*kind)),
                    ("failed", writes.failed(*kind)),
                ]
                .map(|(outcome, count)| ([("kind", kind.as_str()), ("outcome", outcome)], count))
            }),
        )?;
        page.histograms(
            "latchkey_write_duration_seconds",
            "How long a write took that was written, with its time in the queue.",
            WriteKind::ALL.iter().map(|kind| ([("kind", kind.as_str())], writes.times(*kind))),
        )?;
        page.gauge(
            "latchkey_writes_work",
            "1 while changes can be written, as of the last check.",
            u64::from(self.database.can_write()),
        )?;
        if let Some(works) = self.database.withdrawal_log_works() {
            page.gauge(
                "latchkey_withdrawal_log_works",
                "1 while the withdrawal log can be written, as of the last attempt.",
                u64::from(works),
            )?;
        }
        page.gauge(
            "latchkey_database_went_back",
            "1 while the database is one that went back in time and was not reconciled.",
            u64::from(self.database.went_back().is_some()),
        )?;
        let (tokens, since) = self.usage.unwritten();
        page.gauge("latchkey_usage_unwritten_tokens", "Tokens with calls that are not written yet.", tokens)?;
        page.gauge(
            "latchkey_usage_unwritten_seconds",
            "Since when there are calls that are not written yet.",
            since.as_secs_f64(),
        )
    }

    fn connections(&self, page: &mut impl Page) -> fmt::Result {
        let pools = [("read", self.database.reader()), ("write", self.database.unordered_writer())];
        page.gauges(
            "latchkey_database_connections",
            "Connections to the database by pool and state.",
            pools.iter().flat_map(|(name, pool)| {
                let (all, idle) = (pool.size() as usize, pool.num_idle());
                [("in_use", all.saturating_sub(idle)), ("idle", idle)]
                    .map(|(state, count)| ([("pool", *name), ("state", state)], count))
            }),
        )?;
        page.gauges(
            "latchkey_database_connections_limit",
            "How many connections a pool may have.",
            pools.iter().map(|(name, pool)| ([("pool", *name)], pool.options().get_max_connections())),
        )
    }

    fn search(&self, page: &mut impl Page) -> fmt::Result {
        page.gauge(
            "latchkey_search_index_bytes",
            "The memory of the search for tokens by name.",
            self.index.bytes(),
        )?;
        let now = self.index.state();
        page.gauges(
            "latchkey_search_index_state",
            "1 for the state of the search by name. If it is too large, only the beginnings of names are found.",
            TokenIndex::STATES.map(|state| ([("state", state)], u64::from(state == now))),
        )
    }

    fn audit(&self, page: &mut impl Page) -> fmt::Result {
        let progress = self.trail.progress();
        page.gauge(
            "latchkey_audit_unchained_seconds",
            "For how long the oldest audit event without a link has waited for one.",
            progress.unchained_seconds(),
        )?;
        page.gauge(
            "latchkey_audit_chains",
            "1 on the server that chains audit events.",
            u64::from(progress.has_turn()),
        )?;
        page.counters(
            "latchkey_audit_deliveries",
            "Checkpoints and parts of the stream of audit events that were sent, and those that were not.",
            progress.deliveries().map(|(to, result, count)| ([("to", to), ("result", result)], count)),
        )
    }

    fn certificate(&self, page: &mut impl Page) -> fmt::Result {
        let Some(certificate) = &self.certificate else { return Ok(()) };
        page.gauge(
            "latchkey_tls_certificate_expiry_timestamp_seconds",
            "When the certificate in use expires, in seconds since the epoch.",
            certificate.expires_at(),
        )?;
        page.gauge(
            "latchkey_tls_files_fit",
            "1 while the files have a certificate and the key that fits it, as of the last look.",
            u64::from(certificate.do_files_fit()),
        )
    }

    fn telemetry(&self, page: &mut impl Page) -> fmt::Result {
        let Some(exporter) = &self.exporter else { return Ok(()) };
        page.counters(
            "latchkey_otlp_spans",
            "Spans that were sent, dropped because too many waited, or not taken by the receiver.",
            exporter.spans().map(|(result, count)| ([("result", result)], count)),
        )?;
        page.counters(
            "latchkey_otlp_metrics",
            "How often metrics were sent, and how often the receiver did not take them.",
            exporter.metrics().map(|(result, count)| ([("result", result)], count)),
        )
    }
}
