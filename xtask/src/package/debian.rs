//! What the image takes from Debian: the C library that the program needs, and the certificates of authorities.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::release::Machine;
use super::tree::{FILE, PROGRAM, Tree, untar};
use crate::command::{program, run};

/// The parts of glibc that a program built against an old one asks for. Today they are one.
const LIBRARIES: [&str; 5] = ["libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1"];

/// Where Debian has the certificates of authorities, one file each.
const CERTIFICATES: &str = "usr/share/ca-certificates/";

/// The files, and the versions of the packages that they come from.
pub(crate) struct Base {
    pub(crate) tree: Tree,
    pub(crate) packages: Vec<String>,
}

/// Takes the packages from Debian's archive, as this machine knows it.
pub(crate) fn base(machine: &Machine, work: &Path) -> Result<Base> {
    let mut base = Base { tree: Tree::default(), packages: Vec::new() };
    let libc = base.package(&format!("libc6:{}", machine.debian), work)?;
    let library = |name: &str| {
        let found = libc.iter().find(|(path, _)| path.ends_with(&format!("/{name}")));
        found.map(|(_, content)| content.clone()).with_context(|| format!("libc6 has no {name}"))
    };
    for name in LIBRARIES {
        base.tree.file(format!("{}/{name}", machine.libraries), FILE, library(name)?);
    }
    let loader = Path::new(machine.loader).file_name().context("a file has a name")?;
    base.tree.file(machine.loader, PROGRAM, library(&loader.to_string_lossy())?);
    let authorities = base.package("ca-certificates", work)?;
    let mut all = Vec::new();
    for (_, certificate) in authorities.iter().filter(|(path, _)| path.starts_with(CERTIFICATES)) {
        all.extend_from_slice(certificate.trim_ascii_end());
        all.push(b'\n');
    }
    ensure!(!all.is_empty(), "ca-certificates has no certificates");
    base.tree.file("etc/ssl/certs/ca-certificates.crt", FILE, all);
    Ok(base)
}

impl Base {
    /// Downloads a package, notes where it comes from, and returns its files.
    fn package(&mut self, name: &str, work: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
        let folder = work.join("debian");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        // The account of apt may not write into a folder of root, and says so.
        let quiet = ["--quiet", "--quiet", "-o", "APT::Sandbox::User=root"];
        run(program("apt-get").args(quiet).args(["download", name]).current_dir(&folder))?;
        let package = fs::read_dir(&folder)?.next().context("nothing was downloaded")??.path();
        let control = output(program("dpkg-deb").arg("--field").arg(&package))?;
        let archive = output(program("dpkg-deb").arg("--fsys-tarfile").arg(&package))?;
        let files = untar(&archive, |_| true)?;
        let name = name.split(':').next().unwrap_or(name);
        let copyright = format!("usr/share/doc/{name}/copyright");
        let text = files.get(&copyright).with_context(|| format!("{name} has no copyright"))?;
        self.tree.file(copyright, FILE, text.clone());
        let text = String::from_utf8(control)?;
        let version = text.lines().find_map(|line| line.strip_prefix("Version: "));
        self.packages.push(format!("{name} {}", version.context("a package has a version")?));
        // Scanners for known weaknesses look here.
        self.tree.file(format!("var/lib/dpkg/status.d/{name}"), FILE, text);
        fs::remove_dir_all(folder)?;
        Ok(files)
    }
}

fn output(command: &mut Command) -> Result<Vec<u8>> {
    let output = command.output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(output.stdout)
}
