//! The Debian package, made by `dpkg-deb`.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::contents::{Contents, packaging};
use super::portable::GLIBC;
use super::release::Release;
use super::tree::{FILE, PROGRAM, Tree, gzip};
use crate::command::{program, root, run};

/// The revision of the package. It is raised if only the package changes, not the program.
const REVISION: u32 = 1;

/// What Debian runs before and after it changes files.
const SCRIPTS: [&str; 3] = ["postinst", "prerm", "postrm"];

/// The name of the file.
pub(crate) fn name(release: &Release) -> String {
    format!("latchkey_{}_{}.deb", version(release), release.machine.debian)
}

fn version(release: &Release) -> String {
    format!("{}-{REVISION}", release.version)
}

/// Writes the package into the folder `output`. `work` is a folder for its files.
pub(crate) fn make(release: &Release, contents: &Contents, work: &Path, output: &Path) -> Result<()> {
    let mut tree = contents.for_debian(release)?;
    let about = "usr/share/doc/latchkey";
    tree.file(format!("{about}/copyright"), FILE, packaging("deb/copyright")?);
    tree.file(format!("{about}/changelog.gz"), FILE, gzip(&fs::read(root().join("CHANGELOG.md"))?)?);
    tree.file(format!("{about}/changelog.Debian.gz"), FILE, gzip(changelog(release)?.as_bytes())?);
    let kilobytes = tree.size().div_ceil(1024).to_string();
    let control = packaging("deb/control")?
        .replace("{version}", &version(release))
        .replace("{architecture}", release.machine.debian)
        .replace("{size}", &kilobytes)
        .replace("{glibc}", GLIBC);
    tree.file("DEBIAN/control", FILE, control);
    tree.file("DEBIAN/conffiles", FILE, packaging("deb/conffiles")?);
    for script in SCRIPTS {
        tree.file(format!("DEBIAN/{script}"), PROGRAM, packaging(&format!("deb/{script}"))?);
    }
    let folder = work.join("deb");
    write_new(&tree, &folder)?;
    run(program("dpkg-deb")
        // One thread: with several, the bytes depend on how many there are.
        .args(["--root-owner-group", "-Zxz", "--threads-max=1", "--build"])
        .args([&folder, &output.join(name(release))])
        .env("SOURCE_DATE_EPOCH", release.time.to_string()))?;
    Ok(fs::remove_dir_all(folder)?)
}

fn write_new(tree: &Tree, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    tree.write(folder)
}

fn changelog(release: &Release) -> Result<String> {
    let maintainer = packaging("deb/control")?;
    let maintainer = maintainer.lines().find_map(|line| line.strip_prefix("Maintainer: "));
    Ok(format!(
        "latchkey ({}) unstable; urgency=medium\n\n  * changelog.gz lists the changes. This is commit\n    {}.\n\n -- {}  {}\n",
        version(release),
        release.revision,
        maintainer.unwrap_or_default(),
        release.date("+%a, %d %b %Y %H:%M:%S +0000")?,
    ))
}
