//! PostgreSQL stops, dies, stands still or cannot be reached, under load. Nothing that was answered is lost, and
//! nothing that was withdrawn passes for longer than a node that is cut off may allow it.

use std::time::Duration;

use tokio::sync::watch;

use crate::faults::{Report, times};
use crate::postgres::PostgreSql;
use crate::pressure::{Pressure, at};
use crate::proxy::{Link, proxy};
use crate::server::{Platform, Server, Where};

/// What happens to PostgreSQL, or to the network of one node.
#[derive(Debug, Clone, Copy)]
enum Outage {
    Restarts,
    Dies,
    StandsStill(Duration),
    /// What happens to the link of one node, and for how long.
    Link(Link, Duration),
}

impl Outage {
    async fn happen(self, database: &PostgreSql, link: &watch::Sender<Link>) {
        tokio::time::sleep(Duration::from_millis(500)).await;
        match self {
            Self::Restarts => database.restart(),
            Self::Dies => {
                database.kill();
                database.go_on();
            }
            Self::StandsStill(time) => {
                database.stand_still(true);
                tokio::time::sleep(time).await;
                database.stand_still(false);
            }
            Self::Link(state, time) => {
                link.send_replace(state);
                tokio::time::sleep(time).await;
                link.send_replace(Link::Open);
            }
        }
    }
}

async fn survive(fault: &str, outage: Outage, times: usize) {
    if times == 0 {
        return;
    }
    let Some(database) = PostgreSql::start() else { return };
    let place = Where { database_url: Some(database.url()), ..Where::sqlite() };
    let (behind, link) = proxy(&place).await;
    let (one, two) = (Server::start(place.clone()).await, Server::start(behind).await);
    let platform = Platform::on(&one).await;
    let beyond = at(&platform, &two).await;
    let mut report = Report::default();
    for _ in 0..times {
        let pressure = Pressure::on(&platform, &beyond, 20).await;
        pressure.during(outage.happen(&database, &link), &mut report).await;
    }
    report.tell(fault, &place);
}

/// `chaos.rs` and `nodes.rs` are the short form of the tests that do nothing by default.
macro_rules! survives {
    ($($name:ident: $fault:literal, $outage:expr, $briefly:literal;)*) => {$(
        #[tokio::test]
        async fn $name() {
            survive($fault, $outage, times($briefly)).await;
        }
    )*};
}

survives! {
    postgresql_restarts: "PostgreSQL is restarted", Outage::Restarts, 1;
    postgresql_dies: "PostgreSQL is killed", Outage::Dies, 0;
    postgresql_stands_still: "PostgreSQL stands still for 8 s (SIGSTOP)",
        Outage::StandsStill(Duration::from_secs(8)), 0;
    connections_are_reset: "all connections of a node to PostgreSQL are reset",
        Outage::Link(Link::Severed, Duration::from_millis(50)), 0;
    the_network_swallows: "the network swallows what a node and PostgreSQL send, for 8 s",
        Outage::Link(Link::Silent, Duration::from_secs(8)), 0;
    the_feed_is_cut: "a node gets no notifications for 8 s",
        Outage::Link(Link::WithoutNotifications, Duration::from_secs(8)), 0;
}
