//! What the server and the screens share: ids, names, reasons and the JSON bodies of the REST
//! API. There is no I/O. Both sides check fields with the parsers in [`fields`].

pub mod audit;
pub mod data_keys;
pub mod doctor;
pub mod fields;
pub mod ids;
pub mod installation;
pub mod limits;
pub mod nodes;
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
