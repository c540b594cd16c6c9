//! The name of the machine.

/// The name that the system gives this machine.
#[cfg(target_os = "linux")]
pub(super) fn name() -> Option<String> {
    rustix::system::uname().nodename().to_str().ok().map(str::to_owned)
}

/// The name that the environment gives this machine.
#[cfg(not(target_os = "linux"))]
pub(super) fn name() -> Option<String> {
    ["HOSTNAME", "COMPUTERNAME"].into_iter().find_map(|variable| std::env::var(variable).ok())
}
