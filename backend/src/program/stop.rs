//! How the server stops, without losing a request.
//!
//! After SIGTERM it goes on for a while as if nothing were the matter, so that callers can go elsewhere:
//! `/readyz` answers 503, and each answer over HTTP/1.1 closes its connection. Then it accepts no more
//! connections, and running requests end.

use std::time::Duration;

use actix_web::dev::ServerHandle;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::configuration::Configuration;
use crate::web::stopping::Stopping;

/// How this server stops.
pub(super) struct Stop {
    /// Whether it is about to.
    pub(super) stopping: Stopping,
    /// How long it goes on after it was asked to stop.
    delay: Duration,
    signals: Signals,
}

/// The signals that stop the server.
struct Signals {
    /// It stops as described above; a second time, the wait ends.
    terminate: Signal,
    /// It stops at once: somebody waits at the keyboard.
    interrupt: Signal,
    quit: Signal,
}

impl Signals {
    fn take() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
        })
    }
}

impl Stop {
    /// As the configuration says. From now on, the signals do not simply end the process.
    pub(super) fn of(configuration: &Configuration) -> std::io::Result<Self> {
        let (stopping, delay) = (Stopping::default(), configuration.stop_delay);
        Ok(Self { stopping, delay, signals: Signals::take()? })
    }

    /// Waits for a signal, and stops the server.
    pub(super) async fn on_signal(self, server: &ServerHandle) {
        let Signals { mut terminate, mut interrupt, mut quit } = self.signals;
        let is_gentle = tokio::select! {
            _ = terminate.recv() => {
                self.stopping.begin();
                tracing::info!(seconds = self.delay.as_secs(), "this server stops after so many seconds");
                tokio::select! {
                    () = tokio::time::sleep(self.delay) => true,
                    _ = terminate.recv() => true,
                    _ = interrupt.recv() => false,
                    _ = quit.recv() => false,
                }
            }
            _ = interrupt.recv() => false,
            _ = quit.recv() => false,
        };
        tracing::info!("this server stops");
        drop(server.stop(is_gentle));
    }
}
