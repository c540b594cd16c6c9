//! Folders and files that are packed, in an order and with owners and times that do not depend on the machine.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Archive, Builder, EntryType, Header};

use crate::command::{program, read, root};

/// The rights of programs and folders.
pub(crate) const PROGRAM: u32 = 0o755;
/// The rights of all other files.
pub(crate) const FILE: u32 = 0o644;

/// Folders and files, by their paths.
#[derive(Default)]
pub(crate) struct Tree(BTreeMap<String, Entry>);

struct Entry {
    mode: u32,
    /// The number of its account and of its group.
    owner: u64,
    /// `None` for a folder.
    content: Option<Vec<u8>>,
}

impl Tree {
    /// Adds a file, and the folders that it is in.
    pub(crate) fn file(&mut self, path: impl Into<String>, mode: u32, content: impl Into<Vec<u8>>) {
        self.add(path.into(), Entry { mode, owner: 0, content: Some(content.into()) });
    }

    /// Adds a folder, and those that it is in.
    pub(crate) fn folder(&mut self, path: impl Into<String>, mode: u32, owner: u64) {
        self.add(path.into(), Entry { mode, owner, content: None });
    }

    fn add(&mut self, path: String, entry: Entry) {
        for (end, _) in path.match_indices('/') {
            let folder = || Entry { mode: PROGRAM, owner: 0, content: None };
            self.0.entry(path[..end].to_owned()).or_insert_with(folder);
        }
        self.0.insert(path, entry);
    }

    /// Adds the files of the repository that git knows by these patterns, under the same names below `place`.
    pub(crate) fn copy(&mut self, patterns: &[&str], place: &str) -> Result<()> {
        let listed = read(program("git").args(["ls-files", "--"]).args(patterns))?;
        for path in listed.lines() {
            let content = fs::read(root().join(path)).with_context(|| path.to_owned())?;
            self.file(format!("{place}/{path}"), FILE, content);
        }
        Ok(())
    }

    /// Adds everything of another tree.
    pub(crate) fn include(&mut self, other: &Self, place: &str) {
        for (path, Entry { mode, owner, content }) in &other.0 {
            let entry = Entry { mode: *mode, owner: *owner, content: content.clone() };
            self.add(format!("{place}{path}"), entry);
        }
    }

    /// The sum of the sizes of the files, in bytes.
    pub(crate) fn size(&self) -> usize {
        self.0.values().filter_map(|entry| entry.content.as_ref()).map(Vec::len).sum()
    }

    /// The tree as a tar archive, in which everything has the same time.
    pub(crate) fn tar(&self, time: u64) -> Result<Vec<u8>> {
        let mut archive = Builder::new(Vec::new());
        for (path, entry) in &self.0 {
            let content = entry.content.as_deref();
            let mut header = Header::new_gnu();
            header.set_mode(entry.mode);
            header.set_uid(entry.owner);
            header.set_gid(entry.owner);
            header.set_mtime(time);
            header.set_size(content.map_or(0, <[u8]>::len) as u64);
            let (kind, path) = match content {
                Some(_) => (EntryType::Regular, path.clone()),
                None => (EntryType::Directory, format!("{path}/")),
            };
            header.set_entry_type(kind);
            archive.append_data(&mut header, path, content.unwrap_or_default())?;
        }
        Ok(archive.into_inner()?)
    }

    /// Writes the tree into a folder. All of it belongs to the account that does so.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        for (path, entry) in &self.0 {
            let path = folder.join(path);
            match &entry.content {
                None => fs::create_dir_all(&path)?,
                Some(content) => fs::write(&path, content)?,
            }
            fs::set_permissions(&path, Permissions::from_mode(entry.mode))?;
        }
        Ok(())
    }
}

/// Reads the regular files of a tar archive whose paths are wanted.
pub(crate) fn untar(archive: &[u8], is_wanted: impl Fn(&str) -> bool) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut found = BTreeMap::new();
    for entry in Archive::new(archive).entries()? {
        let mut entry = entry?;
        let path = entry.path()?.to_string_lossy().trim_start_matches("./").to_owned();
        if entry.header().entry_type() == EntryType::Regular && is_wanted(&path) {
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            found.insert(path, content);
        }
    }
    Ok(found)
}

/// Compresses with gzip. The result has no time and no name.
pub(crate) fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_depends_only_on_its_files() -> Result<()> {
        let mut one = Tree::default();
        one.file("usr/bin/program", PROGRAM, "works");
        one.file("etc/settings", FILE, "a = 1");
        let mut other = Tree::default();
        other.file("etc/settings", FILE, "a = 1");
        other.file("usr/bin/program", PROGRAM, "works");
        assert_eq!(gzip(&one.tar(7)?)?, gzip(&other.tar(7)?)?);
        assert_ne!(one.tar(7)?, other.tar(8)?);
        let files = untar(&one.tar(7)?, |path| path.ends_with("settings"))?;
        assert_eq!(files.into_iter().collect::<Vec<_>>(), [("etc/settings".to_owned(), b"a = 1".to_vec())]);
        Ok(())
    }

    #[test]
    fn an_archive_has_each_folder_before_its_files() -> Result<()> {
        let mut tree = Tree::default();
        tree.file("a/b/c", FILE, "");
        tree.folder("var/data", 0o700, 65_532);
        let archive = tree.tar(0)?;
        let mut listed = Vec::new();
        for entry in Archive::new(archive.as_slice()).entries()? {
            let entry = entry?;
            let header = entry.header();
            listed.push(format!("{} {:o} {}", entry.path()?.display(), header.mode()?, header.uid()?));
        }
        assert_eq!(listed, ["a/ 755 0", "a/b/ 755 0", "a/b/c 644 0", "var/ 755 0", "var/data/ 700 65532"]);
        Ok(())
    }
}
