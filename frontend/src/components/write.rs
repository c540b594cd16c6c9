//! A request that changes something on the server, and its result.

use std::any::Any;
use std::future::Future;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use leptos::prelude::*;

use super::toast::toasts;
use crate::api::{Answer, Error};

/// The input without its type. There is then only one type of action.
type Untyped = Box<dyn Any>;

/// A change that a form or a button sends, with its input.
pub(crate) struct Write<I> {
    action: Action<Untyped, Result<(), Error>>,
    with: PhantomData<fn(I)>,
}

impl<I> Clone for Write<I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I> Copy for Write<I> {}

impl<I: Clone + 'static> Write<I> {
    /// A write that calls `send` with the input, and `then` with the response unless the page was left
    /// meanwhile.
    pub(crate) fn new<O: 'static, F: Future<Output = Result<O, Error>> + 'static>(
        send: impl Fn(I) -> F + 'static,
        then: impl Fn(O) + 'static,
    ) -> Self {
        let then: Rc<dyn Fn(O)> = Rc::new(then);
        let is_here = Arc::new(AtomicBool::new(true));
        let left = Arc::clone(&is_here);
        on_cleanup(move || left.store(false, Ordering::Relaxed));
        let action = action(Box::new(move |input| {
            // The downcast cannot fail: only `send` dispatches, with an input of this type.
            let Some(input) = input.downcast_ref::<I>().cloned() else { return Box::pin(async { Ok(()) }) };
            finish(Box::pin(send(input)), Rc::clone(&then), Arc::clone(&is_here))
        }));
        Self { action, with: PhantomData }
    }

    /// Sends the request, unless one is pending.
    pub(crate) fn send(self, input: I) {
        if !self.action.pending().get_untracked() {
            self.action.dispatch_local(Box::new(input));
        }
    }

    /// Whether a request is pending.
    pub(crate) fn pending(self) -> Memo<bool> {
        self.action.pending()
    }

    /// The last error. `None` while a new request is pending.
    pub(crate) fn error(self) -> Signal<Option<Error>> {
        error_of(self.action)
    }

    /// The last error as a message for the user.
    pub(crate) fn failure(self) -> Signal<Option<String>> {
        let error = self.error();
        Signal::derive(move || error.get().map(|error| error.message()))
    }

    /// Shows errors as toasts. For writes without a form.
    pub(crate) fn say_failures(self) {
        let (toasts, failure) = (toasts(), self.failure());
        Effect::new(move || {
            if let Some(failure) = failure.get() {
                toasts.bad(failure);
            }
        });
    }

    /// Forgets the last error, for a form that opens again.
    pub(crate) fn clear(self) {
        self.action.clear();
    }
}

type Run = Box<dyn Fn(&Untyped) -> Answer<()>>;

fn action(run: Run) -> Action<Untyped, Result<(), Error>> {
    Action::new_unsync_local(run)
}

fn finish<O: 'static>(answer: Answer<O>, then: Rc<dyn Fn(O)>, is_here: Arc<AtomicBool>) -> Answer<()> {
    Box::pin(async move {
        let answer = answer.await?;
        if is_here.load(Ordering::Relaxed) {
            then(answer);
        }
        Ok(())
    })
}

fn error_of(action: Action<Untyped, Result<(), Error>>) -> Signal<Option<Error>> {
    let (value, pending) = (action.value(), action.pending());
    Signal::derive(move || {
        value.with(|value| value.as_ref()?.as_ref().err().cloned()).filter(|_| !pending.get())
    })
}
