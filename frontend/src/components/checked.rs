//! A field of a form together with its rule: the same parser that the server has.

use latchkey_shared::fields::Refusal;
use leptos::prelude::*;

use super::form::at_field;
use crate::api::Error;
use crate::text;

/// What is typed, and what its rule says once somebody has left the field or sent the form.
#[derive(Clone, Copy)]
pub(crate) struct Checked {
    pub(crate) value: RwSignal<String>,
    is_due: RwSignal<bool>,
    rule: fn(&str) -> Result<(), Refusal>,
}

impl Checked {
    /// A field that holds `value` and follows `rule`.
    pub(crate) fn new(value: impl Into<String>, rule: fn(&str) -> Result<(), Refusal>) -> Self {
        Self { value: RwSignal::new(value.into()), is_due: RwSignal::new(false), rule }
    }

    /// What is typed now.
    pub(crate) fn typed(self) -> String {
        self.value.get_untracked().trim().to_owned()
    }

    /// To be called when the field is left; what was never filled in is not wrong yet.
    pub(crate) fn leave(self) -> Callback<()> {
        Callback::new(move |()| {
            if !self.value.read_untracked().trim().is_empty() {
                self.is_due.set(true);
            }
        })
    }

    /// What is wrong with it: by its rule, else by what the server said of `field`.
    pub(crate) fn error(self, error: Signal<Option<Error>>, field: &'static str) -> Signal<Option<String>> {
        let at_server = at_field(error, field);
        Signal::derive(move || {
            let refusal = self.is_due.get().then(|| (self.rule)(self.value.read().trim()).err()).flatten();
            match refusal {
                Some(refusal) => Some(text::problems::at_field(refusal.code, &refusal.message)),
                None => at_server.get(),
            }
        })
    }

    /// Whether the fields all follow their rules; from now on they say so where they don't.
    pub(crate) fn all(fields: &[Self]) -> bool {
        for field in fields {
            field.is_due.set(true);
        }
        fields.iter().all(|field| (field.rule)(field.value.read_untracked().trim()).is_ok())
    }
}
