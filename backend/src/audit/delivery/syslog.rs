//! Syslog (RFC 5424) over TCP (RFC 6587, with the length before each message), UDP (RFC 5426) and
//! Unix sockets.

use std::io;
use std::path::Path;

use latchkey_shared::time::Timestamp;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpStream, UdpSocket};

use super::message::Message;

/// Facility 13, "log audit", with severity 6, "informational".
const PRIORITY: u32 = 13 * 8 + 6;
/// The longest name of a kind of message.
const LONGEST_NAME: usize = 32;
/// How much of a message is sent in a datagram if all of it is too long.
const LONGEST_DATAGRAM: usize = 1_200;

/// Who sends.
#[derive(Debug, Clone)]
pub(in crate::audit) struct Sender {
    /// The name of the node.
    pub(in crate::audit) host: String,
}

/// The connection to a receiver.
pub(super) struct Syslog {
    sender: Sender,
    connection: Option<TcpStream>,
}

impl Syslog {
    pub(super) fn of(sender: Sender) -> Self {
        Self { sender, connection: None }
    }

    pub(super) fn disconnect(&mut self) {
        self.connection = None;
    }

    pub(super) async fn over_tcp(&mut self, address: &str, messages: &[Message]) -> io::Result<()> {
        let connection = match self.connection.take() {
            // Receivers of syslog send nothing. If there is something to read, it is the end, and what was
            // sent last may be lost.
            Some(connection) if connection.try_read(&mut [0; 1]).is_ok() => {
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            Some(connection) => connection,
            None => TcpStream::connect(address).await?,
        };
        let connection = self.connection.insert(connection);
        let mut framed = Vec::new();
        for message in messages {
            let line = line(&self.sender, message);
            framed.extend_from_slice(format!("{} ", line.len()).as_bytes());
            framed.extend_from_slice(line.as_bytes());
        }
        connection.write_all(&framed).await?;
        connection.flush().await
    }

    pub(super) async fn over_udp(&self, address: &str, messages: &[Message]) -> io::Result<()> {
        let target = tokio::net::lookup_host(address).await?.next();
        let target = target.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        let own: std::net::IpAddr = if target.is_ipv4() {
            std::net::Ipv4Addr::UNSPECIFIED.into()
        } else {
            std::net::Ipv6Addr::UNSPECIFIED.into()
        };
        let socket = UdpSocket::bind((own, 0)).await?;
        socket.connect(target).await?;
        for message in messages {
            let line = line(&self.sender, message);
            if socket.send(line.as_bytes()).await.is_err() {
                socket.send(beginning(&line)).await?;
            }
        }
        Ok(())
    }

    #[cfg(unix)]
    pub(super) async fn over_unix(&self, path: &Path, messages: &[Message]) -> io::Result<()> {
        let socket = tokio::net::UnixDatagram::unbound()?;
        socket.connect(path)?;
        for message in messages {
            let line = line(&self.sender, message);
            if socket.send(line.as_bytes()).await.is_err() {
                socket.send(beginning(&line)).await?;
            }
        }
        Ok(())
    }

    #[cfg(not(unix))]
    pub(super) async fn over_unix(&self, _: &Path, _: &[Message]) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// The message as RFC 5424 wants it. The text has no byte order mark, which many receivers show.
fn line(sender: &Sender, message: &Message) -> String {
    let host = word(&sender.host, 255);
    let (at, name) = (Timestamp::from_millis(message.at), word(&message.name, LONGEST_NAME));
    format!("<{PRIORITY}>1 {at} {host} latchkey {} {name} - {}", std::process::id(), message.text)
}

/// A word of a header: printable ASCII, or `-` for none.
fn word(text: &str, longest: usize) -> String {
    let word: String = text.chars().filter(char::is_ascii_graphic).take(longest).collect();
    if word.is_empty() { "-".to_owned() } else { word }
}

fn beginning(line: &str) -> &[u8] {
    let mut end = LONGEST_DATAGRAM.min(line.len());
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    &line.as_bytes()[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_that_of_rfc_5424() {
        let sender = Sender { host: "brick two".to_owned() };
        let message =
            |name: &str| Message { at: 1, name: name.to_owned(), text: "{\"sequence\":1}".to_owned() };
        let pid = std::process::id();
        assert_eq!(
            line(&sender, &message("token.created")),
            format!(
                "<110>1 1970-01-01T00:00:00.001Z bricktwo latchkey {pid} token.created - {{\"sequence\":1}}"
            )
        );
        assert!(line(&Sender { host: String::new() }, &message("")).contains("Z - latchkey"));
        assert_eq!(beginning(&"é".repeat(700)).len(), 1_200);
    }
}
