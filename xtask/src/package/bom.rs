//! The list of the libraries in the program, in the format `CycloneDX`: those of the server, and those of the
//! screens inside it.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use super::release::Release;
use crate::command::{program, root, run};
use crate::install::{CARGO_CYCLONEDX, WASM_TARGET};

/// The packages of the workspace.
const PACKAGES: [&str; 4] = ["backend", "frontend", "shared", "xtask"];

/// Makes the list.
pub(crate) fn make(release: &Release) -> Result<Vec<u8>> {
    let mut all = list(release, "backend", release.machine.target)?;
    let screens = list(release, "frontend", WASM_TARGET)?;
    for (part, key) in [("components", "bom-ref"), ("dependencies", "ref")] {
        merge(&mut all, &screens, part, key)?;
    }
    let text = serde_json::to_string_pretty(&all)?;
    // Where the source was does not matter.
    Ok(text.replace(&root().display().to_string(), "/latchkey").into_bytes())
}

/// The libraries of a package of the workspace. The tool writes a list beside the manifest of each package.
fn list(release: &Release, package: &str, target: &str) -> Result<Value> {
    const NAME: &str = "libraries-of-the-package";
    run(program(CARGO_CYCLONEDX.program()?)
        .args(["cyclonedx", "--quiet", "--format", "json", "--spec-version", "1.5", "--no-build-deps"])
        .args(["--target", target, "--override-filename", NAME])
        // With it, the list has this time, and no number at random.
        .env("SOURCE_DATE_EPOCH", release.time.to_string()))?;
    let written = |package: &str| root().join(package).join(NAME).with_extension("json");
    let list = fs::read(written(package)).with_context(|| format!("{package} has no list"))?;
    for package in PACKAGES {
        fs::remove_file(written(package))?;
    }
    Ok(serde_json::from_slice(&list)?)
}

/// Adds the entries of a part that are not there yet, sorted by their keys.
fn merge(all: &mut Value, more: &Value, part: &str, key: &str) -> Result<()> {
    let mut entries = BTreeMap::new();
    for entry in [&more[part], &all[part]].into_iter().filter_map(Value::as_array).flatten() {
        let name = entry[key].as_str().with_context(|| format!("an entry of {part} has no {key}"))?;
        entries.insert(name.to_owned(), entry.clone());
    }
    all[part] = entries.into_values().collect();
    Ok(())
}
