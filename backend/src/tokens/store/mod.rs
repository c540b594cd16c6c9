//! The SQL of tokens.

mod answers;
mod find;
mod keys;
mod list;
mod names;
mod resolve;
mod usage;
mod write;

pub(crate) use super::store::answers::{answer, forget_answers, keep_answer};
pub(crate) use super::store::find::{Found, descends, find};
pub(crate) use super::store::keys::{current_key, first_reveal, insert_key, key_ids, start_generation};
pub(crate) use super::store::list::{Filter, Search, Start, count, list};
pub(crate) use super::store::names::{
    holder_of_name, index_name, is_name_taken, look_alikes, name_key, note_taken_key,
};
pub(crate) use super::store::resolve::resolve;
pub(crate) use super::store::usage::usage;
pub(crate) use super::store::write::{Written, delete, insert, update};
