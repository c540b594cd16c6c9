//! A change on its way to the server, and what came of it.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use leptos::prelude::*;

use crate::api::Error;

/// A change that a form or a button asks for.
pub(crate) struct Write<I: 'static, O: 'static> {
    action: Action<I, Result<O, Error>>,
}

impl<I: 'static, O: 'static> Clone for Write<I, O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I: 'static, O: 'static> Copy for Write<I, O> {}

impl<I: Clone + 'static, O: Clone + Send + Sync + 'static> Write<I, O> {
    /// Calls `then` with the answer, unless the page was left meanwhile.
    pub(crate) fn new<F: Future<Output = Result<O, Error>> + 'static>(
        send: impl Fn(I) -> F + 'static,
        then: impl Fn(O) + Clone + 'static,
    ) -> Self {
        let is_here = Arc::new(AtomicBool::new(true));
        let left = Arc::clone(&is_here);
        on_cleanup(move || left.store(false, Ordering::Relaxed));
        let action = Action::new_unsync_local(move |input: &I| {
            let (answer, is_here, then) = (send(input.clone()), Arc::clone(&is_here), then.clone());
            async move {
                let answer = answer.await;
                if let (Ok(answer), true) = (&answer, is_here.load(Ordering::Relaxed)) {
                    then(answer.clone());
                }
                answer
            }
        });
        Self { action }
    }

    /// Sends it, unless it is on its way already.
    pub(crate) fn send(self, input: I) {
        if !self.action.pending().get_untracked() {
            self.action.dispatch_local(input);
        }
    }

    /// Whether it is on its way.
    pub(crate) fn pending(self) -> Memo<bool> {
        self.action.pending()
    }

    /// What is wrong, if something is; nothing while it is on its way again.
    pub(crate) fn error(self) -> Signal<Option<Error>> {
        let (value, pending) = (self.action.value(), self.action.pending());
        Signal::derive(move || {
            value.with(|value| value.as_ref()?.as_ref().err().cloned()).filter(|_| !pending.get())
        })
    }

    /// Forgets what was wrong: the form is shown anew.
    pub(crate) fn clear(self) {
        self.action.clear();
    }
}
