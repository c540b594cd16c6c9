//! Builds the parts of the server and runs them.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::bail;
use rustls::ServerConfig;
use url::Url;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt as _;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::connection::{ENDING, IDLE, note};
use super::house::House;
use super::listeners::{Listeners, issuer, public_url};
use super::metrics::Listener;
use super::parts::Parts;
use super::redirect::Redirect;
use super::socket::Socket;
use super::stop::Stop;
use super::telemetry::Telemetry;
use super::tls::Certificate;
use super::{demo, doctor, health, memory, secure};
use crate::audit::Trail;
use crate::configuration::Configuration;
use crate::configuration::listen::Listen;
use crate::crypto::Secret;
use crate::crypto::decryptor::Decryptor;
use crate::crypto::operations::{Limits, PrivateOperations};
use crate::crypto::rsa::KeyPool;
use crate::database::names::Names;
use crate::database::{Database, Engine, clock};
use crate::engine::replay;
use crate::engine::usage::Usage;
use crate::engine::verifier::Verifier;
use crate::keys::error::KeyringError;
use crate::keys::keyring::Keyring;
use crate::keys::{self, rotate};
use crate::nodes::presence::Nodes;
use crate::sessions::Sessions;
use crate::systems::catalog::Catalog;
use crate::telemetry::Tracing;
use crate::users::password::Hasher;
use crate::users::{self, Users};
use crate::web::document as openapi;
use crate::web::document::Operations;
use crate::web::routes::Routes;
use crate::{
    audit, doors, installation, limits, nodes, oauth, projects, recovery, systems, tokens, web as http,
};

/// How long the database may take when the server stops. A connection may be cut off.
const CLOSING: Duration = Duration::from_secs(10);

/// A server that is ready to run.
pub struct Application {
    server: Server,
    place: Listen,
    is_https: bool,
    public_url: Url,
    first_password: Option<Secret>,
    /// The password to fill the demo with.
    demo: Option<Secret>,
    database: Database,
    verifier: Arc<Verifier>,
    trail: Arc<Trail>,
    nodes: Arc<Nodes>,
    metrics: Option<Listener>,
    redirect: Option<Redirect>,
    verifiers: Option<SocketAddr>,
    telemetry: Telemetry,
    stop: Stop,
}

impl Application {
    /// Opens the database, makes what is missing at a first start, and binds the port. Call it
    /// within the Tokio runtime that runs the server.
    pub async fn build(mut configuration: Configuration) -> anyhow::Result<Self> {
        let Listeners { socket, place, certificate, metrics, redirect, verifiers } =
            Listeners::open(&configuration)?;
        let is_https = certificate.is_some();
        let verifiers_at = verifiers.as_ref().map(|(listener, _)| listener.local_addr()).transpose()?;
        let public_url = public_url(&configuration, &place)?;
        configuration.public_url = Some(public_url.clone());
        let issuer = issuer(&configuration)?;

        let database = Database::open(&configuration).await?;
        let mut telemetry = Telemetry::of(&configuration, &database)?;
        let tracing = telemetry.tracing(&database);
        let keyring = Arc::new(Keyring::open(&database, &configuration, issuer.clone()).await?);
        recovery::complete(&database, &keyring, || audit::last_checkpoint(&configuration)).await?;
        let operations = PrivateOperations::new(Limits::default());
        let decryptor = Arc::new(Decryptor::new(operations.clone()));
        let catalog = Arc::new(Catalog::new(database.clone()));
        let users = Arc::new(Users::new(database.clone()));
        let usage = Arc::new(Usage::default());
        let verifier = Arc::new(Verifier::new(
            &configuration,
            database.clone(),
            Arc::clone(&keyring),
            Arc::clone(&decryptor),
            Arc::clone(&catalog),
            Arc::clone(&users),
            Arc::clone(&usage),
        ));
        let sessions = Arc::new(Sessions::new(database.clone(), &configuration));
        let key_pool = Arc::new(KeyPool::start(configuration.key_pool));

        let document = document(sessions.cookie());
        begin_clock(&database).await?;
        let nodes = Arc::new(Nodes::join(&database, &configuration, &*keyring).await);
        // The master key may have been rotated before the others knew this node.
        if let Err(error @ KeyringError::OtherMasterKey { .. }) = keyring.vault().await {
            bail!(error);
        }
        nodes.is_recent()?;
        // What follows may take long after an update. The node must not be absent meanwhile.
        keep_together(&database, &nodes, &keyring);
        let trail = keep_trail(&database, &keyring, &configuration).await?;
        tokens::renew_names::renew_keys(&database).await?;
        systems::builtin::register(&database, &document, &issuer).await?;
        let password = users::ensure_first_administrator(&database, &configuration).await?;
        let demo = password.clone().filter(|_| configuration.demo);
        if configuration.demo && demo.is_none() {
            tracing::warn!("the database is not empty; the demo is left out");
        }
        let first_password = password.filter(|_| configuration.admin_password.is_none());

        let (workers, stop) = (configuration.workers, Stop::of(&configuration)?);
        database.spawn(House::new(&database, &keyring, &trail, &configuration).keep());
        let configuration = web::Data::new(configuration);
        let (counted, flushing) = (Arc::clone(&usage), database.clone());
        let data = Parts {
            database: web::Data::new(database.clone()),
            keyring: keyring.into(),
            decryptor: decryptor.into(),
            catalog: catalog.into(),
            users: users.into(),
            usage: Arc::clone(&usage).into(),
            verifier: Arc::clone(&verifier).into(),
            index: tokens::search::start(&database, configuration.search_memory << 20).into(),
            project_names: web::Data::new(Names::new(database.clone())),
            user_names: web::Data::new(Names::new(database.clone())),
            sessions: sessions.into(),
            key_pool: key_pool.into(),
            operations: web::Data::new(operations),
            exchanges: web::Data::default(),
            hasher: web::Data::new(Hasher::default()),
            trail: Arc::clone(&trail).into(),
            configuration,
            stopping: web::Data::new(stop.stopping.clone()),
        };
        let sources = data.sources(telemetry.exporter(), certificate.clone());
        telemetry.start(&database, &sources);
        let metrics = metrics.map(|listener| Listener::start(listener, sources)).transpose()?;
        let server = serve(data, (socket, certificate.as_ref(), verifiers), workers, tracing, document)?;
        let redirect = Redirect::start(redirect, &public_url, &database, &stop.stopping)?;
        if let Some(certificate) = certificate {
            database.spawn(certificate.keep_looking());
        }
        database.spawn(async move { counted.keep_writing(&flushing).await });
        let comparing = Arc::clone(&verifier);
        database.spawn(async move { comparing.keep_comparing().await });
        database.spawn(memory::return_freed());
        Ok(Self {
            server,
            place,
            is_https,
            public_url,
            first_password,
            demo,
            database,
            verifier,
            trail,
            nodes,
            metrics,
            redirect,
            verifiers: verifiers_at,
            telemetry,
            stop,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn place(&self) -> &Listen {
        &self.place
    }

    /// The address for plain HTTP that is redirected, if there is one.
    #[must_use]
    pub fn redirect_address(&self) -> Option<SocketAddr> {
        self.redirect.as_ref().map(Redirect::address)
    }

    /// The address of the metrics, if there are any.
    #[must_use]
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(Listener::address)
    }

    /// The address for verifiers with a certificate, if there is one.
    #[must_use]
    pub fn verifiers_address(&self) -> Option<SocketAddr> {
        self.verifiers
    }

    /// The public URL.
    #[must_use]
    pub fn public_url(&self) -> &Url {
        &self.public_url
    }

    /// The first administrator's password, if it was just made.
    #[must_use]
    pub fn first_password(&self) -> Option<&Secret> {
        self.first_password.as_ref()
    }

    /// A handle to stop the server.
    #[must_use]
    pub fn handle(&self) -> actix_web::dev::ServerHandle {
        self.server.handle()
    }

    /// Serves until a signal or the handle stops it. Then it completes running requests and
    /// writes what is only in memory.
    pub async fn run_until_stopped(self) -> anyhow::Result<()> {
        if let Some(password) = self.demo {
            self.database.spawn(async move {
                match demo::fill(&self.place, self.is_https, password).await {
                    Ok(()) => tracing::info!("the demo is ready"),
                    Err(error) => tracing::error!(%error, "the demo is not complete"),
                }
            });
        }
        let (handle, mut server) = (self.server.handle(), self.server);
        let asked = self.stop.on_signal(&handle);
        let stop = async {
            tokio::select! {
                () = asked => {}
                () = self.nodes.grow_too_old() => drop(handle.stop(false)),
            }
        };
        let ended = tokio::select! {
            ended = &mut server => ended,
            () = stop => server.await,
        };
        if let Some(redirect) = self.redirect {
            redirect.stop().await;
        }
        if let Some(metrics) = self.metrics {
            metrics.stop().await;
        }
        let closing = async {
            self.verifier.flush().await;
            self.trail.end().await;
            self.nodes.leave().await;
            self.database.close().await;
        };
        let closing = tokio::time::timeout(CLOSING, closing);
        if tokio::join!(closing, self.telemetry.end()).0.is_err() {
            tracing::warn!("the database does not answer; the last calls are not counted");
        }
        ended?;
        Ok(self.nodes.is_recent()?)
    }
}

/// Where the routes are served: the socket, with TLS if there is a certificate, and the listener for
/// verifiers.
type Listening<'c> = (Socket, Option<&'c Arc<Certificate>>, Option<(TcpListener, ServerConfig)>);

/// Serves the routes and the document.
fn serve(
    parts: Parts,
    (socket, certificate, verifiers): Listening<'_>,
    workers: Option<usize>,
    tracing: Option<Tracing>,
    document: OpenApi,
) -> anyhow::Result<Server> {
    let written = web::Bytes::from(document.to_json()?);
    let stopping = parts.stopping.get_ref().clone();
    let told = stopping.clone();
    let operations_of_document = web::Data::new(Operations::of(&document));
    drop(document);
    let application = move || {
        let (written, noted) = (written.clone(), (tracing.clone(), stopping.clone()));
        App::new()
            .wrap(from_fn(move |request, next| http::around(noted.clone(), request, next)))
            .app_data(operations_of_document.clone())
            .configure(|config| parts.install(config))
            .configure(|config| routes(&mut Routes::Served(config)))
            .route(
                openapi::PATH,
                web::get().to(move || {
                    let body = written.clone();
                    async move { HttpResponse::Ok().content_type("application/json").body(body) }
                }),
            )
            .service(web::redirect("/api/docs", "/api/docs/"))
            .service(SwaggerUi::new("/api/docs/{_:.*}").config(Config::from(openapi::PATH)))
            .default_service(web::to(http::fallback))
    };
    match (socket, certificate) {
        (Socket::Tcp(listener), Some(certificate)) => {
            let own = (listener, certificate.server_config(None)?);
            let listeners = std::iter::once(own).chain(verifiers).collect();
            Ok(secure::serve(listeners, workers, &told, application)?)
        }
        (Socket::Unix(_), Some(_)) => {
            bail!("tls_certificate needs an address to listen on, not a Unix socket")
        }
        (socket, None) => {
            let server = HttpServer::new(application).keep_alive(IDLE).on_connect(note);
            let server = server.disable_signals().shutdown_timeout(ENDING);
            let server = match workers {
                Some(workers) => server.workers(workers),
                None => server,
            };
            let server = match socket {
                Socket::Tcp(listener) => server.listen(listener)?,
                Socket::Unix(listener) => server.listen_uds(listener)?,
            };
            Ok(server.run())
        }
    }
}

/// Every route in the API document.
fn routes(routes: &mut Routes) {
    // The hot path first.
    routes.scope("/api/v1", |routes| {
        routes
            .configure(doors::api)
            .configure(tokens::routes)
            .configure(systems::routes)
            .configure(projects::routes)
            .configure(users::routes)
            .configure(users::session_routes)
            .configure(keys::routes)
            .configure(audit::routes)
            .configure(installation::routes)
            .configure(limits::routes)
            .configure(nodes::routes)
            .configure(doctor::routes);
    });
    routes.configure(doors::routes).configure(health::routes);
}

/// The API document of this version.
#[must_use]
pub fn document(session_cookie: &str) -> OpenApi {
    let app = App::new().into_utoipa_app();
    let (_, mut described) = app.configure(|config| routes(&mut Routes::Described(config))).split_for_parts();
    oauth::name_errors(&mut described);
    openapi::complete(described, session_cookie)
}

/// On SQLite, the clock begins after everything that was written.
async fn begin_clock(database: &Database) -> Result<(), sqlx::Error> {
    if database.engine() == Engine::Sqlite {
        let forgot = replay::last_forgot(database).await?;
        clock::begin_at(forgot.max(audit::last_written(database).await?));
    }
    Ok(())
}

/// Tells the other nodes that this one is there, and takes part in the steps that need all nodes.
fn keep_together(database: &Database, nodes: &Arc<Nodes>, keyring: &Arc<Keyring>) {
    let (telling, holder) = (Arc::clone(nodes), Arc::clone(keyring));
    database.spawn(async move { telling.keep_telling(&*holder).await });
    let looking = Arc::clone(keyring);
    database.spawn(async move { looking.keep_looking().await });
    let (writing, fleet, keys) = (database.clone(), Arc::clone(nodes), Arc::clone(keyring));
    database.spawn(async move { keys::keep_rotating(&writing, &keys, &fleet).await });
    let (writing, nodes, keyring) = (database.clone(), Arc::clone(nodes), Arc::clone(keyring));
    database.spawn(async move { rotate::keep_agreeing(&writing, &keyring, &nodes).await });
}

/// Chains audit events, and sends them and checkpoints out of the database.
async fn keep_trail(
    database: &Database,
    keyring: &Keyring,
    configuration: &Configuration,
) -> anyhow::Result<Arc<Trail>> {
    let name = nodes::name(configuration);
    let vault = keyring.vault().await?;
    let trail = Arc::new(Trail::open(database, &vault, configuration, &name).await?);
    database.spawn(Arc::clone(&trail).keep_chaining());
    database.spawn(Arc::clone(&trail).keep_sending());
    Ok(trail)
}
