//! TLS to PostgreSQL: with `sslmode=verify-full`, only the right server is believed.

use std::path::Path;

use latchkey::program::startup::Application;
use serde_json::Value;
use sqlx::Connection as _;
use tempfile::TempDir;

use crate::authority::Authority;
use crate::postgres::PostgreSql;
use crate::process::Process;
use crate::prometheus::until;
use crate::server::{DEVICE, Platform, Server, Where};

#[tokio::test]
async fn only_a_verified_server_is_believed() {
    let Some(database) = PostgreSql::start() else { return };
    let (authority, other, folder) = (Authority::new(), Authority::new(), TempDir::new().unwrap());
    authority.issue(folder.path(), "IP:127.0.0.1", 30);
    database.require_tls(&folder.path().join("fullchain.pem"), &folder.path().join("privkey.pem"));
    let url = |host: &str, mode: &str, file: &Path| {
        let at = database.url().replace("127.0.0.1", host);
        format!("{at}?sslmode={mode}&sslrootcert={}", file.display())
    };
    let at = |url: String| Where { database_url: Some(url), ..Where::sqlite() };
    let place = at(url("127.0.0.1", "verify-full", &authority.file()));
    let server = Server::start(place.clone()).await;
    let platform = Platform::on(&server).await;
    // The connection that listens has TLS, too: the server takes no other.
    until("changes do not arrive", async || {
        let ready: Value =
            reqwest::get(format!("{}/readyz", server.url)).await.unwrap().json().await.unwrap();
        ready["change_feed"] == "live"
    })
    .await;
    let beside = Server::start(place.clone()).await;
    let credential = platform.credential(&platform.apply("rsa").await).await;
    let there = Platform { admin: platform.admin.at(&beside.url), gateway: platform.gateway.at(&beside.url) };
    assert_eq!(there.reason(&credential, "GET", DEVICE).await, "allowed");
    let ssl = "SELECT COUNT(*), COUNT(*) FILTER (WHERE ssl AND version = 'TLSv1.3') FROM pg_stat_ssl \
               JOIN pg_stat_activity USING (pid) WHERE backend_type = 'client backend'";
    let mut connection = sqlx::PgConnection::connect(place.database_url.as_deref().unwrap()).await.unwrap();
    let (all, with_tls): (i64, i64) = sqlx::query_as(ssl).fetch_one(&mut connection).await.unwrap();
    assert!(all > 6 && all == with_tls, "{with_tls} of {all}");
    drop((server, beside));

    for (wrong, says) in [
        (url("127.0.0.1", "verify-full", &other.file()), "invalid peer certificate"),
        (url("localhost", "verify-full", &authority.file()), "not valid for name"),
        (url("127.0.0.1", "disable", &authority.file()), "no encryption"),
    ] {
        let error = Application::build(at(wrong.clone()).configuration()).await.err();
        let error = format!("{:#}", error.unwrap_or_else(|| panic!("{wrong} is believed")));
        assert!(error.contains(says), "{wrong}: {error}");
    }
    // Without verification, anybody is.
    let _careless = Server::start(at(url("localhost", "require", &other.file()))).await;
}

#[test]
fn a_server_on_the_network_that_is_not_verified_is_warned_of() {
    // Nobody has this address (RFC 5737).
    let said = |mode: &str| {
        let url = format!("postgres://latchkey@192.0.2.1/latchkey{mode}");
        Process::refused(&Where { database_url: Some(url), ..Where::sqlite() }, &[])
    };
    assert!(said("").contains("use sslmode=verify-full"));
    assert!(!said("?sslmode=verify-full").contains("use sslmode=verify-full"));
}
