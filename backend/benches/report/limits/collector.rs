//! A receiver of OTLP that takes everything.

use std::net::TcpListener;

use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::Result;

use crate::apart::Apart;

/// The longest message.
const LONGEST: usize = 16 << 20;

/// Starts a receiver, which ends with this process. Returns its URL.
pub(super) fn start() -> Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let url = format!("http://{}", listener.local_addr()?);
    Apart::begin(async move || {
        let server = HttpServer::new(|| {
            App::new()
                .app_data(web::PayloadConfig::new(LONGEST))
                .default_service(web::to(async |_: web::Bytes| HttpResponse::Ok().finish()))
        });
        Ok(server.workers(1).disable_signals().listen(listener)?.run().await?)
    });
    Ok(url)
}
