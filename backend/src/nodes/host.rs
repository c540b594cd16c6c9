//! The name of this node: that of the machine, or the one of the operator.

use latchkey_shared::fields;

use crate::configuration::Configuration;

/// The name of this node.
#[must_use]
pub fn name(configuration: &Configuration) -> String {
    let name = configuration.node_name.clone().or_else(machine).unwrap_or_default();
    fields::name(&name).unwrap_or_else(|_| "unnamed".to_owned())
}

/// The name that the system gives this machine.
#[cfg(target_os = "linux")]
fn machine() -> Option<String> {
    rustix::system::uname().nodename().to_str().ok().map(str::to_owned)
}

/// The name that the environment gives this machine.
#[cfg(not(target_os = "linux"))]
fn machine() -> Option<String> {
    ["HOSTNAME", "COMPUTERNAME"].into_iter().find_map(|variable| std::env::var(variable).ok())
}
