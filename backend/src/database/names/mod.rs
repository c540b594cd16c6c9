//! The names of projects and users in memory, to search them by any part. The copy proposes rows,
//! and the database decides: a row is shown only if it matches there and the caller may see it.

mod copy;
mod heard;
mod page;
mod rows;

pub use self::copy::{Named, Names};
pub use self::heard::Heard;
pub use self::page::Among;
