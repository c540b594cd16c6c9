//! Disabling and deleting a system.

use latchkey_shared::systems::SystemPatch;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::change::change;
use crate::components::dialog::Confirm;
use crate::components::notice::Notice;
use crate::components::toast::toasts;
use crate::components::token_links::InUse;
use crate::components::write::Write;
use crate::pages::system::shared::Shared;
use crate::{api, text};

/// The buttons and dialogs to disable, enable and delete the system.
#[component]
pub(crate) fn Existence(shared: Shared) -> impl IntoView {
    let (is_switching, is_deleting) = (RwSignal::new(false), RwSignal::new(false));
    let (toasts, navigate) = (toasts(), use_navigate());
    let is_disabled = Memo::new(move |_| shared.system.read().disabled);
    let name = move || shared.system.read().name.clone();
    let disable = Write::new(
        move |()| {
            let patch = SystemPatch { disabled: Some(true), ..SystemPatch::default() };
            api::systems::change(&shared.key(), &patch)
        },
        move |system| {
            shared.system.set(system);
            toasts.good(text::systems::now_disabled());
            is_switching.set(false);
        },
    );
    let enable = change(shared, move || toasts.good(text::systems::now_enabled()));
    let failure = enable.failure();
    let delete = Write::new(
        move |()| api::systems::remove(&shared.key()),
        move |()| {
            toasts.good(text::systems::system_deleted());
            navigate("/systems", NavigateOptions { replace: true, ..NavigateOptions::default() });
        },
    );
    let delete_error = delete.error();
    view! {
        <section class="panel">
            <header>
                <div>
                    <h2>
                        {move || {
                            if is_disabled.get() {
                                text::systems::enable_title()
                            } else {
                                text::systems::disable_title()
                            }
                        }}
                    </h2>
                    <p class="hint">
                        {move || {
                            if is_disabled.get() { text::systems::enable_hint() } else { text::systems::disable_hint() }
                        }}
                    </p>
                </div>
                <Show
                    when=move || is_disabled.get()
                    fallback=move || view! {
                        <button type="button" class="quiet danger" on:click=move |_| is_switching.set(true)>
                            {text::disable()}
                        </button>
                    }
                >
                    <button
                        type="button"
                        disabled=enable.pending()
                        on:click=move |_| {
                            enable.send(SystemPatch { disabled: Some(false), ..SystemPatch::default() });
                        }
                    >
                        {move || if enable.pending().get() { text::systems::enabling() } else { text::enable() }}
                    </button>
                </Show>
            </header>
            <Notice message=failure />
            <header>
                <div>
                    <h2>{text::systems::delete_title()}</h2>
                    <p class="hint">{text::systems::delete_hint()}</p>
                </div>
                <button type="button" class="quiet danger" on:click=move |_| is_deleting.set(true)>
                    {text::delete()}
                </button>
            </header>
        </section>
        <Confirm
            open=is_switching
            title=Signal::derive(move || text::disable_question(&name()))
            button=(text::disable(), text::systems::disabling())
            write=disable
            is_dangerous=true
        >
            <p>{text::systems::disable_hint()}</p>
        </Confirm>
        <Confirm
            open=is_deleting
            title=Signal::derive(move || text::delete_question(&name()))
            button=(text::delete(), text::deleting())
            write=delete
            is_dangerous=true
        >
            <p>{text::systems::delete_hint()}</p>
            <p>{text::cannot_be_undone()}</p>
            <InUse error=delete_error />
        </Confirm>
    }
}
