//! What the Debian package and the tarball contain.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::release::Release;
use super::tree::{FILE, PROGRAM, Tree, gzip};
use crate::command::{program, read, root};

/// What is made before, for all packages.
pub(crate) struct Contents {
    pub(crate) program: Vec<u8>,
    /// The manual pages and the completions, by their names. The program writes them.
    pages: BTreeMap<String, Vec<u8>>,
    /// The libraries in the program, in the format `CycloneDX`.
    pub(crate) bom: Vec<u8>,
}

impl Contents {
    /// Reads the built program, and lets it write its pages into `folder`.
    pub(crate) fn read(built: &Path, bom: Vec<u8>, folder: &Path) -> Result<Self> {
        read(program(built).arg("manual").arg(folder))?;
        let mut pages = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            pages.insert(entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?);
        }
        pages.get_mut("latchkey.1").context("there is no manual page")?.extend(packaging("files.1")?.bytes());
        Ok(Self { program: fs::read(built)?, pages, bom })
    }

    /// The program, its pages and the settings, where Debian has them.
    pub(crate) fn for_debian(&self, release: &Release) -> Result<Tree> {
        let mut tree = self
            .shared(release, "usr/", "usr/share/zsh/vendor-completions", |page| Ok((".gz", gzip(page)?)))?;
        tree.file("etc/latchkey/latchkey.toml", FILE, packaging("latchkey.toml")?);
        tree.file("usr/lib/systemd/system/latchkey.service", FILE, packaging("latchkey.service")?);
        Ok(tree)
    }

    /// The same for any Linux, below one folder.
    pub(crate) fn for_any_linux(&self, release: &Release) -> Result<Tree> {
        let mut tree =
            self.shared(release, "", "share/zsh/site-functions", |page| Ok(("", page.to_owned())))?;
        tree.file("etc/latchkey/latchkey.toml", FILE, packaging("latchkey.toml")?);
        tree.file("lib/systemd/system/latchkey.service", FILE, packaging("latchkey.service")?);
        tree.file("share/doc/latchkey/CHANGELOG.md", FILE, fs::read(root().join("CHANGELOG.md"))?);
        tree.file("share/doc/latchkey/LICENSE", FILE, fs::read(root().join("LICENSE"))?);
        let mut one = Tree::default();
        one.include(&tree, &release.file("/"));
        Ok(one)
    }

    /// What is below `/usr` in both. `packed` compresses a manual page, and says what is added to its name.
    fn shared(
        &self,
        release: &Release,
        usr: &str,
        zsh: &str,
        packed: impl Fn(&[u8]) -> Result<(&'static str, Vec<u8>)>,
    ) -> Result<Tree> {
        let mut tree = Tree::default();
        tree.file(format!("{usr}bin/latchkey"), PROGRAM, self.program.clone());
        for (name, page) in &self.pages {
            let (path, page) = match name.as_str() {
                "_latchkey" => (format!("{zsh}/{name}"), page.clone()),
                "latchkey.bash" => (format!("{usr}share/bash-completion/completions/latchkey"), page.clone()),
                "latchkey.fish" => (format!("{usr}share/fish/vendor_completions.d/{name}"), page.clone()),
                _ => {
                    let (ending, page) = packed(page)?;
                    (format!("{usr}share/man/man1/{name}{ending}"), page)
                }
            };
            tree.file(path, FILE, page);
        }
        let about = format!("{usr}share/doc/latchkey");
        tree.copy(&["README.md", "docs/*.md", "deploy", "gateways"], &about)?;
        tree.file(format!("{about}/latchkey.cdx.json"), FILE, self.bom.clone());
        for name in MANIFESTS {
            tree.file(format!("{about}/deploy/{name}"), FILE, manifest(release, name)?);
        }
        Ok(tree)
    }
}

/// How to run the image.
pub(crate) const MANIFESTS: [&str; 2] = ["compose.yaml", "kubernetes.yaml"];

/// One of them, for this version.
pub(crate) fn manifest(release: &Release, name: &str) -> Result<String> {
    Ok(packaging(name)?.replace("{version}", release.version))
}

/// A file of the folder `packaging`.
pub(crate) fn packaging(name: &str) -> Result<String> {
    let path = root().join("packaging").join(name);
    fs::read_to_string(&path).with_context(|| path.display().to_string())
}
