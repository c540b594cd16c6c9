//! May this credential make this call? There is one engine. Every door is a thin
//! adapter to it.
//!
//! [`prove`] finds out whose credential it is and what it was made for. [`judge`]
//! finds out whether the call may pass. [`decide`] does both, takes the one use of a
//! one-time request, and counts the call in [`usage`].
//!
//! Every condition is evaluated on every call; only proofs are remembered. Before a
//! call is allowed, the facts that it was judged by are looked at once more: what was
//! withdrawn while the decision waited makes the call be judged again.

pub mod call;
pub mod decide;
pub mod judge;
pub mod proof;
pub mod prove;
pub mod replay;
pub mod state;
pub mod usage;
pub mod verdict;
pub mod verifier;
