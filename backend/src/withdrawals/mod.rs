//! The withdrawal log: a file outside of the database, with everything that was withdrawn. A database
//! that went back in time is compared with it, and what it forgot is withdrawn again.
//!
//! Each node writes what it committed itself. All logs of a fleet together have each position once.

mod files;
mod line;
mod log;
mod memory;
mod position;
mod run;
mod withdrawal;

pub use self::log::{Log, LogError};
pub use self::memory::{Memory, Server};
pub use self::position::Position;
pub use self::run::{Broken, Logs};
pub use self::withdrawal::{Record, TokenRights, Withdrawal};
