//! Writes the log, on a thread of its own. Records that wait are written together.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::files;
use super::line::Chain;
use super::memory::Memory;
use super::position::Position;
use super::withdrawal::Record;

/// How long a withdrawal waits for the disk of the log. Then it is answered without.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait before a log that cannot be written is tried again.
const AGAIN: Duration = Duration::from_secs(1);
/// How many bytes wait at most to be written. What does not fit is missing in the log.
const WAITING: usize = 16 << 20;

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Another server writes it.
    #[error("another latchkey server is writing the withdrawal log in {0}")]
    Locked(String),
    /// It cannot be read or written.
    #[error("the withdrawal log in {0}: {1}")]
    Io(String, #[source] io::Error),
    /// It is that of another installation.
    #[error("the withdrawal log in {0} belongs to another installation of Latchkey; name another directory")]
    Foreign(String),
}

/// What the thread does next.
enum Job {
    /// Write this record, and say when it is on the disk.
    Write(Record, oneshot::Sender<bool>),
    /// Remember this, and say when it is on the disk.
    Remember(Memory, oneshot::Sender<bool>),
}

/// The log of this node.
pub struct Log {
    directory: PathBuf,
    jobs: mpsc::Sender<Job>,
    /// Whether the last attempt to write succeeded.
    works: Arc<AtomicBool>,
    intent: Mutex<File>,
    /// What was remembered at the start.
    memory: Option<Memory>,
    /// Held as long as the log is open.
    lock: File,
}

impl Log {
    /// Opens the log in a directory, and makes what is missing.
    pub fn open(directory: &Path) -> Result<Self, LogError> {
        let name = || directory.display().to_string();
        let failed = |error| LogError::Io(name(), error);
        files::make_directory(directory).map_err(failed)?;
        let lock = files::lock(directory).map_err(failed)?.ok_or_else(|| LogError::Locked(name()))?;
        let memory = Memory::read(directory).map_err(failed)?;
        let intent = Mutex::new(files::intent(directory).map_err(failed)?);
        let (file, chain, last) = open_records(directory).map_err(failed)?;
        // The memory may be from before the last record.
        let memory = match memory {
            None if last == Position::default() => None,
            memory => {
                let memory = memory.unwrap_or_default();
                Some(Memory { position: last.max(memory.position), ..memory })
            }
        };
        let (jobs, waiting) = mpsc::channel();
        let works = Arc::new(AtomicBool::new(true));
        let writer = Writer {
            directory: directory.to_owned(),
            written: file.metadata().map_err(failed)?.len(),
            file,
            chain,
            memory: memory.clone().unwrap_or_default(),
            waiting: String::new(),
            is_stale: false,
            works: Arc::clone(&works),
        };
        let thread = std::thread::Builder::new().name("withdrawals".to_owned());
        thread.spawn(move || writer.run(&waiting)).map_err(failed)?;
        Ok(Self { directory: directory.to_owned(), jobs, works, intent, memory, lock })
    }

    /// Lets another server write the log. This one must write no more.
    pub fn release(&self) {
        if let Err(error) = self.lock.unlock() {
            tracing::warn!(%error, "the withdrawal log stays locked until the process ends");
        }
    }

    /// The directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// What was remembered when the log was opened; `None` if it is new.
    #[must_use]
    pub fn memory(&self) -> Option<&Memory> {
        self.memory.as_ref()
    }

    /// Whether the log can be written, as of the last attempt.
    #[must_use]
    pub fn works(&self) -> bool {
        self.works.load(Ordering::Relaxed)
    }

    /// Notes the position that a transaction is about to commit. This survives the end of the process,
    /// so that a record is missed that the process could not write any more.
    pub fn intend(&self, position: Position) {
        let mut file = self.intent.lock().unwrap_or_else(PoisonError::into_inner);
        let text = format!("{:<48}\n", position.to_string());
        let written = file.seek(SeekFrom::Start(0)).and_then(|_| file.write_all(text.as_bytes()));
        if let Err(error) = written {
            self.fails(&error);
        }
    }

    /// Writes a record. Returns when it is on the disk, or when that fails.
    pub async fn append(&self, record: Record) {
        let (done, written) = oneshot::channel();
        drop(self.jobs.send(Job::Write(record, done)));
        self.wait(written).await;
    }

    /// Remembers what is known of the database.
    pub async fn remember(&self, memory: Memory) {
        let (done, written) = oneshot::channel();
        drop(self.jobs.send(Job::Remember(memory, done)));
        self.wait(written).await;
    }

    async fn wait(&self, written: oneshot::Receiver<bool>) {
        if tokio::time::timeout(PATIENCE, written).await.is_err() {
            self.fails(&io::ErrorKind::TimedOut.into());
        }
    }

    fn fails(&self, error: &io::Error) {
        if self.works.swap(false, Ordering::Relaxed) {
            tracing::error!(%error, "the withdrawal log cannot be written: a restore would be unsafe");
        }
    }
}

/// Opens the records for writing after the last whole one. A record that a crash cut off was never
/// answered. Returns the chain up to the last record, and its position.
fn open_records(directory: &Path) -> io::Result<(File, Chain, Position)> {
    /// A record of an import is long, others are short.
    const TAIL: u64 = 64 << 20;
    let mut file = files::open(directory, files::RECORDS)?;
    let length = file.metadata()?.len();
    let from = length.saturating_sub(TAIL);
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    (&file).take(length - from).read_to_end(&mut tail)?;
    let whole = tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    if whole < tail.len() {
        file.set_len(from + whole as u64)?;
        file.sync_all()?;
    }
    file.seek(SeekFrom::End(0))?;
    let tail = String::from_utf8_lossy(&tail[..whole]);
    let Some(line) = tail.trim_end().rsplit('\n').next().filter(|line| !line.is_empty()) else {
        return Ok((file, Chain::default(), Position::default()));
    };
    // After a line that is damaged, the chain begins anew. So the damage stays visible.
    let chain = Chain::up_to(line).unwrap_or_default();
    let last = line.split_once(' ').and_then(|(_, text)| serde_json::from_str::<Record>(text).ok());
    Ok((file, chain, last.map(|record| record.position).unwrap_or_default()))
}

/// The thread that writes.
struct Writer {
    directory: PathBuf,
    file: File,
    /// Up to where the file has whole records.
    written: u64,
    chain: Chain,
    memory: Memory,
    /// Lines that are not on the disk yet.
    waiting: String,
    /// Whether the memory on the disk is older than the lines. It is written when nobody withdraws: until
    /// then, the lines and the intent say as much.
    is_stale: bool,
    works: Arc<AtomicBool>,
}

impl Writer {
    fn run(mut self, jobs: &mpsc::Receiver<Job>) {
        loop {
            let first = match jobs.recv_timeout(AGAIN) {
                Ok(job) => Some(job),
                Err(RecvTimeoutError::Timeout) if self.waiting.is_empty() && !self.is_stale => continue,
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let is_idle = first.is_none();
            let mut answers = Vec::new();
            let mut remembered = Vec::new();
            for job in first.into_iter().chain(jobs.try_iter()) {
                match job {
                    Job::Write(record, done) => {
                        self.memory.position = self.memory.position.max(record.position);
                        let line = self.chain.write(&record);
                        if self.waiting.len() < WAITING {
                            self.waiting.push_str(&line);
                        }
                        answers.push(done);
                    }
                    Job::Remember(memory, done) => {
                        let position = self.memory.position.max(memory.position);
                        self.memory = Memory { position, ..memory };
                        remembered.push(done);
                    }
                }
            }
            let written = self.write();
            for done in answers {
                let _ = done.send(written.is_ok());
            }
            self.is_stale |= self.waiting.is_empty();
            let written = match written {
                Ok(()) if self.is_stale && (is_idle || !remembered.is_empty()) => {
                    self.memory.write(&self.directory).inspect(|()| self.is_stale = false)
                }
                other => other,
            };
            for done in remembered {
                let _ = done.send(written.is_ok());
            }
            self.note(written);
        }
    }

    /// Writes all lines that wait.
    fn write(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        // An attempt that failed may have left a part.
        self.file.set_len(self.written)?;
        self.file.seek(SeekFrom::Start(self.written))?;
        self.file.write_all(self.waiting.as_bytes())?;
        self.file.sync_data()?;
        self.written += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }

    fn note(&self, written: io::Result<()>) {
        match written {
            Ok(()) => {
                if !self.works.swap(true, Ordering::Relaxed) {
                    tracing::info!("the withdrawal log can be written again");
                }
            }
            Err(error) => {
                if self.works.swap(false, Ordering::Relaxed) {
                    tracing::error!(%error, "the withdrawal log cannot be written: a restore would be unsafe");
                }
            }
        }
    }
}
