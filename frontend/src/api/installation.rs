//! The installation itself.

use latchkey_shared::installation::{Installation, Stats};
use latchkey_shared::limits::{LimitRules, NewLimitRules};
use latchkey_shared::nodes::Node;
use latchkey_shared::page::Page;

use super::{Answer, get, put};

/// The address and the settings of the installation.
pub(crate) fn installation() -> Answer<Installation> {
    get(&["installation"]).read()
}

/// The processes that serve the installation. Only system administrators may read them.
pub(crate) fn nodes() -> Answer<Vec<Node>> {
    get(&["nodes"]).read_as(|page: Page<Node>| page.items)
}

/// The numbers of the installation. Only system administrators may read them.
pub(crate) fn stats() -> Answer<Stats> {
    get(&["stats"]).read()
}

/// The default and the ceiling for the limits of all tokens.
pub(crate) fn limits() -> Answer<LimitRules> {
    get(&["limits"]).read()
}

/// Sets them. Only system administrators may do this.
pub(crate) fn set_limits(rules: &NewLimitRules) -> Answer<LimitRules> {
    put(&["limits"]).json(rules).read()
}
