//! A form: its fields keep what was typed when the server says no, and what is
//! wrong stands where it is wrong.

use latchkey_shared::fields::Refusal;
use leptos::html;
use leptos::prelude::*;
use leptos::web_sys::HtmlElement;
use wasm_bindgen::JsCast as _;

use super::notice::Notice;
use crate::api::Error;
use crate::text;

/// What is wrong with a field, as the server sees it.
pub(crate) fn at_field(error: Signal<Option<Error>>, field: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || error.with(|error| error.as_ref()?.at_field(field)))
}

/// A field that is checked before anything is sent, by the rule that the server
/// has as well.
#[derive(Clone, Copy)]
pub(crate) struct Checked {
    typed: RwSignal<String>,
    fault: Memo<Option<String>>,
    is_shown: RwSignal<bool>,
    at_server: Signal<Option<String>>,
}

impl Checked {
    /// Checks what is typed; `error` is what the server says, under the name `field`.
    pub(crate) fn new<T>(
        typed: RwSignal<String>,
        rule: impl Fn(&str) -> Result<T, Refusal> + Send + Sync + 'static,
        error: Signal<Option<Error>>,
        field: &'static str,
    ) -> Self {
        let fault = Memo::new(move |_| {
            let refusal = rule(&typed.read()).err()?;
            Some(text::problems::at_field(refusal.code, &refusal.message))
        });
        Self { typed, fault, is_shown: RwSignal::new(false), at_server: at_field(error, field) }
    }

    /// Whether it may be sent. From now on the field says why not.
    pub(crate) fn holds(self) -> bool {
        self.is_shown.set(true);
        self.fault.read_untracked().is_none()
    }

    /// Called when the field is left: what was filled in is checked from then on.
    pub(crate) fn leave(self) -> Callback<()> {
        Callback::new(move |()| {
            if !self.typed.read_untracked().trim().is_empty() {
                self.is_shown.set(true);
            }
        })
    }

    /// What the field says.
    pub(crate) fn error(self) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.is_shown.get().then(|| self.fault.get()).flatten().or_else(|| self.at_server.get())
        })
    }
}

/// A form. `fields` are those that say themselves what is wrong with them; all
/// else is said above the buttons. When something is wrong with a field, it gets
/// the focus.
#[component]
pub(crate) fn Form(
    /// What Enter and the submit button do.
    #[prop(into)]
    submit: Callback<()>,
    /// What the server had to say.
    #[prop(into)]
    error: Signal<Option<Error>>,
    /// The fields that show what is wrong with them.
    fields: &'static [&'static str],
    /// The fields.
    children: Children,
) -> impl IntoView {
    let form = NodeRef::<html::Form>::new();
    let failure = Signal::derive(move || {
        let error = error.get()?;
        (!fields.iter().any(|field| error.at_field(field).is_some())).then(|| match &error {
            Error::Problem(problem) if !problem.errors.is_empty() => problem
                .errors
                .iter()
                .map(|fault| format!("{}: {}", fault.field, fault.message))
                .collect::<Vec<_>>()
                .join(" "),
            error => error.message(),
        })
    });
    Effect::new(move || {
        if error.read().as_ref().is_some_and(Error::names_fields) {
            focus_fault(form);
        }
    });
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        submit.run(());
        // What the fields found wrong themselves is on the screen by then.
        focus_fault(form);
    };
    view! {
        // What is wrong is said in the language of the screens, not in the browser's.
        <form class="form" node_ref=form novalidate on:submit=on_submit>
            {children()}
            <Notice message=failure />
        </form>
    }
}

/// The button that sends a form: what it says, and what it says while that is done.
#[component]
pub(crate) fn Submit(says: (&'static str, &'static str), pending: Memo<bool>) -> impl IntoView {
    view! {
        <button type="submit" disabled=pending>{move || if pending.get() { says.1 } else { says.0 }}</button>
    }
}

/// The foot of a dialog's form: out of it, or on with it.
#[component]
pub(crate) fn Foot(
    /// What leaves it.
    #[prop(into)]
    cancel: Callback<()>,
    /// What the other button says, and what it says while that is done.
    says: (&'static str, &'static str),
    /// Whether it is being done.
    pending: Memo<bool>,
) -> impl IntoView {
    view! {
        <div class="buttons">
            <button type="button" class="quiet" on:click=move |_| cancel.run(())>{text::cancel()}</button>
            <Submit says pending />
        </div>
    }
}

/// Puts the focus on the first field that is wrong, once it says so.
fn focus_fault(form: NodeRef<html::Form>) {
    request_animation_frame(move || {
        let Some(form) = form.get_untracked() else { return };
        let found = form.query_selector("[aria-invalid='true']").ok().flatten();
        if let Some(field) = found.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
            // A field that cannot take the focus still says what is wrong.
            let _ = field.focus();
        }
    });
}
