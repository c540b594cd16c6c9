//! Serves HTTPS. [`actix_web::HttpServer`] would do so, too, but lets nothing see the stream of a connection, and
//! tells clients with HTTP/2 nothing before it stops.

use std::fmt;
use std::future::ready;
use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_http::{HttpService, Request, Response};
use actix_server::Server;
use actix_service::{IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt as _, map_config};
use actix_tls::accept::TlsError;
use actix_tls::accept::rustls_0_23::{Acceptor, TlsStream};
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::AppConfig;
use actix_web::rt::net::TcpStream;
use rustls::ServerConfig;

use super::connection::{self, ENDING, IDLE};
use super::farewell::Farewell;
use crate::web::stopping::Stopping;

const HTTP_2: &[u8] = b"h2";
/// How long a client may take to send the head of its request, and to close its connection; as in
/// [`actix_web::HttpServer`].
const REQUEST: Duration = Duration::from_secs(5);
const DISCONNECT: Duration = Duration::from_secs(1);

/// Serves the same application at all listeners, each with its own TLS.
pub(super) fn serve<F, I, S, B>(
    listeners: Vec<(TcpListener, ServerConfig)>,
    workers: Option<usize>,
    stopping: &Stopping,
    application: F,
) -> io::Result<Server>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<Error> + 'static,
    S::InitError: fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    <S::Service as Service<Request>>::Future: 'static,
    S::Service: 'static,
    B: MessageBody + 'static,
{
    let mut server = Server::build().disable_signals().shutdown_timeout(ENDING);
    if let Some(workers) = workers {
        server = server.workers(workers);
    }
    for (listener, mut config) in listeners {
        config.alpn_protocols = vec![HTTP_2.to_vec(), b"http/1.1".to_vec()];
        let (application, stopping) = (application.clone(), stopping.clone());
        let ends = server.graceful_shutdown_signal();
        server = server.listen("https", listener, move || {
            let (stopping, ends) = (stopping.clone(), ends.clone());
            let http = HttpService::build()
                .graceful_shutdown_signal(move || {
                    let ends = ends.clone();
                    async move { ends.notified().await }
                })
                .keep_alive(IDLE)
                .client_request_timeout(REQUEST)
                .client_disconnect_timeout(DISCONNECT)
                .on_connect_ext(|io: &Farewell<TlsStream<TcpStream>>, noted: &mut _| {
                    connection::note(io.stream(), noted);
                })
                .finish(map_config(
                    application().into_factory().map_err(|error| error.into().error_response()),
                    |()| AppConfig::default(),
                ));
            Acceptor::new(config.clone())
                .map_init_err(|()| ())
                .map_err(TlsError::into_service_error)
                .and_then(move |io: TlsStream<TcpStream>| {
                    let (stream, session) = io.get_ref();
                    let is_http2 = session.alpn_protocol() == Some(HTTP_2);
                    let protocol =
                        if is_http2 { actix_http::Protocol::Http2 } else { actix_http::Protocol::Http1 };
                    let peer = stream.peer_addr().ok();
                    ready(Ok((Farewell::new(io, is_http2, &stopping), protocol, peer)))
                })
                .and_then(http.map_err(TlsError::Service))
        })?;
    }
    Ok(server.run())
}
