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
        Self { fault, is_shown: RwSignal::new(false), at_server: at_field(error, field) }
    }

    /// Whether it may be sent. From now on the field says why not.
    pub(crate) fn holds(self) -> bool {
        self.is_shown.set(true);
        self.fault.read_untracked().is_none()
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
    submit: impl Fn() + 'static,
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
        submit();
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
