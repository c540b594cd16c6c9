//! Tests the API over HTTP. Each test starts a server on its own port, on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, missing_docs)]

mod access;
mod alerts;
mod api_limits;
mod authority;
mod back_in_time;
mod backups;
mod catalog;
mod ceilings;
mod chaos;
mod client_keys;
mod clocks;
mod comparison;
mod crash;
mod data_keys;
mod demo;
mod disk;
mod doctor;
mod document;
mod doors;
mod failover;
mod faults;
mod fleet;
mod frozen;
mod full_disk;
mod full_postgres;
mod fuzz;
mod gateways;
mod guesses;
mod history;
mod imports;
mod libraries;
mod lists;
mod master_keys;
mod metrics;
mod names;
mod nodes;
mod oauth;
mod operation;
mod otlp;
mod outages;
mod overview;
mod packaging;
mod postgres;
mod pressure;
mod process;
mod prometheus;
mod proxy;
mod quotas;
mod rates;
mod reach;
mod refusals;
mod revocations;
mod scrape;
mod search;
mod sequencer;
mod server;
mod signing_keys;
mod size;
mod snapshots;
mod soak;
mod sockets;
mod statements;
mod steps;
mod stopping;
mod strangers;
mod streams;
mod suspended;
mod telemetry;
mod tls;
mod tokens;
mod trail;
mod trial;
mod turns;
mod unsynced;
mod upgrades;
mod verified;
mod verifiers;
mod walk;
mod writers;
mod years;

/// Makes a test for each database engine of a function that takes the place of a server: `name => function`.
macro_rules! in_both_places {
    ($name:ident => $test:ident) => {
        mod $name {
            use crate::server::Where;

            #[tokio::test]
            async fn on_sqlite() {
                super::$test(Where::sqlite()).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                let Some(place) = Where::postgres().await else { return };
                super::$test(place).await;
            }
        }
    };
}
pub(crate) use in_both_places;

/// Turns `async fn name(server) { … }` into a test for each database engine. The test gets a server that runs.
macro_rules! on_both_engines {
    ($(async fn $name:ident($server:ident) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            use crate::server::{Server, Where};

            async fn run($server: &Server) $body

            #[tokio::test]
            async fn on_sqlite() {
                run(&Server::start(Where::sqlite()).await).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                let Some(place) = Where::postgres().await else { return };
                run(&Server::start(place).await).await;
            }
        }
    )*};
}
pub(crate) use on_both_engines;
