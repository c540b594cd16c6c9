//! Parts that pages are made of.

pub(crate) mod field;
pub(crate) mod frame;
pub(crate) mod notice;
pub(crate) mod title;
