//! Tokens that are suspended since the database was restored: why, and how to confirm them.

use latchkey_shared::tokens::{Suspension, Token};
use leptos::prelude::*;

use super::dialog::Confirm;
use super::toast::toasts;
use super::write::Write;
use crate::time::exact;
use crate::{api, text};

/// The time in which changes are lost, and what to do first.
#[component]
pub(crate) fn Lost(suspension: Suspension) -> impl IntoView {
    let Suspension { since, until } = suspension;
    view! { <p>{text::suspended::lost(&exact(&since), &exact(&until))} " " {text::suspended::delete_first()}</p> }
}

/// Says that a token is suspended, and confirms it.
#[component]
pub(crate) fn Suspended(
    token: Token,
    suspension: Suspension,
    /// Called when the token is confirmed.
    then: Callback<()>,
) -> impl IntoView {
    let toasts = toasts();
    let (id, name) = (token.id.to_string(), token.name);
    let write = Write::new(
        move |()| {
            let (id, name) = (id.clone(), name.clone());
            async move {
                api::tokens::confirm(&id).await?;
                toasts.good(text::suspended::confirmed(&name));
                Ok(())
            }
        },
        move |()| then.run(()),
    );
    write.say_failures();
    let Suspension { since, until } = suspension;
    let button = token.manageable.then(|| {
        view! {
            <button type="button" class="small" disabled=write.pending() on:click=move |_| write.send(())>
                {text::suspended::confirm()}
            </button>
        }
    });
    view! {
        <p class="notice warn">{text::suspended::is_suspended(&exact(&since), &exact(&until))} " " {button}</p>
    }
}

/// The button that confirms all suspended tokens. It asks first.
#[component]
pub(crate) fn ConfirmAll(
    /// The time that is shown. Nothing is shown without one.
    suspension: RwSignal<Option<Suspension>>,
    /// Called when they are confirmed.
    #[prop(into)]
    then: Callback<()>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let toasts = toasts();
    let write = Write::new(
        move |()| {
            let until = suspension.with_untracked(|one| one.as_ref().map(|one| one.until.to_string()));
            async move {
                let Some(until) = until else { return Ok(()) };
                toasts.good(text::suspended::all_confirmed(api::tokens::confirm_all(&until).await?));
                Ok(())
            }
        },
        move |()| {
            open.set(false);
            then.run(());
        },
    );
    view! {
        <Show when=move || suspension.read().is_some()>
            <p class="buttons">
                <button type="button" class="quiet small" on:click=move |_| open.set(true)>
                    {text::suspended::confirm_all()}
                </button>
            </p>
        </Show>
        <Confirm
            open
            title=Signal::derive(|| text::suspended::confirm_all_question().to_owned())
            button=(text::suspended::confirm(), text::suspended::confirming())
            write
        >
            {move || suspension.get().map(|suspension| view! { <Lost suspension /> })}
            <p>{text::suspended::confirm_all_means()}</p>
        </Confirm>
    }
}
