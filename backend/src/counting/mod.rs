//! Counters that threads raise without waiting for each other, also on the way of every decision.
//! Raising one takes no lock and no memory.

mod counter;
mod histogram;
mod lookups;
mod striped;

pub use self::counter::Counter;
pub use self::histogram::{BOUNDS, Histogram, Times};
pub use self::lookups::Lookups;
pub use self::striped::Striped;
