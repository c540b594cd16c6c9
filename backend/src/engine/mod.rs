//! The engine decides whether a credential may make a call. Every door is a thin adapter to it.
//!
//! [`prove`] finds the token of a credential and what the credential was made for. [`judge`]
//! applies the rules. [`decide`] does both, claims the one use of a one-time request, and
//! counts the call in [`usage`].
//!
//! Every condition is evaluated for every call; only proofs are cached. Before a call is
//! allowed, the engine checks once more that its facts still count. If something was withdrawn
//! while the decision waited, it judges the call again.

pub mod allowance;
pub mod call;
mod compare;
pub mod decide;
pub mod decisions;
pub mod judge;
mod known;
pub mod limits;
pub mod proof;
pub mod prove;
pub mod quota;
pub mod rate;
pub mod replay;
pub mod set;
pub mod state;
pub mod usage;
pub mod verdict;
pub mod verifier;
