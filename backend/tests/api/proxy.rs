//! A proxy between a node and PostgreSQL, which loses what it is told to lose.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::server::Where;

/// What becomes of the traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    /// It passes.
    Open,
    /// Notifications wait. Everything else passes.
    WithoutNotifications,
    /// It waits, and nobody is told.
    Silent,
    /// Every connection is closed, and no new one is accepted.
    Severed,
}

/// Forwards the traffic between nodes and PostgreSQL. Returns the place of these nodes.
pub(crate) async fn proxy(place: &Where) -> (Where, watch::Sender<Link>) {
    let url: url::Url = place.database_url.clone().unwrap().parse().unwrap();
    let to = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
    let (place, link, _) = movable_proxy(place, to).await;
    (place, link)
}

/// The same to an address that can be changed. Connections that are open stay where they are.
pub(crate) async fn movable_proxy(
    place: &Where,
    to: String,
) -> (Where, watch::Sender<Link>, Arc<Mutex<String>>) {
    let (sender, link) = watch::channel(Link::Open);
    let mut url: url::Url = place.database_url.clone().unwrap().parse().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
    let to = Arc::new(Mutex::new(to));
    let target = Arc::clone(&to);
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            if *link.borrow() == Link::Severed {
                continue;
            }
            let to = target.lock().unwrap().clone();
            let Ok(far) = TcpStream::connect(&to).await else { continue };
            let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
            let listens = Arc::new(AtomicBool::new(false));
            tokio::spawn(pass_on(near_read, far_write, Arc::clone(&listens), link.clone()));
            tokio::spawn(pass_on(far_read, near_write, listens, link.clone()));
        }
    });
    (Where { database_url: Some(url.into()), ..place.clone() }, sender, to)
}

/// Passes on one direction of a connection. `listens` is whether it has asked for notifications.
async fn pass_on(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    listens: Arc<AtomicBool>,
    mut link: watch::Receiver<Link>,
) {
    let mut severed = link.clone();
    let passing = async {
        let mut buffer = vec![0; 16_384];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            let passes = |link: &Link| match link {
                Link::Open => true,
                Link::WithoutNotifications => !listens.load(Ordering::Relaxed),
                Link::Silent | Link::Severed => false,
            };
            if link.wait_for(passes).await.is_err() || to.write_all(&buffer[..length]).await.is_err() {
                return;
            }
            if buffer[..length].windows(6).any(|word| word == b"LISTEN") {
                listens.store(true, Ordering::Relaxed);
            }
        }
    };
    tokio::select! {
        () = passing => {}
        _ = severed.wait_for(|link| *link == Link::Severed) => {}
    }
}
