//! The installation itself.

use latchkey_shared::data_keys::{DataKey, MasterKey};
use latchkey_shared::doctor::Diagnosis;
use latchkey_shared::installation::{Installation, Stats};
use latchkey_shared::limits::{LimitRules, NewLimitRules};
use latchkey_shared::nodes::Node;
use latchkey_shared::page::Page;

use super::{Answer, get, post, put};

/// The address and the settings of the installation.
pub(crate) fn installation() -> Answer<Installation> {
    get(&["installation"]).read()
}

/// The processes that serve the installation. Only system administrators may read them.
pub(crate) fn nodes() -> Answer<Vec<Node>> {
    get(&["nodes"]).read_as(|page: Page<Node>| page.items)
}

/// The keys that encrypt secrets at rest. Only system administrators may read them.
pub(crate) fn data_keys() -> Answer<Vec<DataKey>> {
    get(&["data-keys"]).read_as(|page: Page<DataKey>| page.items)
}

/// Makes a new data key, and encrypts everything anew.
pub(crate) fn rotate_data_key() -> Answer<Vec<DataKey>> {
    post(&["data-keys", "rotate"]).read_as(|page: Page<DataKey>| page.items)
}

/// The master keys of the server that answers.
pub(crate) fn master_keys() -> Answer<Vec<MasterKey>> {
    get(&["master-keys"]).read_as(|page: Page<MasterKey>| page.items)
}

/// Wraps the data keys by the next master key.
pub(crate) fn rotate_master_key() -> Answer<Vec<MasterKey>> {
    post(&["master-keys", "rotate"]).read_as(|page: Page<MasterKey>| page.items)
}

/// What is wrong with the installation. Only system administrators may read it.
pub(crate) fn doctor() -> Answer<Diagnosis> {
    get(&["doctor"]).read()
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
