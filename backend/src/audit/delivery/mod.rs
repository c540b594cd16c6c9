//! Carries events and checkpoints out of the database, where nobody who changes it can reach them.

mod file;
mod message;
mod outlet;
mod syslog;

pub(super) use self::message::Message;
pub(super) use self::outlet::Outlet;
pub(super) use self::syslog::Sender;
