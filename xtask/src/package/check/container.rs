//! The image, unpacked by another tool than the one that made it.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::command::{program, root, run};
use crate::package::image::{ACCOUNT, DATA};
use crate::package::make::Packages;

/// What could change a container from inside.
const SHELLS: [&str; 5] = ["bin/sh", "usr/bin/sh", "bin/bash", "usr/bin/perl", "usr/bin/dpkg"];

pub(super) fn check(packages: &Packages) -> Result<()> {
    let work = packages.folder.join("container");
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    let (layout, bundle) = (work.join("layout"), work.join("bundle"));
    fs::create_dir_all(&layout)?;
    run(program("tar").arg("--extract").arg("--file").arg(packages.image()).arg("--directory").arg(&layout))?;
    let image = format!("{}:{}", layout.display(), packages.release.version);
    run(program("umoci").args(["unpack", "--image", &image]).arg(&bundle))?;
    let unpacked = bundle.join("rootfs");
    for shell in SHELLS {
        ensure!(!unpacked.join(shell).exists(), "the image has {shell}");
    }
    // What the image says of itself, as a container engine reads it.
    let config: Value = serde_json::from_slice(&fs::read(bundle.join("config.json"))?)?;
    let process = &config["process"];
    ensure!(process["user"]["uid"] == ACCOUNT && process["user"]["gid"] == ACCOUNT, "{}", process["user"]);
    let words = |name: &str| -> Result<Vec<String>> {
        let words = process[name].as_array().with_context(|| format!("the image has no {name}"))?;
        Ok(words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect())
    };
    run(program("unshare")
        .args(["--mount", "--pid", "--fork", "--kill-child", "sh"])
        .arg(root().join("packaging/check/container.sh"))
        .arg(&unpacked)
        .args([DATA, &ACCOUNT.to_string()])
        .arg(format!("{} LATCHKEY_LISTEN=127.0.0.1:18098", words("env")?.join(" ")))
        .args(words("args")?))?;
    Ok(fs::remove_dir_all(work)?)
}
