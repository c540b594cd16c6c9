//! Finds what is suggested while somebody types.

use std::sync::Arc;
use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{Answer, Error};
use crate::text;

/// How long to wait for the next letter before the server is asked.
pub(crate) const PAUSE: Duration = Duration::from_millis(200);

/// One that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suggestion {
    /// What it is known by to the server.
    pub(crate) id: String,
    /// What people read; it stands in the box when it is chosen.
    pub(crate) name: String,
    /// What tells it from others of the same name.
    pub(crate) about: String,
}

/// Looks for what fits to what was typed. One type for all that can be looked
/// for, so that the box is compiled once.
#[derive(Clone)]
pub(crate) struct Finder(Arc<dyn Fn(String) -> Answer<Vec<Suggestion>> + Send + Sync>);

impl Finder {
    /// Looks with `find`, which gets what was typed; nothing for the first few.
    pub(crate) fn new<F>(find: impl Fn(String) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Vec<Suggestion>, Error>> + 'static,
    {
        Self(Arc::new(move |typed| Box::pin(find(typed))))
    }
}

/// What was typed, and what fits to it.
#[derive(Clone, Copy)]
pub(crate) struct Search {
    pub(crate) find: StoredValue<Finder>,
    pub(crate) typed: RwSignal<String>,
    pub(crate) is_open: RwSignal<bool>,
    pub(crate) found: RwSignal<Option<Result<Vec<Suggestion>, Error>>>,
    /// Which of those that were found Enter chooses.
    pub(crate) active: RwSignal<usize>,
    /// Only the answer to the last question counts.
    pub(crate) turn: StoredValue<u32>,
    pub(crate) waiting: StoredValue<Option<TimeoutHandle>>,
}

impl Search {
    pub(super) fn new(find: Finder) -> Self {
        let search = Self {
            find: StoredValue::new(find),
            typed: RwSignal::new(String::new()),
            is_open: RwSignal::new(false),
            found: RwSignal::new(None),
            active: RwSignal::new(0),
            turn: StoredValue::new(0),
            waiting: StoredValue::new(None),
        };
        on_cleanup(move || search.forget());
        search
    }

    /// Whatever is on its way does not count any more.
    pub(super) fn forget(self) {
        self.turn.update_value(|turn| *turn += 1);
        self.waiting.update_value(|waiting| {
            if let Some(waiting) = waiting.take() {
                waiting.clear();
            }
        });
    }

    pub(super) fn close(self) {
        self.forget();
        self.is_open.set(false);
        self.found.set(None);
    }

    /// Opens, and looks for what is typed unless more is typed within `pause`.
    pub(super) fn look(self, pause: Duration) {
        self.forget();
        self.is_open.set(true);
        let turn = self.turn.get_value();
        let ask = move || {
            let typed = self.typed.get_untracked().trim().to_owned();
            let Some(answer) = self.find.try_with_value(|find| (find.0)(typed)) else { return };
            spawn_local(async move {
                let answer = answer.await;
                // An answer that was overtaken, or came after the page was left, says nothing.
                if self.turn.try_get_value() == Some(turn) {
                    self.active.set(0);
                    self.found.set(Some(answer));
                }
            });
        };
        self.waiting.set_value(set_timeout_with_handle(ask, pause).ok());
    }

    /// How many were found.
    pub(super) fn count(self) -> usize {
        self.found.with(|found| found.as_ref().and_then(|one| one.as_ref().ok()).map_or(0, Vec::len))
    }

    /// Whether there is something to choose on the screen.
    pub(super) fn is_expanded(self) -> bool {
        self.is_open.get() && self.count() > 0
    }

    pub(super) fn step(self, forward: bool) {
        let count = untrack(|| self.count());
        if count > 0 {
            self.active.update(|active| {
                *active = if forward { *active + 1 } else { *active + count - 1 } % count;
            });
        }
    }

    /// What Enter chooses.
    pub(super) fn chosen(self) -> Option<Suggestion> {
        let active = self.active.get_untracked();
        self.found.with_untracked(|found| found.as_ref()?.as_ref().ok()?.get(active).cloned())
    }

    /// What a key does; it chooses with `take`.
    pub(super) fn on_key(self, event: &KeyboardEvent, take: impl Fn(Suggestion)) {
        if event.is_composing() {
            return;
        }
        let is_open = self.is_open.get_untracked();
        match event.key().as_str() {
            key @ ("ArrowDown" | "ArrowUp") if is_open => self.step(key == "ArrowDown"),
            "ArrowDown" | "ArrowUp" => self.look(Duration::ZERO),
            // It chooses here; it does not send the form.
            "Enter" if is_open => {
                if let Some(chosen) = self.chosen() {
                    take(chosen);
                }
            }
            // It closes the suggestions; the dialog around them stays.
            "Escape" if is_open => self.close(),
            _ => return,
        }
        event.prevent_default();
    }

    /// What a screen reader says, and what is shown in place of suggestions.
    pub(super) fn status(self) -> String {
        self.found.with(|found| match found {
            _ if !self.is_open.get() => String::new(),
            None => text::loading().to_owned(),
            Some(Err(error)) => error.message(),
            Some(Ok(found)) if found.is_empty() => match self.typed.read_untracked().trim() {
                "" => text::nothing_to_choose().to_owned(),
                typed => text::nothing_like(typed),
            },
            Some(Ok(found)) => text::suggestions(found.len()),
        })
    }
}

/// The id of a suggestion's element.
pub(crate) fn option_id(name: &str, index: usize) -> String {
    format!("{name}-option-{index}")
}
