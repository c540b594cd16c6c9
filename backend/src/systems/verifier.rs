//! How a verifier proves itself: with a verifier key, or with the certificate of its connection.

use std::collections::HashSet;

use actix_web::HttpRequest;

use super::catalog::{CatalogSystem, CatalogVerifier, Snapshot};
use crate::crypto::Digest;
use crate::crypto::secret_id::{self, Prefix};

/// The names in the certificate of a client, in the form in which they are compared.
pub struct ClientCertificate(HashSet<Digest>);

impl ClientCertificate {
    /// A certificate with these names, which are DNS names in lower case and URIs.
    pub fn with(names: impl IntoIterator<Item = String>) -> Self {
        Self(names.into_iter().map(|name| digest_of_name(&name)).collect())
    }
}

/// The digest of a name. It cannot be that of a key, which is another text.
pub(crate) fn digest_of_name(name: &str) -> Digest {
    Digest::of(format!("certificate:{name}"))
}

/// What proves who a verifier is.
#[derive(Clone, Copy)]
pub enum VerifierProof<'r> {
    /// A verifier key that was sent.
    Key(&'r str),
    /// The certificate of the connection.
    Certificate(&'r ClientCertificate),
}

impl<'r> VerifierProof<'r> {
    /// The proof that comes with a request: the key that was sent, or else the certificate.
    pub(crate) fn of(request: &'r HttpRequest, key: Option<&'r str>) -> Option<Self> {
        key.map(Self::Key).or_else(|| request.conn_data().map(Self::Certificate))
    }
}

/// The verifier with this proof.
pub(crate) fn verifier_with<'s>(
    snapshot: &'s Snapshot,
    proof: VerifierProof<'_>,
) -> Option<&'s CatalogVerifier> {
    match proof {
        VerifierProof::Key(key) => {
            let key = secret_id::parse(Prefix::VerifierKey, key).ok()?;
            snapshot.verifier_key(&key.digest())
        }
        VerifierProof::Certificate(ClientCertificate(names)) => {
            let mut known = names.iter().filter_map(|name| snapshot.verifier_key(name));
            // A certificate with the names of two verifiers is that of none.
            known.next().filter(|_| known.next().is_none())
        }
    }
}

/// The system of the verifier with this proof.
#[must_use]
pub fn system_of<'s>(snapshot: &'s Snapshot, proof: Option<VerifierProof<'_>>) -> Option<&'s CatalogSystem> {
    snapshot.system(&verifier_with(snapshot, proof?)?.system)
}
