//! A text is a secret of one kind or of none, and is taken as it is.
#![no_main]

use latchkey::crypto::secret_id::{Prefix, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (secret_id, verifier_key) = (parse(Prefix::SecretId, text), parse(Prefix::VerifierKey, text));
    assert!(secret_id.is_err() || verifier_key.is_err());
    if let Ok(secret) = secret_id.or(verifier_key) {
        assert_eq!(secret.expose(), text);
    }
});
