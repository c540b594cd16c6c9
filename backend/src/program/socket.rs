//! Where requests arrive: at an address, at a Unix socket, or at a socket that systemd passes.

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use anyhow::{Context as _, ensure};
use listenfd::ListenFd;

use crate::configuration::listen::Listen;

/// The group of the service may connect, so a gateway belongs to it.
const RIGHTS: u32 = 0o660;

/// A socket that listens.
pub(super) enum Socket {
    /// At an address.
    Tcp(TcpListener),
    /// At a path.
    Unix(UnixListener),
}

/// Takes the socket that systemd passes, or else listens at the configured place. Returns the socket,
/// and where it is.
pub(super) fn open(listen: &Listen) -> anyhow::Result<(Socket, Listen)> {
    if let Some(passed) = take_passed()? {
        return Ok(passed);
    }
    let context = || format!("cannot listen on {listen}");
    match listen {
        Listen::Tcp(address) => {
            let listener = TcpListener::bind(address).with_context(context)?;
            let place = listener.local_addr()?.into();
            Ok((Socket::Tcp(listener), place))
        }
        Listen::Unix(path) => {
            let listener = bind_unix(path).with_context(context)?;
            Ok((Socket::Unix(listener), listen.clone()))
        }
    }
}

/// Listens at an address, for something beside the server itself.
pub(super) fn bind(address: SocketAddr, what: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).with_context(|| format!("cannot listen on {address} for {what}"))
}

/// The socket of a unit of systemd (`sd_listen_fds(3)`).
fn take_passed() -> anyhow::Result<Option<(Socket, Listen)>> {
    let mut passed = ListenFd::from_env();
    if passed.len() == 0 {
        return Ok(None);
    }
    ensure!(passed.len() == 1, "systemd passes {} sockets; Latchkey takes one", passed.len());
    if let Ok(Some(listener)) = passed.take_unix_listener(0) {
        let address = listener.local_addr()?;
        let path = address.as_pathname().context("the socket that systemd passes has no path")?;
        let place = Listen::Unix(path.to_owned());
        return Ok(Some((Socket::Unix(listener), place)));
    }
    let listener = passed.take_tcp_listener(0).context("the socket that systemd passes")?;
    let listener = listener.context("the socket that systemd passes is taken")?;
    let place = listener.local_addr()?.into();
    Ok(Some((Socket::Tcp(listener), place)))
}

fn bind_unix(path: &Path) -> anyhow::Result<UnixListener> {
    // A process that has ended leaves its socket behind. A file of another kind stays.
    let is_socket = fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    let is_dead =
        || UnixStream::connect(path).is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused);
    if is_socket && is_dead() {
        fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, Permissions::from_mode(RIGHTS))?;
    Ok(listener)
}
