//! Rate limits: how many calls may be made with a token, or of one API with it, in all nodes together.
//!
//! A decision never waits for other nodes. Each node may spend a part of the limit without asking
//! ([`meter`]). What all spend is counted in the database ([`store`]), which grants to the nodes
//! that need more what the others leave. So a limit never allows more because there are more
//! nodes, and a node that has all the load gets all of the rate. A node that cannot reach the
//! database has its part, no more.

mod bucket;
mod exchange;
mod limit;
mod meter;
#[cfg(test)]
mod pot;
mod queue;
mod rates;
#[cfg(test)]
mod simulation;
mod store;

pub use self::bucket::Bucket;
pub use self::meter::Spent;
pub use self::rates::Rates;
