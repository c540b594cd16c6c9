//! The receiver of OTLP over HTTP, with messages in protobuf.

use std::time::Duration;

use prost::Message;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, header};
use url::Url;

use crate::configuration::telemetry::Telemetry;

/// How long a request may take.
const LONGEST: Duration = Duration::from_secs(10);
/// The longest answer that is read.
const ANSWER: usize = 64 * 1024;

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    Traces,
    Metrics,
}

/// The receiver.
pub(super) struct Receiver {
    http: Client,
    traces: Url,
    metrics: Url,
}

/// Why something was not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("the receiver does not answer")]
    Silent(#[source] reqwest::Error),
    #[error("the receiver answers {0}")]
    Refused(StatusCode),
    #[error("the answer of the receiver is not one of OTLP")]
    Unknown,
}

impl Failure {
    /// Whether it may be taken later (OTLP, "Retryable Response Codes").
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Silent(_) => true,
            Self::Refused(status) => matches!(status.as_u16(), 429 | 502..=504),
            Self::Unknown => false,
        }
    }
}

impl Receiver {
    pub(super) fn new(configured: &Telemetry) -> anyhow::Result<Self> {
        let mut http = Client::builder();
        if configured.endpoint.scheme() == "http" {
            // The machine may have no certificates of authorities.
            http = http.tls_certs_only([]);
        }
        let http = http
            .user_agent(concat!("latchkey/", env!("CARGO_PKG_VERSION")))
            .default_headers(configured.headers.clone())
            // The headers are for this receiver only.
            .redirect(Policy::none())
            .timeout(LONGEST)
            .build()?;
        let at = |path| configured.endpoint.join(path);
        Ok(Self { http, traces: at("v1/traces")?, metrics: at("v1/metrics")? })
    }

    /// Sends a message, and returns the answer.
    pub(super) async fn send<A: Message + Default>(
        &self,
        signal: Signal,
        message: &impl Message,
    ) -> Result<A, Failure> {
        let url = match signal {
            Signal::Traces => &self.traces,
            Signal::Metrics => &self.metrics,
        };
        let request = self.http.post(url.clone()).header(header::CONTENT_TYPE, "application/x-protobuf");
        let answer = request.body(message.encode_to_vec()).send().await;
        // The URL may have a password.
        let silent = |error: reqwest::Error| Failure::Silent(error.without_url());
        let mut answer = answer.map_err(silent)?;
        if answer.status() != StatusCode::OK {
            return Err(Failure::Refused(answer.status()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(silent)? {
            if body.len() + chunk.len() > ANSWER {
                return Err(Failure::Unknown);
            }
            body.extend_from_slice(&chunk);
        }
        A::decode(body.as_slice()).map_err(|_| Failure::Unknown)
    }
}
