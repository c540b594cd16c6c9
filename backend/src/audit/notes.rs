//! The signed notes of the audit trail: checkpoints, which prove that the chain had an end once, and
//! boundaries, which prove that retention deleted its beginning.

use latchkey_shared::ids::KeyId;
use latchkey_shared::time::Timestamp;

use super::chain::{Link, Position};
use super::store;
use crate::crypto::note::{NoteError, NoteKey, PublicNoteKey};
use crate::crypto::vault::{Place, Vault, VaultError};
use crate::database::{Database, OutcomeUnknown, Transaction, WriteError, now};

/// Why there is no key that signs.
#[derive(Debug, thiserror::Error)]
pub enum TrailError {
    /// The stored key cannot be used.
    #[error("the key that signs the audit trail is damaged")]
    Damaged,
    /// The vault does not open the stored key.
    #[error("the key that signs the audit trail: {0}")]
    Vault(#[from] VaultError),
    /// The database did not answer.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The database was lost while it committed.
    #[error("database: {0}")]
    OutcomeUnknown(#[from] OutcomeUnknown),
}

impl WriteError for TrailError {}

/// Signs notes with the key of the audit trail. It signs nothing else.
pub(super) struct Signer {
    key: NoteKey,
    pub(super) installation: String,
}

fn place(id: &str) -> Place<'_> {
    Place { table: "audit_keys", row: id, column: "private_key" }
}

impl Signer {
    /// Loads the key. The first start makes it.
    pub(super) async fn open(database: &Database, vault: &Vault) -> Result<Self, TrailError> {
        let id = KeyId::new();
        let made = vault.seal(&place(id.as_str()), &NoteKey::generate_pkcs8());
        let data_key = vault.current().to_string();
        let (installation, id, sealed) =
            database.write(move |transaction| Box::pin(ensure_key(transaction, id, made, data_key))).await?;
        let der = vault.open(&place(&id), &sealed)?;
        let name = format!("latchkey-audit/{installation}");
        let key = NoteKey::from_pkcs8(&name, &der).map_err(|_| TrailError::Damaged)?;
        Ok(Self { key, installation })
    }

    pub(super) fn public(&self) -> &PublicNoteKey {
        self.key.public()
    }

    pub(super) fn checkpoint(&self, chain: i64, position: &Position, at: i64) -> String {
        Checkpoint { chain, position: position.clone(), at: Timestamp::from_millis(at) }.sign(&self.key)
    }

    /// A note that retention has deleted all events up to this one, which are older than `before`.
    pub(super) fn boundary(&self, position: &Position, before: i64) -> String {
        let text = format!(
            "{} boundary\n{}\n{}\ncomplete since {}\ntime {}\n",
            self.key.public().name(),
            position.sequence,
            position.link.as_str(),
            Timestamp::from_millis(before),
            Timestamp::from_millis(now()),
        );
        self.key.sign(&text)
    }
}

/// The id of the installation, and that of the key with its private half.
async fn ensure_key(
    transaction: &mut Transaction,
    id: KeyId,
    made: Vec<u8>,
    data_key: String,
) -> Result<(String, String, Vec<u8>), TrailError> {
    let connection = transaction.connection();
    let row = store::signer(&mut *connection).await?.ok_or(sqlx::Error::RowNotFound)?;
    if let (installation, Some(id), Some(sealed)) = row {
        return Ok((installation, id, sealed));
    }
    store::insert_key(connection, id.as_str(), &made, &data_key).await?;
    Ok((row.0, id.as_str().to_owned(), made))
}

/// A checkpoint: the end of the chain at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Checkpoint {
    pub(super) chain: i64,
    pub(super) position: Position,
    pub(super) at: Timestamp,
}

impl Checkpoint {
    fn sign(&self, key: &NoteKey) -> String {
        key.sign(&format!(
            "{}\n{}\n{}\nchain {}\ntime {}\n",
            key.public().name(),
            self.position.sequence,
            self.position.link.as_str(),
            self.chain,
            self.at,
        ))
    }

    /// Opens a note with the public key. `None` if it is signed, and no checkpoint.
    pub(super) fn open(note: &str, key: &PublicNoteKey) -> Result<Option<Self>, NoteError> {
        let text = key.open(note)?;
        Ok(Self::read(text, key.name()))
    }

    fn read(text: &str, name: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next() != Some(name) {
            return None;
        }
        let (sequence, link) = (lines.next()?.parse().ok()?, lines.next()?);
        let chain = lines.next()?.strip_prefix("chain ")?.parse().ok()?;
        let at = lines.next()?.strip_prefix("time ")?;
        let at = serde_json::from_value(at.into()).ok()?;
        Some(Self { chain, position: Position { sequence, link: Link::stored(link.to_owned()) }, at })
    }
}

/// Whether the key has signed that retention deleted all events up to this position.
pub(super) fn is_boundary(note: &str, key: &PublicNoteKey, position: &Position) -> bool {
    let begins = format!("{} boundary\n{}\n{}\n", key.name(), position.sequence, position.link.as_str());
    key.open(note).is_ok_and(|text| text.starts_with(&begins))
}
