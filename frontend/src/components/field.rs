//! Labelled controls of a form, each with its hint and what is wrong with it.

use leptos::html::Input;
use leptos::prelude::*;

use crate::text;

/// What describes a control to a screen reader, and whether it is wrong.
pub(super) fn describe(
    name: &'static str,
    has_hint: bool,
    error: Signal<Option<String>>,
) -> (impl Fn() -> Option<String> + Clone, impl Fn() -> Option<&'static str> + Clone) {
    let described_by = move || {
        let hint = has_hint.then(|| format!("{name}-hint"));
        let error = error.read().as_ref().map(|_| format!("{name}-error"));
        let ids: Vec<String> = hint.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    };
    (described_by, move || error.read().is_some().then_some("true"))
}

/// A label, what is given inside, the hint, and what is wrong.
#[component]
pub(crate) fn Labelled(
    /// The control's id.
    name: &'static str,
    /// What people read.
    #[prop(into)]
    label: String,
    /// What helps to fill it in.
    #[prop(optional_no_strip)]
    hint: Option<String>,
    /// What is wrong with it.
    #[prop(into)]
    error: Signal<Option<String>>,
    /// Whether it may be left empty, where most may not.
    #[prop(optional)]
    is_optional: bool,
    /// The control.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=name>
                {label} {is_optional.then(|| view! { " " <span class="optional">{text::optional()}</span> })}
            </label>
            {children()}
            {hint.map(|hint| view! { <p class="hint" id=format!("{name}-hint")>{hint}</p> })}
            {move || error.get().map(|error| view! { <p class="error" id=format!("{name}-error")>{error}</p> })}
        </div>
    }
}

/// A line of text.
#[component]
pub(crate) fn Field(
    /// The name in the form; also the element's id.
    name: &'static str,
    /// What people read.
    #[prop(into)]
    label: String,
    /// What is typed.
    value: RwSignal<String>,
    /// `text` if nothing else is said.
    #[prop(default = Signal::stored("text"), into)]
    kind: Signal<&'static str>,
    /// What the browser may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// What helps to fill it in.
    #[prop(optional, into)]
    hint: Option<String>,
    /// An example.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// What is wrong with it.
    #[prop(default = Signal::stored(None), into)]
    error: Signal<Option<String>>,
    /// Whether typing starts here.
    #[prop(optional)]
    focused: bool,
    /// Whether it may be left empty, where most may not.
    #[prop(optional)]
    is_optional: bool,
    /// Called when the field is left.
    #[prop(optional, into)]
    left: Option<Callback<()>>,
) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    Effect::new(move || {
        if let (true, Some(input)) = (focused, input.get()) {
            // An element that is not there any more needs no focus.
            let _ = input.focus();
        }
    });
    let (described_by, invalid) = describe(name, hint.is_some(), error);
    view! {
        <Labelled name label hint error is_optional>
            <input
                id=name
                name=name
                node_ref=input
                type=kind
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                maxlength="500"
                placeholder=placeholder
                required=!is_optional
                aria-describedby=described_by
                aria-invalid=invalid
                bind:value=value
                on:blur=move |_| {
                    if let Some(left) = left {
                        left.run(());
                    }
                }
            />
        </Labelled>
    }
}

/// Several lines of text.
#[component]
pub(crate) fn TextArea(
    /// The name in the form; also the element's id.
    name: &'static str,
    /// What people read.
    #[prop(into)]
    label: String,
    /// What is typed.
    value: RwSignal<String>,
    /// What helps to fill it in.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with it.
    #[prop(default = Signal::stored(None), into)]
    error: Signal<Option<String>>,
    /// How many lines are shown.
    #[prop(default = 2)]
    rows: u32,
    /// Whether it may be left empty, where most may not.
    #[prop(optional)]
    is_optional: bool,
) -> impl IntoView {
    let (described_by, invalid) = describe(name, hint.is_some(), error);
    view! {
        <Labelled name label hint error is_optional>
            <textarea
                id=name
                name=name
                rows=rows
                spellcheck="false"
                required=!is_optional
                aria-describedby=described_by
                aria-invalid=invalid
                bind:value=value
            />
        </Labelled>
    }
}

/// One of a few values: what is stored, and what people read.
#[component]
pub(crate) fn Select(
    /// The name in the form; also the element's id.
    name: &'static str,
    /// What people read.
    #[prop(into)]
    label: String,
    /// What is chosen.
    value: RwSignal<String>,
    /// What can be chosen.
    options: Vec<(String, String)>,
    /// What helps to choose.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with it.
    #[prop(default = Signal::stored(None), into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let (described_by, invalid) = describe(name, hint.is_some(), error);
    view! {
        <Labelled name label hint error>
            <select
                id=name
                name=name
                aria-describedby=described_by
                aria-invalid=invalid
                prop:value=value
                on:change:target=move |event| value.set(event.target().value())
            >
                {options
                    .into_iter()
                    .map(|(choice, label)| {
                        let chosen = choice.clone();
                        view! { <option value=choice selected=move || *value.read() == chosen>{label}</option> }
                    })
                    .collect_view()}
            </select>
        </Labelled>
    }
}

/// A box to tick, with what it means beside it.
#[component]
pub(crate) fn Check(
    /// What people read.
    #[prop(into)]
    label: String,
    /// Whether it is ticked.
    value: RwSignal<bool>,
    /// What helps to decide.
    #[prop(optional, into)]
    hint: Option<String>,
) -> impl IntoView {
    view! {
        <label class="check">
            <input type="checkbox" bind:checked=value />
            <span>{label} {hint.map(|hint| view! { <span class="hint">{hint}</span> })}</span>
        </label>
    }
}

/// Shows what is typed in the password fields beside it.
#[component]
pub(crate) fn ShowPassword(shown: RwSignal<bool>) -> impl IntoView {
    view! { <Check label=text::session::show_password() value=shown /> }
}

/// The `type` of a password field.
pub(crate) fn password_kind(shown: RwSignal<bool>) -> Signal<&'static str> {
    Signal::derive(move || if shown.get() { "text" } else { "password" })
}
