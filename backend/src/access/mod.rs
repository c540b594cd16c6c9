//! Who asks, and what they may do. The rules of design §1 are all here.
//!
//! A handler takes a [`Principal`](principal::Principal) and asks it for a proof.
//! Store functions that change something take the proof, so that a check that is
//! forgotten does not compile.
//!
//! - A **person** has a session. A system administrator may do everything. A
//!   project administrator may do what the memberships of this moment give.
//! - A **token** calls our own API. An RSA token is a project administrator of its
//!   projects. A JWT token is its user, held to the projects that it is bound to.
//!   No token hands out what it does not hold itself ([`Held`](grants::Held)).

pub mod grants;
pub mod origin;
pub mod principal;
pub mod reach;
