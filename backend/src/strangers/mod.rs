//! Strangers: callers who hold nothing, and are known only by their address. What is remembered of
//! them has a limited size.

mod address;
mod limit;
mod memory;

pub use self::address::network;
pub use self::limit::{Strangers, Turn};
pub use self::memory::{Entry, Memory};
