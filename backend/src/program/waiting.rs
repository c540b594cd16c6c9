//! What answers while the database is one that went back in time, before anything else is started: 503,
//! until `latchkey reconcile` was run.

use std::io::Write as _;
use std::pin::pin;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, ResponseError as _, web};
use anyhow::bail;
use sd_notify::NotifyState;

use super::listeners::{Listeners, public_url};
use super::socket::Socket;
use super::startup::Application;
use crate::configuration::Configuration;
use crate::database::{Database, OpenError, WentBack};
use crate::web::went_back::problem;

/// How often to look whether the database was reconciled.
const AGAIN: Duration = Duration::from_secs(2);

/// [`Application::build`], once the database is not behind what is remembered of it.
pub async fn build(configuration: Configuration) -> anyhow::Result<Application> {
    loop {
        let error = match Application::build(configuration.clone()).await {
            Ok(application) => return Ok(application),
            Err(error) => error,
        };
        match error.downcast_ref() {
            Some(OpenError::WentBack(went_back)) => until_reconciled(&configuration, *went_back).await?,
            _ => return Err(error),
        }
    }
}

/// Answers 503 until the database is no longer behind what is remembered of it.
async fn until_reconciled(configuration: &Configuration, went_back: WentBack) -> anyhow::Result<()> {
    tracing::error!("{went_back}");
    let listeners = Listeners::open(configuration)?;
    let url = public_url(configuration, &listeners.place)?;
    let mut server = pin!(serve(listeners, went_back)?);
    let handle = server.handle();
    // Whoever waits for this line need not wait for ever.
    if let Err(error) = writeln!(std::io::stdout(), "Latchkey is at {url}") {
        tracing::warn!(%error, "standard output cannot be written");
    }
    // systemd would end a service that does not start.
    let status = NotifyState::Status("the database went back in time: run latchkey reconcile");
    if let Err(error) = sd_notify::notify(&[NotifyState::Ready, status]) {
        tracing::warn!(%error, "systemd cannot be told that the server waits");
    }
    let looking = async {
        loop {
            tokio::time::sleep(AGAIN).await;
            match Database::compare(configuration).await {
                Ok(()) => break Ok(()),
                // The command is using it.
                Err(OpenError::WentBack(_) | OpenError::Locked(_) | OpenError::Database(_)) => {}
                Err(error) => break Err(error),
            }
        }
    };
    let looked = tokio::select! {
        done = looking => done,
        ended = &mut server => {
            ended?;
            bail!("stopped while the database waits for `latchkey reconcile`");
        }
    };
    let (ended, ()) = tokio::join!(server, handle.stop(true));
    ended?;
    looked?;
    tracing::info!("the database was reconciled");
    Ok(())
}

fn serve(listeners: Listeners, went_back: WentBack) -> anyhow::Result<Server> {
    let Listeners { socket, certificate, .. } = listeners;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(went_back))
            .route(
                "/healthz",
                web::get().to(async || HttpResponse::Ok().json(serde_json::json!({ "status": "ok" }))),
            )
            .default_service(web::to(refuse))
    })
    .workers(1)
    .shutdown_timeout(2);
    let server = match (socket, certificate) {
        (Socket::Tcp(listener), Some(certificate)) => {
            server.listen_rustls_0_23(listener, certificate.server_config(None)?)?
        }
        (Socket::Tcp(listener), None) => server.listen(listener)?,
        (Socket::Unix(listener), _) => server.listen_uds(listener)?,
    };
    Ok(server.run())
}

async fn refuse(_: HttpRequest, went_back: web::Data<WentBack>) -> HttpResponse {
    problem(&went_back).error_response()
}
