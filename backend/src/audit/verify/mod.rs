//! Checks an export without the server. It needs the public key and a checkpoint that come from
//! elsewhere.

mod fault;
mod report;
mod walk;

pub use self::fault::Fault;
pub use self::report::Report;
pub use self::walk::verify;
