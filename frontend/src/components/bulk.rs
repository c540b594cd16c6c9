//! Applies an action to several tokens, one after the other, and shows the progress. A failure is reported
//! and does not stop the others.

use latchkey_shared::tokens::{Suspension, Switch, TokenPatch};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::dialog::Dialog;
use super::field::Field;
use super::suspended::Lost;
use super::token_actions::TokenName;
use crate::{api, text};

/// The action to apply to each token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Switch(Switch),
    Confirm,
    Delete,
}

/// The progress of the action.
#[derive(Debug, Clone, Default)]
struct Progress {
    done: usize,
    /// The name of the token and the reason.
    failed: Vec<(String, String)>,
    is_over: bool,
}

/// The actions for the selected tokens. Shows nothing while no token is selected.
#[component]
pub(crate) fn Bulk(
    /// The selected tokens.
    selected: RwSignal<Vec<TokenName>>,
    /// Called after the action has run.
    #[prop(into)]
    then: Callback<()>,
) -> impl IntoView {
    let deed = RwSignal::new(None::<Deed>);
    let open = RwSignal::new(false);
    // The number at the start. The selection is empty afterwards.
    let count = RwSignal::new(0);
    let start = move |wanted: Deed| {
        deed.set(Some(wanted));
        count.set(selected.read_untracked().len());
        open.set(true);
    };
    let title = Signal::derive(move || {
        let count = count.get();
        match deed.get() {
            Some(Deed::Delete) => text::tokens::delete_several(count),
            Some(Deed::Confirm) => text::suspended::confirm_several(count),
            Some(Deed::Switch(Switch::Disabled)) => text::tokens::disable_several(count),
            _ => text::tokens::enable_several(count),
        }
    });
    view! {
        <Show when=move || !selected.read().is_empty()>
            <div class="bulk" role="group" aria-label=text::tokens::selected_tokens()>
                <p role="status">{move || text::tokens::selected(selected.read().len())}</p>
                <div class="buttons">
                    <Show when=move || selected.read().iter().any(|token| token.suspended.is_some())>
                        <button type="button" class="quiet small" on:click=move |_| start(Deed::Confirm)>
                            {text::suspended::confirm()}
                        </button>
                    </Show>
                    <button type="button" class="quiet small" on:click=move |_| start(Deed::Switch(Switch::Disabled))>
                        {text::disable()}
                    </button>
                    <button type="button" class="quiet small" on:click=move |_| start(Deed::Switch(Switch::Active))>
                        {text::enable()}
                    </button>
                    <button type="button" class="quiet danger small" on:click=move |_| start(Deed::Delete)>
                        {text::delete()}
                    </button>
                    <button type="button" class="quiet small" on:click=move |_| selected.set(Vec::new())>
                        {text::tokens::select_none()}
                    </button>
                </div>
            </div>
        </Show>
        <Dialog open title>
            <Several deed=deed.get_untracked().unwrap_or(Deed::Delete) tokens=selected.get_untracked() open selected then />
        </Dialog>
    }
}

/// Asks for confirmation, then shows the progress and the result.
#[component]
fn Several(
    deed: Deed,
    tokens: Vec<TokenName>,
    open: RwSignal<bool>,
    selected: RwSignal<Vec<TokenName>>,
    then: Callback<()>,
) -> impl IntoView {
    let total = tokens.len();
    let progress = RwSignal::new(None::<Progress>);
    let typed = RwSignal::new(String::new());
    let suspension = all_of(&tokens).filter(|_| deed == Deed::Confirm);
    let names: Vec<String> = tokens.iter().map(|token| token.name.clone()).collect();
    let run = move || {
        let tokens = tokens.clone();
        spawn_local(async move {
            progress.set(Some(Progress::default()));
            for token in tokens {
                let outcome = apply(deed, &token).await;
                // Closing the dialog does not stop the action.
                progress.try_update(|progress| {
                    let progress = progress.get_or_insert_default();
                    match outcome {
                        Ok(()) => progress.done += 1,
                        Err(error) => progress.failed.push((token.name, error.message())),
                    }
                });
            }
            progress.try_update(|progress| progress.get_or_insert_default().is_over = true);
            selected.try_set(Vec::new());
            then.try_run(());
        });
    };
    let is_ready = move || deed != Deed::Delete || typed.read().trim() == total.to_string();
    let button = match deed {
        Deed::Delete => text::delete(),
        Deed::Confirm => text::suspended::confirm(),
        Deed::Switch(Switch::Disabled) => text::disable(),
        Deed::Switch(Switch::Active) => text::enable(),
    };
    let question = move || {
        let (names, run, suspension) = (names.clone(), run.clone(), suspension.clone());
        view! {
            <form
                class="form"
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    if untrack(is_ready) {
                        run();
                    }
                }
            >
                <ul class="chips" tabindex="0" aria-label=text::tokens::selected_tokens()>
                    {names.into_iter().map(|name| view! { <li>{name}</li> }).collect_view()}
                </ul>
                {suspension.clone().map(|suspension| view! { <Lost suspension /> })}
                {(deed == Deed::Delete)
                    .then(|| {
                        view! {
                            <p>
                                <strong>{text::cannot_be_undone()}</strong>
                                " "
                                {text::tokens::delete_several_means()}
                            </p>
                            <Field
                                name="typed_count"
                                label=text::tokens::type_count()
                                value=typed
                                hint=text::tokens::type_count_hint(total)
                            />
                        }
                    })}
                <div class="buttons">
                    <button type="button" class="quiet" autofocus on:click=move |_| open.set(false)>
                        {text::cancel()}
                    </button>
                    <button type="submit" class:danger=deed == Deed::Delete disabled=move || !is_ready()>
                        {button}
                    </button>
                </div>
            </form>
        }
    };
    let report = move || {
        let progress = progress.get().unwrap_or_default();
        let seen = progress.done + progress.failed.len();
        view! {
            <p role="status">
                {if progress.is_over {
                    text::tokens::several_done(progress.done, total)
                } else {
                    text::tokens::several_on_the_way(seen, total)
                }}
            </p>
            <progress max=total value=seen aria-label=button></progress>
            <ul>
                {progress
                    .failed
                    .into_iter()
                    .map(|(name, reason)| view! { <li class="error">{name} ": " {reason}</li> })
                    .collect_view()}
            </ul>
            <div class="buttons">
                <button type="button" disabled=!progress.is_over on:click=move |_| open.set(false)>
                    {text::close()}
                </button>
            </div>
        }
    };
    view! {
        <Show when=move || progress.read().is_none() fallback=report>
            {question.clone()()}
        </Show>
    }
}

/// The time in which changes to some of these tokens may be lost.
fn all_of(tokens: &[TokenName]) -> Option<Suspension> {
    let suspended = || tokens.iter().filter_map(|token| token.suspended.clone());
    let since = suspended().map(|one| one.since).min()?;
    Some(Suspension { since, until: suspended().map(|one| one.until).max()? })
}

async fn apply(deed: Deed, token: &TokenName) -> Result<(), api::Error> {
    match deed {
        Deed::Delete => api::tokens::remove(&token.id).await,
        Deed::Confirm => api::tokens::confirm(&token.id).await.map(drop),
        Deed::Switch(switch) => {
            let change = TokenPatch { status: Some(switch), ..TokenPatch::default() };
            api::tokens::change(&token.id, &change, "*").await.map(drop)
        }
    }
}
