//! Labelled form controls with a hint and an error message.

use leptos::html::Input;
use leptos::prelude::*;

use crate::text;

/// Returns the values of `aria-describedby` and `aria-invalid` for a control.
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

/// A label, a control, its hint and its error message.
#[component]
pub(crate) fn Labelled(
    /// The id of the control.
    name: &'static str,
    /// The label text.
    #[prop(into)]
    label: String,
    /// The hint below the control.
    #[prop(optional_no_strip)]
    hint: Option<String>,
    /// The error message.
    #[prop(into)]
    error: Signal<Option<String>>,
    /// Whether the field may be empty. Most fields may not.
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

/// A single-line text field.
#[component]
pub(crate) fn Field(
    /// The name in the form and the id of the element.
    name: &'static str,
    /// The label text.
    #[prop(into)]
    label: String,
    /// The text of the field.
    value: RwSignal<String>,
    /// The `type` attribute. The default is `text`.
    #[prop(default = Signal::stored("text"), into)]
    kind: Signal<&'static str>,
    /// The `autocomplete` attribute.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// The hint below the control.
    #[prop(optional, into)]
    hint: Option<String>,
    /// An example.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// The id of a list with proposals.
    #[prop(optional, into)]
    list: Option<String>,
    /// The error message.
    #[prop(default = Signal::stored(None), into)]
    error: Signal<Option<String>>,
    /// Whether the field gets the focus at first.
    #[prop(optional)]
    focused: bool,
    /// Whether the field may be empty. Most fields may not.
    #[prop(optional)]
    is_optional: bool,
    /// Called when the field loses the focus.
    #[prop(optional, into)]
    left: Option<Callback<()>>,
) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    Effect::new(move || {
        if let (true, Some(input)) = (focused, input.get()) {
            // The element may have been removed. The error is then irrelevant.
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
                list=list
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

/// A text field with several lines.
#[component]
pub(crate) fn TextArea(
    /// The name in the form and the id of the element.
    name: &'static str,
    /// The label text.
    #[prop(into)]
    label: String,
    /// The text of the field.
    value: RwSignal<String>,
    /// The hint below the control.
    #[prop(optional, into)]
    hint: Option<String>,
    /// The error message.
    #[prop(default = Signal::stored(None), into)]
    error: Signal<Option<String>>,
    /// The number of visible lines.
    #[prop(default = 2)]
    rows: u32,
    /// Whether the field may be empty. Most fields may not.
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

/// A selection list.
#[component]
pub(crate) fn Select(
    /// The name in the form and the id of the element.
    name: &'static str,
    /// The label text.
    #[prop(into)]
    label: String,
    /// The chosen value.
    value: RwSignal<String>,
    /// The options: the value and the label text of each.
    options: Vec<(String, String)>,
    /// The hint below the control.
    #[prop(optional, into)]
    hint: Option<String>,
    /// The error message.
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

/// A checkbox with its label text.
#[component]
pub(crate) fn Check(
    /// The label text.
    #[prop(into)]
    label: String,
    /// Whether the checkbox is ticked.
    value: RwSignal<bool>,
    /// The hint.
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

/// A checkbox that makes the password fields readable.
#[component]
pub(crate) fn ShowPassword(shown: RwSignal<bool>) -> impl IntoView {
    view! { <Check label=text::session::show_password() value=shown /> }
}

/// The `type` of a password field.
pub(crate) fn password_kind(shown: RwSignal<bool>) -> Signal<&'static str> {
    Signal::derive(move || if shown.get() { "text" } else { "password" })
}
