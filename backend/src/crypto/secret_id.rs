//! Secrets that people and machines copy. They have a prefix for secret scanners, 256 random
//! bits, and a checksum, so that a typo is refused without a look into the database.
//!
//! `<prefix><32 random bytes in 43 characters of base62><CRC-32 of all that in 6 characters of
//! base62>`

use zeroize::Zeroizing;

use super::{Secret, random_bytes};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 62^43 > 2^256.
const RANDOM_LENGTH: usize = 43;
/// 62^6 > 2^32.
const CHECKSUM_LENGTH: usize = 6;

/// The kind of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    /// The secret id of a JWT token: `lkj_`.
    SecretId,
    /// The key that a verifier authenticates with: `lkv_`.
    VerifierKey,
}

impl Prefix {
    /// The prefix as text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SecretId => "lkj_",
            Self::VerifierKey => "lkv_",
        }
    }
}

/// The text is not a secret of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a secret of this kind, or one with a typo")]
pub struct Mistyped;

/// Makes a secret.
#[must_use]
pub fn generate(prefix: Prefix) -> Secret {
    let mut number = Zeroizing::new(random_bytes::<32>());
    let mut digits = Zeroizing::new([b'0'; RANDOM_LENGTH]);
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[divide_by_62(&mut number)];
    }
    // Exactly as long as needed: a string that grows leaves copies behind.
    let mut text = String::with_capacity(prefix.as_str().len() + RANDOM_LENGTH + CHECKSUM_LENGTH);
    text.push_str(prefix.as_str());
    text.extend(digits.iter().map(|&digit| char::from(digit)));
    let checksum = checksum(&text);
    text.extend(checksum.iter().map(|&digit| char::from(digit)));
    Secret::new(text)
}

/// Parses a secret that [`generate`] can have made.
pub fn parse(prefix: Prefix, text: &str) -> Result<Secret, Mistyped> {
    let body = text.strip_prefix(prefix.as_str()).ok_or(Mistyped)?;
    if body.len() != RANDOM_LENGTH + CHECKSUM_LENGTH || !body.bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        return Err(Mistyped);
    }
    let (rest, claimed) = text.split_at(text.len() - CHECKSUM_LENGTH);
    if checksum(rest) == claimed.as_bytes() { Ok(Secret::new(text.to_owned())) } else { Err(Mistyped) }
}

fn checksum(text: &str) -> [u8; CHECKSUM_LENGTH] {
    let mut number = crc32fast::hash(text.as_bytes());
    let mut digits = [b'0'; CHECKSUM_LENGTH];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(number % 62) as usize];
        number /= 62;
    }
    digits
}

/// Divides a big-endian number in place; returns the remainder.
fn divide_by_62(number: &mut [u8; 32]) -> usize {
    let mut remainder = 0_u16;
    for byte in number {
        let dividend = remainder << 8 | u16::from(*byte);
        *byte = u8::try_from(dividend / 62).expect("a remainder below 62 leaves a quotient below 256");
        remainder = dividend % 62;
    }
    usize::from(remainder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_secret_parses_as_its_own_kind_only() {
        for (prefix, other) in
            [(Prefix::SecretId, Prefix::VerifierKey), (Prefix::VerifierKey, Prefix::SecretId)]
        {
            let secret = generate(prefix);
            assert_eq!(secret.expose().len(), 53);
            assert!(parse(prefix, secret.expose()).is_ok_and(|parsed| parsed == secret));
            assert!(parse(other, secret.expose()).is_err());
            let renamed = secret.expose().replacen(prefix.as_str(), other.as_str(), 1);
            assert!(parse(other, &renamed).is_err());
        }
    }

    #[test]
    fn the_framing_never_changes() {
        let text = "lkj_0000000000000000000000000000000000000000000";
        let whole = format!("{text}{}", String::from_utf8_lossy(&checksum(text)));
        assert_eq!(whole, "lkj_00000000000000000000000000000000000000000000y4Urf");
        assert!(parse(Prefix::SecretId, &whole).is_ok());
    }

    #[test]
    fn the_largest_number_fits() {
        let mut number = [0xff; 32];
        for _ in 0..RANDOM_LENGTH {
            divide_by_62(&mut number);
        }
        assert_eq!(number, [0; 32]);
    }

    proptest! {
        #[test]
        fn any_typo_is_refused(position in 4..53_usize, replacement in "[0-9A-Za-z]") {
            let secret = generate(Prefix::SecretId);
            let mut typo = secret.expose().to_owned();
            typo.replace_range(position..=position, &replacement);
            prop_assert_eq!(parse(Prefix::SecretId, &typo).is_ok(), typo == secret.expose());
        }

        #[test]
        fn neighbours_that_swap_are_refused(position in 4..52_usize) {
            let secret = generate(Prefix::VerifierKey);
            let mut bytes = secret.expose().as_bytes().to_vec();
            bytes.swap(position, position + 1);
            let typo = String::from_utf8(bytes).expect("it was ASCII");
            prop_assert_eq!(parse(Prefix::VerifierKey, &typo).is_ok(), typo == secret.expose());
        }

        #[test]
        fn no_text_panics(text in ".{0,80}") {
            prop_assert!(parse(Prefix::SecretId, &text).is_err());
            let prefixed = format!("lkj_{text}");
            prop_assert!(parse(Prefix::SecretId, &prefixed).is_err());
        }
    }
}
