//! Plain HTTP beside HTTPS. Browsers that ask for a screen are redirected. Everything else is refused:
//! after a redirect, a client would send its credential without encryption again and again.

use std::net::{SocketAddr, TcpListener};

use actix_web::dev::ServerHandle;
use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, ResponseError as _, web};
use url::Url;

use crate::database::Database;
use crate::web as http;
use crate::web::problem::{Kind, Problem};
use crate::web::spa;
use crate::web::stopping::Stopping;

/// A listener that redirects.
pub(super) struct Redirect {
    address: SocketAddr,
    handle: ServerHandle,
}

impl Redirect {
    /// Begins to answer, on a thread that serves nothing else. Without a listener there is nothing to answer.
    pub(super) fn start(
        listener: Option<TcpListener>,
        to: &Url,
        runtime: &Database,
        stopping: &Stopping,
    ) -> anyhow::Result<Option<Self>> {
        let Some(listener) = listener else { return Ok(None) };
        let address = listener.local_addr()?;
        let (to, stopping) = (web::Data::new(to.clone()), stopping.clone());
        let server = HttpServer::new(move || {
            let stopping = stopping.clone();
            App::new()
                .wrap(from_fn(move |request, next| http::around((None, stopping.clone()), request, next)))
                .app_data(to.clone())
                .default_service(web::to(answer))
        });
        let server = server.workers(1).disable_signals().shutdown_timeout(1).listen(listener)?.run();
        let handle = server.handle();
        runtime.spawn(server);
        tracing::info!(%address, "plain HTTP is redirected");
        Ok(Some(Self { address, handle }))
    }

    /// The address that it listens on.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops answering.
    pub(super) async fn stop(self) {
        self.handle.stop(true).await;
    }
}

async fn answer(request: HttpRequest, to: web::Data<Url>) -> HttpResponse {
    let to = to.get_ref();
    if !spa::is_for_screens(&request) || request.headers().contains_key(header::AUTHORIZATION) {
        let detail = format!(
            "This is plain HTTP, so nothing was decided. Others may have read the request: replace the \
             credential in it. Call {to} instead."
        );
        return Problem::new(Kind::HttpsRequired).with_detail(detail).error_response();
    }
    let mut screen = to.clone();
    screen.set_path(request.path());
    screen.set_query(request.uri().query());
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, screen.as_str())).finish()
}
