//! The method and the path of a call.

use latchkey_shared::fields::Refusal;

/// The methods that an API may have.
pub(crate) const METHODS: [&str; 9] =
    ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "QUERY"];

/// Checks what can be checked without the path parser of the server.
pub(crate) fn starts_with_slash(typed: &str) -> Result<(), Refusal> {
    match typed.trim() {
        "" => Err(Refusal::new("required", "Must not be empty.")),
        path if path.starts_with('/') => Ok(()),
        _ => Err(Refusal::new("invalid_path", "The path does not start with /.")),
    }
}
