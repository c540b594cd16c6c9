//! The way to a destination.

use std::io;
use std::time::Duration;

use super::file;
use super::message::Message;
use super::syslog::{Sender, Syslog};
use crate::configuration::audit::Destination;

/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The way to a destination.
pub(in crate::audit) struct Outlet {
    destination: Destination,
    syslog: Syslog,
}

impl Outlet {
    pub(in crate::audit) fn to(destination: Destination, sender: Sender) -> Self {
        Self { syslog: Syslog::of(sender), destination }
    }

    pub(in crate::audit) fn is_file(&self) -> bool {
        matches!(self.destination, Destination::File(_))
    }

    /// Sends these. After an error some of them may have been sent.
    pub(in crate::audit) async fn send(&mut self, messages: Vec<Message>) -> io::Result<()> {
        let late = || io::Error::from(io::ErrorKind::TimedOut);
        let sending = async {
            match &self.destination {
                Destination::File(path) => file::append(path.clone(), messages).await,
                Destination::Tcp(address) => self.syslog.over_tcp(address, &messages).await,
                Destination::Udp(address) => self.syslog.over_udp(address, &messages).await,
                Destination::Unix(path) => self.syslog.over_unix(path, &messages).await,
            }
        };
        let sent = tokio::time::timeout(PATIENCE, sending).await.unwrap_or_else(|_| Err(late()));
        if sent.is_err() {
            self.syslog.disconnect();
        }
        sent
    }
}
