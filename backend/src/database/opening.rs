//! Opens the connections, and compares the database with what is remembered of it.

use std::sync::Arc;

use super::clock;
use super::engine::{Connections, Engine};
use super::failure::OpenError;
use super::migrations::{Pending, migrate};
use super::watch::Watch;
use crate::configuration::Configuration;

/// Opens the log and the connections. Fails if the database went back in time.
pub(super) async fn connect(
    engine: Engine,
    configuration: &Configuration,
) -> Result<(Arc<Watch>, Connections), OpenError> {
    let watch = Arc::new(Watch::open(configuration.withdrawal_log().as_deref())?);
    let connected = compared(engine, configuration, &watch).await;
    if connected.is_err() {
        // A pool may know it for a while, and it is opened again soon.
        watch.release();
    }
    Ok((watch, connected?))
}

async fn compared(
    engine: Engine,
    configuration: &Configuration,
    watch: &Arc<Watch>,
) -> Result<Connections, OpenError> {
    let (connections, _) = migrated(engine, configuration, watch).await?;
    let Connections { read, write, place } = &connections;
    let history = place.as_ref().map(|(_, home)| home.history());
    let begun = watch.begin(&mut *write.acquire().await?, history, clock::now()).await;
    if let Err(error) = begun {
        read.close().await;
        write.close().await;
        return Err(error.into());
    }
    Ok(connections)
}

/// Opens the connections, starts the clock, and applies the missing migrations. Nothing is compared.
pub(super) async fn migrated(
    engine: Engine,
    configuration: &Configuration,
    watch: &Arc<Watch>,
) -> Result<(Connections, Pending), OpenError> {
    let connections = engine.connect(configuration, watch).await?;
    clock::start(engine, &connections.read).await?;
    let applied = migrate(engine, &connections.write).await?;
    Ok((connections, applied))
}
