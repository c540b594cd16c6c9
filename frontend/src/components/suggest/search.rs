//! The search behind a text field with suggestions.

use std::sync::Arc;
use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{Answer, Error};
use crate::text;

/// How long the search waits after the last keystroke.
pub(crate) const PAUSE: Duration = Duration::from_millis(200);

/// A suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suggestion {
    /// The id that the server uses.
    pub(crate) id: String,
    /// The label text. The text field shows it after the choice.
    pub(crate) name: String,
    /// A detail that tells suggestions with the same name apart.
    pub(crate) about: String,
}

/// Finds suggestions for a text. There is only one type of finder, so that the component is compiled once.
#[derive(Clone)]
pub(crate) struct Finder(Arc<dyn Fn(String) -> Answer<Vec<Suggestion>> + Send + Sync>);

impl Finder {
    /// A finder that calls `find` with the text. An empty text finds the first suggestions.
    pub(crate) fn new<F>(find: impl Fn(String) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Vec<Suggestion>, Error>> + 'static,
    {
        Self(Arc::new(move |typed| Box::pin(find(typed))))
    }
}

/// The typed text and the suggestions for it.
#[derive(Clone, Copy)]
pub(crate) struct Search {
    pub(crate) find: StoredValue<Finder>,
    pub(crate) typed: RwSignal<String>,
    pub(crate) is_open: RwSignal<bool>,
    pub(crate) found: RwSignal<Option<Result<Vec<Suggestion>, Error>>>,
    /// The index of the suggestion that Enter chooses.
    pub(crate) active: RwSignal<usize>,
    /// The number of the latest search. Results of earlier searches are dropped.
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

    /// Drops the results of every search that is waiting or pending.
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

    /// Opens the list and searches for the typed text after `pause`, unless another search starts first.
    pub(super) fn look(self, pause: Duration) {
        self.forget();
        self.is_open.set(true);
        let turn = self.turn.get_value();
        let ask = move || {
            let typed = self.typed.get_untracked().trim().to_owned();
            let Some(answer) = self.find.try_with_value(|find| (find.0)(typed)) else { return };
            spawn_local(async move {
                let answer = answer.await;
                // Drop the answer if a newer search has started or the page was left.
                if self.turn.try_get_value() == Some(turn) {
                    self.active.set(0);
                    self.found.set(Some(answer));
                }
            });
        };
        self.waiting.set_value(set_timeout_with_handle(ask, pause).ok());
    }

    /// The number of suggestions.
    pub(super) fn count(self) -> usize {
        self.found.with(|found| found.as_ref().and_then(|one| one.as_ref().ok()).map_or(0, Vec::len))
    }

    /// Whether suggestions are visible.
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

    /// The suggestion that Enter chooses.
    pub(super) fn chosen(self) -> Option<Suggestion> {
        let active = self.active.get_untracked();
        self.found.with_untracked(|found| found.as_ref()?.as_ref().ok()?.get(active).cloned())
    }

    /// Handles a key. Calls `take` with the chosen suggestion.
    pub(super) fn on_key(self, event: &KeyboardEvent, take: impl Fn(Suggestion)) {
        if event.is_composing() {
            return;
        }
        let is_open = self.is_open.get_untracked();
        match event.key().as_str() {
            key @ ("ArrowDown" | "ArrowUp") if is_open => self.step(key == "ArrowDown"),
            "ArrowDown" | "ArrowUp" => self.look(Duration::ZERO),
            // Enter chooses a suggestion and must not submit the form.
            "Enter" if is_open => {
                if let Some(chosen) = self.chosen() {
                    take(chosen);
                }
            }
            // Esc closes the suggestions and must not close the surrounding dialog.
            "Escape" if is_open => self.close(),
            _ => return,
        }
        event.prevent_default();
    }

    /// The text for screen readers. It is also shown when there are no suggestions.
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

/// The element id of a suggestion.
pub(crate) fn option_id(name: &str, index: usize) -> String {
    format!("{name}-option-{index}")
}
