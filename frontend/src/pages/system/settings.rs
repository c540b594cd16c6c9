//! What a system administrator sets of a system: what it is, who may use it,
//! and whether it is there at all.

mod access;
mod change;
mod existence;
mod properties;

use leptos::prelude::*;

use self::access::Access;
use self::existence::Existence;
use self::properties::Properties;
use super::shared::Shared;

/// All of it.
#[component]
pub(super) fn Settings(shared: Shared) -> impl IntoView {
    view! {
        <Properties shared />
        <Access shared />
        <Existence shared />
    }
}
