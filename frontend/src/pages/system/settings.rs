//! The settings of a system for system administrators: properties, access, disabling and deletion.

mod access;
mod change;
mod existence;
mod properties;

use leptos::prelude::*;

use self::access::Access;
use self::existence::Existence;
use self::properties::Properties;
use super::shared::Shared;

/// All settings of the system.
#[component]
pub(super) fn Settings(shared: Shared) -> impl IntoView {
    view! {
        <Properties shared />
        <Access shared />
        <Existence shared />
    }
}
