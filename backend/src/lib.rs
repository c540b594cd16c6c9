//! Latchkey: a token authority for API platforms.
//!
//! It is an *engine* that decides calls. It is asked at *doors*, fed by
//! *capabilities*, and stands on *shared ground*. Each line knows only lines further
//! down; `docs/architecture.md` says which, and a test holds the code against it.
//!
//! - The program: [`program`] starts and watches the server.
//! - The doors: [`doors`] take calls in the ways that gateways, services and OAuth
//!   clients ask; [`oauth`] finds out who a client is.
//! - Above the engine: [`tokens`], [`installation`], [`backups`], [`recovery`].
//! - The engine: [`engine`] proves a credential, judges the call, and counts it.
//! - Capabilities that the engine reads: [`projects`], [`systems`], [`users`],
//!   [`sessions`], [`keys`], [`nodes`], [`revocations`].
//! - What is allowed and what was done: [`audit`], [`access`].
//! - Shared ground, which knows no capability: [`web`], [`database`],
//!   [`withdrawals`], [`telemetry`], [`configuration`], [`crypto`], [`strangers`],
//!   [`json`], [`apart`], [`counting`].

pub mod access;
pub mod apart;
pub mod audit;
pub mod backups;
pub mod configuration;
pub mod counting;
pub mod crypto;
pub mod database;
pub mod doors;
pub mod engine;
pub mod installation;
pub mod json;
pub mod keys;
pub mod limits;
pub mod nodes;
pub mod oauth;
pub mod program;
pub mod projects;
pub mod recovery;
pub mod revocations;
pub mod sessions;
pub mod strangers;
pub mod systems;
pub mod telemetry;
pub mod tokens;
pub mod users;
pub mod web;
pub mod withdrawals;
