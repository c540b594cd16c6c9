//! Makes all packages from one build.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use super::contents::{Contents, MANIFESTS, manifest};
use super::release::Release;
use super::tree::gzip;
use super::{bom, deb, debian, image, portable};
use crate::command::target;

/// The list of checksums.
pub(crate) const SUMS: &str = "SHA256SUMS";

/// The packages that were made.
pub(crate) struct Packages {
    pub(crate) release: Release,
    /// The folder that they are in.
    pub(crate) folder: PathBuf,
}

impl Packages {
    /// The Debian package.
    pub(crate) fn deb(&self) -> PathBuf {
        self.folder.join(deb::name(&self.release))
    }

    /// The archive for any Linux.
    pub(crate) fn tarball(&self) -> PathBuf {
        self.folder.join(self.release.file(".tar.gz"))
    }

    /// The image for containers.
    pub(crate) fn image(&self) -> PathBuf {
        self.folder.join(self.release.file("-image.tar"))
    }
}

/// Makes the packages of what is checked out, in `target/package`.
pub(crate) fn make() -> Result<Packages> {
    let release = Release::here()?;
    let built = portable::build(&release)?;
    let folder = target()?.join("package");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let work = folder.join("work");
    fs::create_dir_all(&work)?;
    let contents = Contents::read(&built, bom::make(&release)?, &work.join("pages"))?;
    deb::make(&release, &contents, &work, &folder)?;
    let base = debian::base(&release.machine, &work)?;
    fs::remove_dir_all(&work)?;
    let packages = Packages { release, folder };
    let Packages { release, folder } = &packages;
    fs::write(packages.tarball(), gzip(&contents.for_any_linux(release)?.tar(release.time)?)?)?;
    fs::write(packages.image(), image::make(release, &contents, &base)?)?;
    fs::write(folder.join(release.file(".cdx.json")), &contents.bom)?;
    for name in MANIFESTS {
        fs::write(folder.join(name), manifest(release, name)?)?;
    }
    let mut files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.sort();
    let mut sums = String::new();
    for file in files {
        let content = fs::read(&file)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        println!("{:>9} KiB  {}", content.len().div_ceil(1024), file.display());
        writeln!(sums, "{}  {name}", image::digest(&content))?;
    }
    fs::write(folder.join(SUMS), sums)?;
    Ok(packages)
}
