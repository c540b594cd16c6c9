//! The dialog to rotate a token.

use latchkey_shared::tokens::{Kind, Rotation};
use leptos::prelude::*;

use crate::components::dialog::Confirm;
use crate::components::field::TextArea;
use crate::components::form::at_field;
use crate::components::toast::toasts;
use crate::components::write::Write;
use crate::{api, text};

/// The choices for how long the old credentials stay valid, in seconds.
const OVERLAPS: [u32; 4] = [0, 3_600, 86_400, 604_800];

fn name(overlap: u32) -> &'static str {
    match overlap {
        0 => text::token::overlap_none(),
        3_600 => text::token::overlap_hour(),
        86_400 => text::token::overlap_day(),
        _ => text::token::overlap_week(),
    }
}

/// Asks how long the old credentials stay valid, and rotates the token.
#[component]
pub(super) fn Rotate(
    open: RwSignal<bool>,
    id: String,
    kind: Kind,
    /// Whether the client authenticates with its own key. The rotation then replaces that key.
    has_client_key: bool,
    /// Called after the rotation.
    #[prop(into)]
    then: Callback<()>,
) -> impl IntoView {
    // A day leaves enough time to hand over the new credentials without a gap.
    let overlap = RwSignal::new(86_400_u32);
    let public_key = RwSignal::new(String::new());
    let toasts = toasts();
    let rotate = Write::new(
        move |()| {
            let overlap = overlap.get_untracked();
            let public_key = has_client_key.then(|| public_key.get_untracked());
            api::tokens::rotate(&id, &Rotation { overlap_seconds: Some(overlap), public_key })
        },
        move |_| {
            toasts.good(text::token::rotated());
            open.set(false);
            then.run(());
        },
    );
    view! {
        <Confirm
            open
            title=Signal::derive(|| text::token::rotate_title().to_owned())
            button=(text::token::rotate(), text::token::rotating())
            write=rotate
        >
            <p>{text::token::rotate_hint(kind, has_client_key)}</p>
            {has_client_key
                .then(|| view! {
                    <TextArea
                        name="public_key"
                        label=text::tokens::public_key()
                        value=public_key
                        error=at_field(rotate.error(), "public_key")
                    />
                })}
            <fieldset>
                <legend>{text::token::overlap()}</legend>
                {OVERLAPS
                    .map(|seconds| view! {
                        <label class="check">
                            <input
                                type="radio"
                                name="overlap"
                                prop:checked=move || overlap.get() == seconds
                                on:change=move |_| overlap.set(seconds)
                            />
                            <span>{name(seconds)}</span>
                        </label>
                    })}
            </fieldset>
            <p class="hint">
                {move || {
                    if overlap.get() == 0 { text::token::overlap_none_hint() } else { text::token::overlap_hint() }
                }}
            </p>
        </Confirm>
    }
}
