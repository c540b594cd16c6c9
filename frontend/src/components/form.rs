//! Forms. The fields keep their text when the server refuses the request, and each error is shown at its
//! field.

use latchkey_shared::fields::Refusal;
use leptos::html;
use leptos::prelude::*;
use leptos::web_sys::HtmlElement;
use wasm_bindgen::JsCast as _;

use super::notice::Notice;
use crate::api::Error;
use crate::text;

/// The error message of the server for a field.
pub(crate) fn at_field(error: Signal<Option<Error>>, field: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || error.with(|error| error.as_ref()?.at_field(field)))
}

/// A field that is checked before the form is sent, with the same rule as on the server.
#[derive(Clone, Copy)]
pub(crate) struct Checked {
    typed: RwSignal<String>,
    fault: Memo<Option<String>>,
    is_shown: RwSignal<bool>,
    at_server: Signal<Option<String>>,
}

impl Checked {
    /// Checks the text with `rule`. `error` is the last error of the server, and `field` is the name of the
    /// field in it.
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

    /// Whether the text is valid. From now on the field shows its error.
    pub(crate) fn holds(self) -> bool {
        self.is_shown.set(true);
        self.fault.read_untracked().is_none()
    }

    /// The callback for when the field loses the focus. From then on a field that is not empty shows its
    /// error.
    pub(crate) fn leave(self) -> Callback<()> {
        Callback::new(move |()| {
            if !self.typed.read_untracked().trim().is_empty() {
                self.is_shown.set(true);
            }
        })
    }

    /// The error message of the field: its own check first, then the error of the server.
    pub(crate) fn error(self) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.is_shown.get().then(|| self.fault.get()).flatten().or_else(|| self.at_server.get())
        })
    }
}

/// A form. The fields in `fields` show their own errors. All other errors are shown above the buttons. The
/// first field with an error gets the focus.
#[component]
pub(crate) fn Form(
    /// Called on Enter and by the submit button.
    #[prop(into)]
    submit: Callback<()>,
    /// The last error of the server.
    #[prop(into)]
    error: Signal<Option<Error>>,
    /// The names of the fields that show their own errors.
    fields: &'static [&'static str],
    /// The controls of the form.
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
        // By then, the fields show the errors of their own checks.
        focus_fault(form);
    };
    view! {
        // `novalidate`: errors appear in the language of the screens, not in that of the browser.
        <form class="form" node_ref=form novalidate on:submit=on_submit>
            {children()}
            <Notice message=failure />
        </form>
    }
}

/// The submit button. `says` holds its label at rest and while the request is pending.
#[component]
pub(crate) fn Submit(says: (&'static str, &'static str), pending: Memo<bool>) -> impl IntoView {
    view! {
        <button type="submit" disabled=pending>{move || if pending.get() { says.1 } else { says.0 }}</button>
    }
}

/// The buttons at the end of a form in a dialog: cancel and submit.
#[component]
pub(crate) fn Foot(
    /// Called by the cancel button.
    #[prop(into)]
    cancel: Callback<()>,
    /// The label of the submit button, at rest and while the request is pending.
    says: (&'static str, &'static str),
    /// Whether the request is pending.
    pending: Memo<bool>,
) -> impl IntoView {
    view! {
        <div class="buttons">
            <button type="button" class="quiet" on:click=move |_| cancel.run(())>{text::cancel()}</button>
            <Submit says pending />
        </div>
    }
}

/// Focuses the first field with an error, once the error is rendered.
fn focus_fault(form: NodeRef<html::Form>) {
    request_animation_frame(move || {
        let Some(form) = form.get_untracked() else { return };
        let found = form.query_selector("[aria-invalid='true']").ok().flatten();
        if let Some(field) = found.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
            // If the field cannot take the focus, it still shows its error.
            let _ = field.focus();
        }
    });
}
