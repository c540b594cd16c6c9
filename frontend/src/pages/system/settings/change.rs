//! Changes the settings of a system.

use latchkey_shared::systems::{System, SystemPatch};
use leptos::prelude::*;

use crate::api;
use crate::components::toast::toasts;
use crate::components::write::Write;
use crate::pages::system::shared::Shared;

/// A write that sends a change of the system, shows the changed system and calls `then`.
pub(super) fn change(shared: Shared, then: impl Fn() + 'static) -> Write<SystemPatch> {
    let toasts = toasts();
    Write::new(
        move |patch: SystemPatch| api::systems::change(&shared.key(), &patch),
        move |system: System| {
            toasts.warn(&system.warnings);
            shared.system.set(system);
            then();
        },
    )
}
