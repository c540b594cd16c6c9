//! The filters of the list of APIs.

use latchkey_shared::systems::{Api, ApiScope};
use leptos::prelude::*;

use super::asking::operation;

/// The number of rows that are shown at first, and that each click adds.
pub(super) const STEP: usize = 200;

/// The filters, as in the URL.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Filter {
    pub(super) search: String,
    pub(super) tag: String,
    pub(super) show: String,
}

impl Filter {
    pub(super) fn fits(&self, api: &Api) -> bool {
        let holds = |text: &str| text.to_lowercase().contains(&self.search);
        let shown = match self.show.as_str() {
            "attention" => needs_attention(api),
            "global" => api.scope == ApiScope::Global,
            "deprecated" => api.deprecated,
            _ => true,
        };
        shown
            && (self.tag.is_empty() || api.tags.contains(&self.tag))
            && (self.search.is_empty() || holds(&api.name) || holds(&api.key) || holds(&operation(api)))
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

pub(super) fn needs_attention(api: &Api) -> bool {
    api.removed || api.unmatchable.is_some()
}

/// A filter with a few options, which the URL keeps.
#[component]
pub(super) fn Choice(
    label: &'static str,
    all: &'static str,
    options: Vec<(String, String)>,
    #[prop(into)] chosen: Signal<String>,
    #[prop(into)] choose: Callback<String>,
) -> impl IntoView {
    let options = std::iter::once((String::new(), all.to_owned())).chain(options);
    view! {
        <select
            aria-label=label
            prop:value=chosen
            on:change:target=move |event| choose.run(event.target().value())
        >
            {options
                .map(|(value, name)| {
                    let this = value.clone();
                    view! { <option value=value selected=move || *chosen.read() == this>{name}</option> }
                })
                .collect_view()}
        </select>
    }
}
