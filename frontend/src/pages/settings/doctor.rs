//! What is wrong with the installation, and what to do.

use latchkey_shared::doctor::{Diagnosis, Finding, State};
use leptos::prelude::*;

use crate::api;
use crate::components::reading::{Loaded, Reading};
use crate::text;

/// The panel with the findings. Only system administrators may see it.
#[component]
pub(super) fn Doctor() -> impl IntoView {
    let diagnosis = Reading::new(api::installation::doctor);
    view! {
        <section class="panel" aria-labelledby="doctor">
            <header>
                <div>
                    <h2 id="doctor">{text::doctor::doctor()}</h2>
                    <p class="hint">{text::doctor::about()}</p>
                </div>
                <button
                    type="button"
                    class="quiet"
                    aria-disabled=move || diagnosis.is_loading().to_string()
                    on:click=move |_| diagnosis.again()
                >
                    {text::doctor::read_again()}
                </button>
            </header>
            <Loaded reading=diagnosis failed=text::doctor::failed() let:diagnosis>
                <Findings diagnosis />
            </Loaded>
        </section>
    }
}

#[component]
fn Findings(diagnosis: Diagnosis) -> impl IntoView {
    let is_fine = diagnosis.state == State::Ok;
    let mut findings = diagnosis.findings;
    // What needs attention is first.
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.state));
    let rows: Vec<AnyView> = findings.into_iter().map(row).collect();
    view! {
        {is_fine.then(|| view! { <p role="status">{text::doctor::nothing_wrong()}</p> })}
        <div class="list">
        <table class="doctor stacked">
            <thead>
                <tr>
                    <th scope="col">{text::doctor::check()}</th>
                    <th scope="col">{text::doctor::found()}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        </div>
    }
}

fn row(finding: Finding) -> AnyView {
    let class = match finding.state {
        State::Ok => "badge active",
        State::Warning => "badge disabled",
        State::Error => "badge expired",
    };
    let (message, advice) = text::doctor::said(&finding);
    view! {
        <tr>
            <th scope="row">
                {text::doctor::name(finding.check)}
                " "
                <span class=class>{text::doctor::state(finding.state)}</span>
            </th>
            <td>
                {message}
                {finding.about.map(|about| view! { " " <code>{about}</code> })}
                {advice.map(|advice| view! { <span class="sub">{advice}</span> })}
            </td>
        </tr>
    }
    .into_any()
}
