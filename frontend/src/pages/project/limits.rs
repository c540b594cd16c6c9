//! The default and the ceiling for the limits of the tokens of a project.

use leptos::prelude::*;

use crate::components::limit_rules::{LimitRulesPanel, SetRules};
use crate::components::reading::Reading;
use crate::{api, text};

/// The panel with the default and the ceiling.
#[component]
pub(crate) fn Limits(project: StoredValue<String>, can_change: bool) -> impl IntoView {
    let rules = Reading::new(move || api::projects::limits(&project.get_value()));
    let set: SetRules =
        StoredValue::new(Box::new(move |rules| api::projects::set_limits(&project.get_value(), rules)));
    view! { <LimitRulesPanel rules set hint=text::limits::rules_of_project() can_change /> }
}
