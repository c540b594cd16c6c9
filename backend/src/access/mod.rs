//! Who makes a request, and what they may do. All rules about rights are here.
//!
//! A handler takes a [`Principal`](principal::Principal) and asks it for a proof. Store
//! functions that change something take the proof as an argument, so code that forgets the
//! check does not compile.
//!
//! - A **person** has a session. A system administrator may do everything. A project
//!   administrator has the rights of their current memberships.
//! - A **token** calls our own API. An RSA token acts as a project administrator of its
//!   projects. A JWT token acts as its user, limited to the projects that it is bound to. A
//!   token cannot grant what it does not hold ([`Held`](grants::Held)).

pub mod grants;
pub mod origin;
pub mod principal;
pub mod reach;
