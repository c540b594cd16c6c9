//! Looks for what is wrong with the installation, also while no server runs.

use std::process::ExitCode;

use latchkey_shared::doctor::{Cause, Diagnosis, Finding, State};

use crate::configuration::{Configuration, Doctor};
use crate::program::doctor::all;

/// The exit status after a warning.
const WARNING: u8 = 3;
/// The exit status after an error.
const ERROR: u8 = 4;

/// Examines everything, and prints what was found.
pub async fn doctor(configuration: &Configuration, how: &Doctor) -> anyhow::Result<ExitCode> {
    print(&Diagnosis::of(all(configuration).await), how)
}

/// The same if the settings cannot be used.
pub fn misconfigured(error: &anyhow::Error, how: &Doctor) -> anyhow::Result<ExitCode> {
    let finding = Finding::wrong(Cause::ConfigurationInvalid, Some(format!("{error:#}")));
    print(&Diagnosis::of(vec![finding]), how)
}

fn print(diagnosis: &Diagnosis, how: &Doctor) -> anyhow::Result<ExitCode> {
    if how.json {
        println!("{}", serde_json::to_string_pretty(diagnosis)?);
    } else {
        for finding in &diagnosis.findings {
            let about = finding.about.as_ref().map(|about| format!(" ({about})")).unwrap_or_default();
            println!("{:8} {}{about}", word(finding.state), finding.message);
            if let Some(advice) = &finding.advice {
                println!("{:8} {advice}", "");
            }
        }
    }
    Ok(match diagnosis.state {
        State::Ok => ExitCode::SUCCESS,
        State::Warning => WARNING.into(),
        State::Error => ERROR.into(),
    })
}

fn word(state: State) -> &'static str {
    match state {
        State::Ok => "ok",
        State::Warning => "warning",
        State::Error => "error",
    }
}
