//! Encryption to a public key, in the format of age-encryption.org.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use age::secrecy::ExposeSecret as _;
use age::stream::StreamWriter;
use age::x25519::{Identity, Recipient};
use age::{Decryptor, Encryptor, IdentityFile};
use anyhow::{Context as _, anyhow, ensure};

/// How much is read or written at a time.
const BLOCK: usize = 1 << 18;

/// Encrypts what is written to it.
pub(super) struct Sealer<W: Write>(StreamWriter<BufWriter<W>>);

impl<W: Write> Sealer<W> {
    /// Each of the recipients can decrypt it.
    pub(super) fn new(recipients: &[String], output: W) -> anyhow::Result<Self> {
        let read = |text: &String| {
            let recipient = text.trim().parse::<Recipient>();
            recipient.map_err(|error| anyhow!("the recipient {text:?}: {error}; it must begin with age1"))
        };
        let recipients: Vec<Recipient> = recipients.iter().map(read).collect::<Result<_, _>>()?;
        ensure!(!recipients.is_empty(), "name a recipient: the public key that the backup is encrypted to");
        let encryptor = Encryptor::with_recipients(recipients.iter().map(|one| one as _))?;
        Ok(Self(encryptor.wrap_output(BufWriter::with_capacity(BLOCK, output))?))
    }

    /// Writes the end. A file without it is not accepted.
    pub(super) fn finish(self) -> io::Result<W> {
        self.0.finish()?.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Decrypts a file with the identities in another one. What is read is what was written, or an error.
pub(super) fn open(file: &Path, identity: &Path) -> anyhow::Result<BufReader<impl Read + use<>>> {
    let named = |path: &Path| path.display().to_string();
    let text = File::open(identity).with_context(|| named(identity))?;
    let identities = IdentityFile::from_buffer(BufReader::new(text)).with_context(|| named(identity))?;
    let identities = identities.into_identities().with_context(|| named(identity))?;
    let input = BufReader::with_capacity(BLOCK, File::open(file).with_context(|| named(file))?);
    let decryptor = Decryptor::new_buffered(input).with_context(|| named(file))?;
    let identities = identities.iter().map(|one| &**one as &dyn age::Identity);
    let reader = decryptor.decrypt(identities).with_context(|| named(file))?;
    Ok(BufReader::with_capacity(BLOCK, reader))
}

/// Makes a key pair. The identity is in a new file that only its owner may read. Returns the recipient.
pub fn make_identity(path: &Path) -> anyhow::Result<String> {
    let identity = Identity::generate();
    let recipient = identity.to_public().to_string();
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).with_context(|| path.display().to_string())?;
    for line in ["# public key: ", &recipient, "\n", identity.to_string().expose_secret(), "\n"] {
        file.write_all(line.as_bytes())?;
    }
    file.sync_all()?;
    Ok(recipient)
}
