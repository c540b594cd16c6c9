//! A labelled line of text in a form.

use leptos::html::Input;
use leptos::prelude::*;

/// A field with its label, its hint and what is wrong with it.
#[component]
pub(crate) fn Field(
    /// The name in the form; also the element's id.
    name: &'static str,
    /// What people read.
    label: &'static str,
    /// What is typed.
    value: RwSignal<String>,
    /// `text` or `password`.
    #[prop(into)]
    kind: Signal<&'static str>,
    /// What the browser may fill in.
    autocomplete: &'static str,
    /// What helps to fill it in.
    #[prop(optional)]
    hint: Option<&'static str>,
    /// What is wrong with it.
    #[prop(into)]
    error: Signal<Option<String>>,
    /// Whether typing starts here.
    #[prop(optional)]
    focused: bool,
) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    Effect::new(move || {
        if let (true, Some(input)) = (focused, input.get()) {
            // An element that is not there any more needs no focus.
            let _ = input.focus();
        }
    });
    let hint_id = format!("{name}-hint");
    let error_id = format!("{name}-error");
    let described_by = {
        let (hint_id, error_id) = (hint_id.clone(), error_id.clone());
        move || {
            let hint = hint.map(|_| hint_id.clone());
            let error = error.read().as_ref().map(|_| error_id.clone());
            let ids: Vec<String> = hint.into_iter().chain(error).collect();
            (!ids.is_empty()).then(|| ids.join(" "))
        }
    };
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input
                id=name
                name=name
                node_ref=input
                type=kind
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                required
                maxlength="256"
                aria-describedby=described_by
                aria-invalid=move || error.read().is_some().then_some("true")
                bind:value=value
            />
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
            {move || error.get().map(|error| view! { <p class="error" id=error_id.clone()>{error}</p> })}
        </div>
    }
}

/// Shows what is typed in the password fields beside it.
#[component]
pub(crate) fn ShowPassword(shown: RwSignal<bool>) -> impl IntoView {
    view! {
        <label class="check">
            <input type="checkbox" bind:checked=shown />
            {crate::text::SHOW_PASSWORD}
        </label>
    }
}

/// The `type` of a password field.
pub(crate) fn password_kind(shown: RwSignal<bool>) -> Signal<&'static str> {
    Signal::derive(move || if shown.get() { "text" } else { "password" })
}
