//! What the server and the screens say to each other: ids, names, reasons and
//! the JSON bodies of the REST API. No I/O happens here; what a field may hold
//! is decided by the parsers in [`fields`], which both sides call.

pub mod audit;
pub mod fields;
pub mod ids;
pub mod installation;
pub mod page;
pub mod patch;
pub mod problem;
pub mod projects;
pub mod revocations;
pub mod session;
pub mod signing_keys;
pub mod systems;
pub mod time;
pub mod tokens;
pub mod users;
pub mod verify;
pub mod warning;
