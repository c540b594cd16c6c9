//! Signed notes: a text with Ed25519 signatures, in the format of C2SP `signed-note`, which Go's
//! checksum database and transparency logs use. So other tools check them, too.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::Digest;

/// The type of a key: Ed25519.
const ED25519_KEY: u8 = 1;
const PUBLIC_LENGTH: usize = 32;
/// What a line with a signature begins with.
const SIGNATURE: &str = "\u{2014} ";

/// What is wrong with a note or with a key for notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It is no note.
    #[error("this is not a signed note")]
    Malformed,
    /// It has no signature by this key.
    #[error("it is not signed by this key")]
    OtherKey,
    /// The signature does not fit the text.
    #[error("its signature does not fit its text")]
    BadSignature,
    /// The text is no public key for notes, or the bytes are no private key.
    #[error("this is not a key for signed notes")]
    NotAKey,
}

/// The public key that checks notes: `name+id+key`, as in C2SP `signed-note`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicNoteKey {
    name: String,
    public: [u8; PUBLIC_LENGTH],
}

/// The private key that signs notes.
pub struct NoteKey {
    pair: Ed25519KeyPair,
    public: PublicNoteKey,
}

impl PublicNoteKey {
    /// The name of the signer.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn typed(&self) -> Vec<u8> {
        [&[ED25519_KEY][..], &self.public].concat()
    }

    fn id(&self) -> [u8; 4] {
        let digest = Digest::of([self.name.as_bytes(), b"\n", &self.typed()].concat());
        let mut id = [0; 4];
        id.copy_from_slice(&digest.as_slice()[..4]);
        id
    }

    fn hex(&self) -> String {
        format!("{:08x}", u32::from_be_bytes(self.id()))
    }

    /// The text of a note that this key has signed, with the line break at its end.
    pub fn open<'n>(&self, note: &'n str) -> Result<&'n str, NoteError> {
        let end = note.rfind("\n\n").ok_or(NoteError::Malformed)?;
        let (text, signatures) = (&note[..=end], &note[end + 2..]);
        let mut found = Err(NoteError::OtherKey);
        for line in signatures.lines() {
            let (name, signature) = line
                .strip_prefix(SIGNATURE)
                .and_then(|rest| rest.split_once(' '))
                .ok_or(NoteError::Malformed)?;
            let signature = STANDARD.decode(signature).map_err(|_| NoteError::Malformed)?;
            let (id, signature) = signature.split_at_checked(4).ok_or(NoteError::Malformed)?;
            if name == self.name && id == self.id() {
                let key = UnparsedPublicKey::new(&ED25519, self.public);
                found = key
                    .verify(text.as_bytes(), signature)
                    .map(|()| text)
                    .map_err(|_| NoteError::BadSignature);
            }
        }
        found
    }
}

impl fmt::Display for PublicNoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}+{}", self.name, self.hex(), STANDARD.encode(self.typed()))
    }
}

impl FromStr for PublicNoteKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::NotAKey);
        };
        let key = STANDARD.decode(key).map_err(|_| NoteError::NotAKey)?;
        let Some((&ED25519_KEY, public)) = key.split_first() else { return Err(NoteError::NotAKey) };
        let public = public.try_into().map_err(|_| NoteError::NotAKey)?;
        let read = Self { name: name.to_owned(), public };
        if name.is_empty() || read.hex() != id { Err(NoteError::NotAKey) } else { Ok(read) }
    }
}

impl NoteKey {
    /// Makes a private key as PKCS#8 in DER.
    #[must_use]
    pub fn generate_pkcs8() -> Zeroizing<Vec<u8>> {
        let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new());
        Zeroizing::new(made.expect("the operating system gives randomness").as_ref().to_vec())
    }

    /// Loads a private key. `name` is the name of the signer, without spaces and `+`.
    pub fn from_pkcs8(name: &str, der: &[u8]) -> Result<Self, NoteError> {
        let pair = Ed25519KeyPair::from_pkcs8(der).map_err(|_| NoteError::NotAKey)?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| NoteError::NotAKey)?;
        Ok(Self { pair, public: PublicNoteKey { name: name.to_owned(), public } })
    }

    /// Its public key.
    #[must_use]
    pub fn public(&self) -> &PublicNoteKey {
        &self.public
    }

    /// Signs a text that ends with a line break.
    #[must_use]
    pub fn sign(&self, text: &str) -> String {
        let signature = [&self.public.id()[..], self.pair.sign(text.as_bytes()).as_ref()].concat();
        format!("{text}\n{SIGNATURE}{} {}\n", self.public.name, STANDARD.encode(signature))
    }
}

/// The notes in a text that has one after the other.
#[must_use]
pub fn notes_in(text: &str) -> Vec<String> {
    let (mut notes, mut note, mut is_signed) = (Vec::new(), String::new(), false);
    for line in text.lines() {
        if is_signed && !line.starts_with(SIGNATURE) {
            notes.push(std::mem::take(&mut note));
            is_signed = false;
        }
        if !note.is_empty() || !line.is_empty() {
            note.push_str(line);
            note.push('\n');
        }
        is_signed |= line.starts_with(SIGNATURE);
    }
    if !note.trim().is_empty() {
        notes.push(note);
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the documentation of `golang.org/x/mod/sumdb/note`.
    const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
         then you don't know what your problem is.\n\n\
         \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    #[test]
    fn a_note_of_another_program_is_opened() {
        let key: PublicNoteKey = KEY.parse().expect("is a key");
        assert_eq!(key.to_string(), KEY);
        assert!(key.open(NOTE).expect("is signed").starts_with("If you think"));
        assert_eq!(key.open(&NOTE.replace("answer", "enigma")), Err(NoteError::BadSignature));
        assert_eq!(key.open("nothing"), Err(NoteError::Malformed));
        for wrong in ["", "PeterNeumann+c74f20a3", &KEY.replace("c74f", "c74e")] {
            assert_eq!(wrong.parse::<PublicNoteKey>(), Err(NoteError::NotAKey), "{wrong}");
        }
    }

    #[test]
    fn what_is_signed_opens_with_its_public_key_only() {
        let [one, other] =
            [(); 2].map(|()| NoteKey::from_pkcs8("audit/one", &NoteKey::generate_pkcs8()).expect("is a key"));
        let note = one.sign("first\nsecond\n");
        assert_eq!(one.public().open(&note), Ok("first\nsecond\n"));
        assert_eq!(other.public().open(&note), Err(NoteError::OtherKey));
        assert_eq!(one.public().to_string().parse().as_ref(), Ok(one.public()));
    }

    #[test]
    fn notes_are_found_one_after_the_other() {
        let key = NoteKey::from_pkcs8("audit/one", &NoteKey::generate_pkcs8()).expect("is a key");
        let notes = [key.sign("a\n"), key.sign("b\n\nc\n")];
        for between in ["", "\n", "\n\n"] {
            assert_eq!(notes_in(&notes.join(between)), notes, "{between:?}");
        }
        assert!(notes_in("\n").is_empty());
    }
}
