//! How the audit trail proves itself, and its exports.

use latchkey_shared::audit::AuditChain;
use leptos::prelude::*;

use super::filters::moments_of;
use crate::api;
use crate::api::audit::{EXPORT, Filter};
use crate::components::clipboard::CopyButton;
use crate::components::reading::{Loaded, Reading};
use crate::navigation::with_query;
use crate::text;
use crate::time::exact;

/// The panel below the list.
#[component]
pub(super) fn Proof(asked: Memo<Filter>) -> impl IntoView {
    let chain = Reading::new(api::audit::chain);
    // It is written when it is followed: "the last 7 days" end then.
    let export = move |format: &str| {
        let filter = moments_of(asked.get());
        let parameters: Vec<_> = filter.parameters().into_iter().chain([("format", format)]).collect();
        with_query(EXPORT, &parameters)
    };
    view! {
        <section class="panel" aria-labelledby="proof">
            <header>
                <div>
                    <h2 id="proof">{text::audit::proof()}</h2>
                    <p class="hint">{text::audit::proof_hint()}</p>
                </div>
                <div class="buttons">
                    <a class="button quiet" download="audit.jsonl" rel="external" href=move || export("jsonl")>
                        {text::audit::export_lines()}
                    </a>
                    <a class="button quiet" download="audit.csv" rel="external" href=move || export("csv")>
                        {text::audit::export_table()}
                    </a>
                </div>
            </header>
            <Loaded reading=chain failed=text::audit::proof_failed() let:chain>
                <Facts chain />
            </Loaded>
        </section>
    }
}

#[component]
fn Facts(chain: AuditChain) -> impl IntoView {
    let AuditChain { public_key, sequence, is_catching_up, checkpoint, .. } = chain;
    let key = public_key.clone();
    view! {
        <dl class="facts">
            <dt>{text::audit::chained()}</dt>
            <dd>
                {text::audit::up_to(sequence)}
                {is_catching_up.then(|| view! { <p class="hint">{text::audit::catching_up()}</p> })}
            </dd>
            <dt>{text::audit::public_key()}</dt>
            <dd>
                <code>{public_key}</code>
                " "
                <CopyButton content=Signal::derive(move || key.clone()) />
            </dd>
            {checkpoint
                .map(|checkpoint| view! {
                    <dt>{text::audit::checkpoint()}</dt>
                    <dd>
                        {text::audit::covers(checkpoint.sequence, &exact(&checkpoint.at))}
                        " "
                        <CopyButton content=Signal::derive(move || checkpoint.note.clone()) />
                    </dd>
                })}
        </dl>
    }
}
