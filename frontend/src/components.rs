//! Parts that pages are made of.

pub(crate) mod api_picker;
pub(crate) mod bulk;
pub(crate) mod choices;
pub(crate) mod clipboard;
pub(crate) mod dialog;
pub(crate) mod each;
pub(crate) mod field;
pub(crate) mod form;
pub(crate) mod frame;
pub(crate) mod heading;
pub(crate) mod listing;
pub(crate) mod login_again;
pub(crate) mod menu;
pub(crate) mod notice;
pub(crate) mod reading;
pub(crate) mod search;
pub(crate) mod shortcuts;
pub(crate) mod suggest;
pub(crate) mod title;
pub(crate) mod toast;
pub(crate) mod token_actions;
pub(crate) mod token_links;
pub(crate) mod write;
