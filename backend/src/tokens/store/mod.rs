//! The SQL of tokens.

mod answers;
mod find;
mod index;
mod keys;
mod list;
mod names;
mod resolve;
mod suspended;
mod usage;
mod write;

pub(crate) use self::answers::{answer, forget_answers, keep_answer};
pub(crate) use self::find::{Found, descends, find, kind};
pub(crate) use self::index::{IndexRow, Indexed, indexed, memberships};
pub(crate) use self::keys::{current_key, first_reveal, insert_key, key_ids, start_generation};
pub(crate) use self::list::{Among, Filter, Listed, Start, Text, count, list};
pub(crate) use self::names::{holder_of_name, is_name_taken, look_alikes, name_key, note_taken_key};
pub(crate) use self::resolve::{Resolved, projects_named, resolve};
pub(crate) use self::suspended::confirm;
pub(crate) use self::usage::{usage, usage_by_month};
pub(crate) use self::write::{Written, delete, descendants, forget_limits, insert, update};
