//! Toasts: short messages about the last action. Screen readers announce them.

use std::time::Duration;

use latchkey_shared::warning::Warning;
use leptos::prelude::*;

use super::each::Each;
use crate::text;

/// How long a toast stays, unless the user dismisses it or points at it. A warning stays until it is
/// dismissed.
const STAYS: Duration = Duration::from_secs(7);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Toast {
    number: u32,
    message: String,
    tone: Tone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tone {
    Good,
    Warns,
    Bad,
}

/// The toasts of the app. Components get them from [`toasts`].
#[derive(Clone, Copy)]
pub(crate) struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    count: StoredValue<u32>,
    held: RwSignal<bool>,
}

/// The toasts of the app. Call this while a component is being built: async code has no context.
pub(crate) fn toasts() -> Toasts {
    expect_context()
}

impl Toasts {
    /// An empty list of toasts.
    pub(crate) fn new() -> Self {
        Self { shown: RwSignal::new(Vec::new()), count: StoredValue::new(0), held: RwSignal::new(false) }
    }

    /// Reports a success.
    pub(crate) fn good(self, message: impl Into<String>) {
        self.say(message.into(), Tone::Good);
    }

    /// Reports a failure.
    pub(crate) fn bad(self, message: impl Into<String>) {
        self.say(message.into(), Tone::Bad);
    }

    /// Shows the warnings of a response.
    pub(crate) fn warn(self, warnings: &[Warning]) {
        for warning in warnings {
            self.say(text::problems::warning(warning), Tone::Warns);
        }
    }

    fn say(self, message: String, tone: Tone) {
        let number = self.count.with_value(|count| count + 1);
        self.count.set_value(number);
        self.shown.update(|shown| {
            shown.retain(|toast| toast.message != message);
            shown.push(Toast { number, message, tone });
        });
        if tone != Tone::Warns {
            self.expire(number);
        }
    }

    fn expire(self, number: u32) {
        set_timeout(
            move || {
                if self.held.try_get_untracked() == Some(true) {
                    self.expire(number);
                } else {
                    self.dismiss(number);
                }
            },
            STAYS,
        );
    }

    fn dismiss(self, number: u32) {
        self.shown.try_update(|shown| shown.retain(|toast| toast.number != number));
    }
}

/// The region of the page that shows the toasts.
#[component]
pub(crate) fn ToastRegion() -> impl IntoView {
    let toasts = toasts();
    view! {
        <section
            class="toasts"
            aria-label=text::notifications()
            on:mouseenter=move |_| toasts.held.set(true)
            on:mouseleave=move |_| toasts.held.set(false)
        >
            <div role="status" aria-live="polite" aria-atomic="false">
                <Each of=toasts.shown key=|toast| toast.number.to_string() let:toast>
                    <div class="toast" class:bad=toast.tone == Tone::Bad class:warn=toast.tone == Tone::Warns>
                        <p>{toast.message}</p>
                        <button
                            type="button"
                            class="icon"
                            aria-label=text::dismiss()
                            on:click=move |_| toasts.dismiss(toast.number)
                        >
                            "×"
                        </button>
                    </div>
                </Each>
            </div>
        </section>
    }
}
