//! The access settings: which projects may use a system.

use latchkey_shared::page::Page;
use latchkey_shared::projects::ProjectRef;
use latchkey_shared::systems::SystemPatch;
use leptos::prelude::*;

use super::change::change;
use crate::components::notice::Notice;
use crate::components::reading::{Loaded, Reading};
use crate::components::suggest::Suggest;
use crate::components::suggest::search::{Finder, Suggestion};
use crate::components::toast::toasts;
use crate::components::write::Write;
use crate::pages::system::shared::Shared;
use crate::{api, text};

/// The choice between all projects and certain projects.
#[component]
pub(crate) fn Access(shared: Shared) -> impl IntoView {
    let toasts = toasts();
    let save = change(shared, move || toasts.good(text::saved()));
    let is_restricted = Memo::new(move |_| shared.system.read().restricted);
    let failure = save.failure();
    let choice = move |restricted: bool, name: &'static str, hint: &'static str| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="restricted"
                    prop:checked=move || is_restricted.get() == restricted
                    disabled=save.pending()
                    on:change=move |_| {
                        save.send(SystemPatch { restricted: Some(restricted), ..SystemPatch::default() });
                    }
                />
                <span>{name} <span class="hint">{hint}</span></span>
            </label>
        }
    };
    view! {
        <section class="panel">
            <h2>{text::systems::access()}</h2>
            <fieldset>
                <legend class="visually-hidden">{text::systems::access()}</legend>
                {choice(false, text::systems::open_to_all(), text::systems::open_to_all_hint())}
                {choice(true, text::systems::open_to_some(), text::systems::open_to_some_hint())}
            </fieldset>
            <Notice message=failure />
            <Show when=move || is_restricted.get()>
                <OpenedTo shared />
            </Show>
        </section>
    }
}

/// The projects that the system is open to, with the actions to open and close it.
#[component]
fn OpenedTo(shared: Shared) -> impl IntoView {
    let projects = Reading::new(move || api::systems::projects(&shared.key()));
    let known = StoredValue::new(Vec::<String>::new());
    let toasts = toasts();
    let switch = Write::new(
        move |(project, is_opening): (String, bool)| async move {
            if is_opening {
                api::projects::open_system(&project, &shared.key()).await?;
            } else {
                api::projects::close_system(&project, &shared.key()).await?;
            }
            Ok((project, is_opening))
        },
        move |(project, is_opening): (String, bool)| {
            toasts.good(if is_opening {
                text::systems::opened(&project)
            } else {
                text::systems::closed(&project)
            });
            projects.again();
        },
    );
    let failure = switch.failure();
    let find = Finder::new(move |typed: String| async move {
        let page = api::projects::list(&typed, None).await?;
        let known = known.try_get_value().unwrap_or_default();
        let others = page.items.into_iter().filter(|project| !known.contains(&project.key)).take(20);
        Ok(others
            .map(|project| Suggestion { id: project.key.clone(), name: project.name, about: project.key })
            .collect())
    });
    let choose = move |chosen: Option<Suggestion>| {
        if let Some(project) = chosen {
            switch.send((project.id, true));
        }
    };
    let list = move |Page { items: opened, .. }: Page<ProjectRef>| {
        known.set_value(opened.iter().map(|project| project.key.clone()).collect());
        if opened.is_empty() {
            return view! { <p class="notice warn">{text::systems::opened_to_none()}</p> }.into_any();
        }
        let chip = move |ProjectRef { key, name, .. }: ProjectRef| {
            let closes = text::systems::close_to(&name);
            view! {
                <li>
                    <a href=format!("/projects/{key}")>{name}</a>
                    <button
                        type="button"
                        class="icon"
                        aria-label=closes.clone()
                        title=closes
                        disabled=switch.pending()
                        on:click=move |_| switch.send((key.clone(), false))
                    >
                        "×"
                    </button>
                </li>
            }
        };
        view! {
            <ul class="chips roomy" aria-label=text::systems::opened_to()>
                {opened.into_iter().map(chip).collect_view()}
            </ul>
        }
        .into_any()
    };
    view! {
        <h3>{text::systems::opened_to()}</h3>
        <Loaded reading=projects children=list />
        <Suggest
            name="open_to"
            label=text::systems::open_to()
            find
            choose
            clears=true
            hint=text::systems::open_to_hint()
        />
        <Notice message=failure />
    }
}
