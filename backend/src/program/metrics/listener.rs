//! The listener for metrics. Nothing else is there, and it is never the public one.

use std::net::{SocketAddr, TcpListener};

use actix_web::dev::ServerHandle;
use actix_web::http::header;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use prometheus_client::encoding::{prometheus_text, text};
use prometheus_client::registry::Registry;

use super::sources::Sources;

/// The media type of `OpenMetrics`, and the version that is written.
const OPEN_METRICS: &str = "application/openmetrics-text";
const OPEN_METRICS_1: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A listener that answers with metrics.
pub(in crate::program) struct Listener {
    address: SocketAddr,
    handle: ServerHandle,
}

impl Listener {
    /// Begins to answer, on a thread that serves nothing else.
    pub(in crate::program) fn start(listener: TcpListener, sources: Sources) -> anyhow::Result<Self> {
        let address = listener.local_addr()?;
        let runtime = sources.database.clone();
        let mut registry = Registry::default();
        registry.register_collector(Box::new(sources));
        let registry = web::Data::new(registry);
        let server = HttpServer::new(move || {
            App::new().app_data(registry.clone()).route("/metrics", web::get().to(metrics))
        });
        let server = server.workers(1).disable_signals().shutdown_timeout(1).listen(listener)?.run();
        let handle = server.handle();
        runtime.spawn(server);
        tracing::info!(%address, "metrics are served");
        Ok(Self { address, handle })
    }

    /// The address that it listens on.
    pub(in crate::program) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops answering.
    pub(in crate::program) async fn stop(self) {
        self.handle.stop(true).await;
    }
}

/// The metrics, as `OpenMetrics` if the client asks for it, else as text of Prometheus.
async fn metrics(request: HttpRequest, registry: web::Data<Registry>) -> HttpResponse {
    let accepted = request.headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    let is_open = accepted.into_iter().any(|value| value.contains(OPEN_METRICS));
    let mut page = String::new();
    let (written, media_type) = if is_open {
        (text::encode(&mut page, &registry), OPEN_METRICS_1)
    } else {
        (prometheus_text::encode(&mut page, &registry), prometheus_text::CONTENT_TYPE)
    };
    match written {
        Ok(()) => HttpResponse::Ok().content_type(media_type).body(page),
        Err(error) => {
            tracing::error!(%error, "metrics are not written");
            HttpResponse::InternalServerError().finish()
        }
    }
}
