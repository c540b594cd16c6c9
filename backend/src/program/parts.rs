//! The parts of the server that handlers use.

use std::sync::Arc;
use std::time::SystemTime;

use actix_web::web;
use latchkey_shared::projects::Project;
use latchkey_shared::users::User;

use super::metrics::Sources;
use super::tls::Certificate;
use crate::audit::Trail;
use crate::configuration::Configuration;
use crate::crypto::decryptor::Decryptor;
use crate::crypto::operations::PrivateOperations;
use crate::crypto::rsa::KeyPool;
use crate::database::Database;
use crate::database::names::Names;
use crate::doors::exchanges::Exchanges;
use crate::engine::usage::Usage;
use crate::engine::verifier::Verifier;
use crate::keys::keyring::Keyring;
use crate::sessions::Sessions;
use crate::systems::catalog::Catalog;
use crate::telemetry::Exporter;
use crate::tokens::search::TokenIndex;
use crate::users::Users;
use crate::users::password::Hasher;
use crate::web::stopping::Stopping;

/// The parts that handlers get with `web::Data`.
#[derive(Clone)]
pub(super) struct Parts {
    pub(super) database: web::Data<Database>,
    pub(super) keyring: web::Data<Keyring>,
    pub(super) decryptor: web::Data<Decryptor>,
    pub(super) catalog: web::Data<Catalog>,
    pub(super) users: web::Data<Users>,
    pub(super) usage: web::Data<Usage>,
    pub(super) verifier: web::Data<Verifier>,
    pub(super) index: web::Data<TokenIndex>,
    pub(super) project_names: web::Data<Names<Project>>,
    pub(super) user_names: web::Data<Names<User>>,
    pub(super) sessions: web::Data<Sessions>,
    pub(super) key_pool: web::Data<KeyPool>,
    pub(super) operations: web::Data<PrivateOperations>,
    pub(super) exchanges: web::Data<Exchanges>,
    pub(super) hasher: web::Data<Hasher>,
    pub(super) trail: web::Data<Trail>,
    pub(super) configuration: web::Data<Configuration>,
    pub(super) stopping: web::Data<Stopping>,
}

impl Parts {
    /// The parts that have metrics.
    pub(super) fn sources(
        &self,
        exporter: Option<Arc<Exporter>>,
        certificate: Option<Arc<Certificate>>,
    ) -> Sources {
        Sources {
            started: SystemTime::now(),
            database: (**self.database).clone(),
            verifier: Arc::clone(&self.verifier),
            catalog: Arc::clone(&self.catalog),
            usage: Arc::clone(&self.usage),
            operations: Arc::clone(&self.operations),
            index: Arc::clone(&self.index),
            exchanges: Arc::clone(&self.exchanges),
            trail: Arc::clone(&self.trail),
            certificate,
            exporter,
        }
    }

    /// Adds the parts to an application.
    pub(super) fn install(&self, config: &mut web::ServiceConfig) {
        config
            .app_data(self.database.clone())
            .app_data(self.keyring.clone())
            .app_data(self.decryptor.clone())
            .app_data(self.catalog.clone())
            .app_data(self.users.clone())
            .app_data(self.usage.clone())
            .app_data(self.verifier.clone())
            .app_data(self.index.clone())
            .app_data(self.project_names.clone())
            .app_data(self.user_names.clone())
            .app_data(self.sessions.clone())
            .app_data(self.key_pool.clone())
            .app_data(self.operations.clone())
            .app_data(self.exchanges.clone())
            .app_data(self.hasher.clone())
            .app_data(self.trail.clone())
            .app_data(self.configuration.clone())
            .app_data(self.stopping.clone());
    }
}
