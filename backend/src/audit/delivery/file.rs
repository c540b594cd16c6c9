//! A file that grows. It is opened each time, so other programs may rename it. When it is large, it is
//! renamed here, too.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::message::Message;

/// The size from which on a file is put aside, in bytes.
const LARGE: u64 = 64 << 20;

/// Appends a line for each message. It is on the disk when this returns.
pub(super) async fn append(path: PathBuf, messages: Vec<Message>) -> io::Result<()> {
    let written = tokio::task::spawn_blocking(move || write(&path, &messages, LARGE));
    written.await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

fn write(path: &Path, messages: &[Message], large: u64) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|about| about.len() >= large) {
        put_aside(path)?;
    }
    let mut options = File::options();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let mut lines = String::new();
    for message in messages {
        lines.push_str(&message.text);
        lines.push('\n');
    }
    file.write_all(lines.as_bytes())?;
    file.sync_data()
}

/// Renames the file to the first of `name.1`, `name.2` … that does not exist. None is ever deleted here.
fn put_aside(path: &Path) -> io::Result<()> {
    let numbered = (1_u32..).map(|number| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{number}"));
        PathBuf::from(name)
    });
    match numbered.into_iter().find(|name| !name.exists()) {
        Some(name) => fs::rename(path, name),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_is_put_aside() {
        let folder = tempfile::tempdir().expect("is made");
        let path = folder.path().join("audit.jsonl");
        let message = |text: &str| Message { at: 0, name: String::new(), text: text.to_owned() };
        for text in ["one", "two", "three", "four", "five"] {
            write(&path, &[message(text)], 8).expect("is written");
        }
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        assert_eq!(read("audit.jsonl.1"), "one\ntwo\n");
        assert_eq!(read("audit.jsonl.2"), "three\nfour\n");
        assert_eq!(read("audit.jsonl"), "five\n");
    }
}
