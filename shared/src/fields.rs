//! The rules for fields. Each parser takes text and returns the canonical value, or a reason.
//! [`Errors`] collects the reasons, so that a request learns of all of them at once.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::problem::FieldError;

/// Why a value was refused: a stable code and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// A stable code. Clients decide by it.
    pub code: &'static str,
    /// The reason as a sentence.
    pub message: String,
}

impl Refusal {
    /// A refusal with a code and a sentence.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// The collected errors of fields.
#[derive(Debug, Default)]
pub struct Errors(Vec<FieldError>);

impl Errors {
    /// No error yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an error of `field`.
    pub fn add(&mut self, field: impl Into<String>, code: &str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.into(), code: code.to_owned(), message: message.into() });
    }

    /// The value. If there is none, adds an error of `field`.
    pub fn take<T>(&mut self, field: &str, parsed: Result<T, Refusal>) -> Option<T> {
        parsed.map_err(|refusal| self.add(field, refusal.code, refusal.message)).ok()
    }

    /// Whether there is no error.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The errors, in the order in which they were added.
    #[must_use]
    pub fn into_vec(self) -> Vec<FieldError> {
        self.0
    }
}

/// Text of `min..=max` characters without control characters, trimmed at both ends. With
/// `multiline`, line feeds and tabs are allowed.
fn text(raw: &str, min: usize, max: usize, multiline: bool) -> Result<String, Refusal> {
    let trimmed = raw.trim();
    let length = trimmed.chars().count();
    if length < min {
        return Err(Refusal::new("required", "Must not be empty."));
    }
    if length > max {
        return Err(Refusal::new("too_long", format!("At most {max} characters; this has {length}.")));
    }
    let allowed = |c: char| !c.is_control() || (multiline && matches!(c, '\n' | '\t' | '\r'));
    if !trimmed.chars().all(allowed) {
        return Err(Refusal::new("control_character", "Must not contain control characters."));
    }
    Ok(trimmed.to_owned())
}

/// A name: 1–100 characters on one line. Runs of white space become one space. Bidirectional
/// controls are refused, because they would change how the text after the name reads.
pub fn name(raw: &str) -> Result<String, Refusal> {
    let name = text(raw, 1, 100, false)?;
    if name.contains(is_bidi_control) {
        return Err(Refusal::new(
            "bidirectional_control",
            "Must not contain characters that change the direction of text.",
        ));
    }
    #[cfg(feature = "server")]
    if name.chars().all(|c| is_ignorable(c) || c.is_whitespace()) {
        return Err(Refusal::new("required", "Must have visible characters."));
    }
    Ok(name.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The property `Bidi_Control` of Unicode (UAX #9).
#[must_use]
pub fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Free text of at most 1,000 characters.
pub fn description(raw: &str) -> Result<String, Refusal> {
    text(raw, 0, 1_000, true)
}

/// The key of a project or system: 1–64 of `a-z 0-9 -`, starting and ending with a letter or
/// digit. It needs no encoding in a URL or an OAuth scope.
pub fn key(raw: &str) -> Result<String, Refusal> {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = raw.as_bytes();
    let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else {
        return Err(Refusal::new("required", "Must not be empty."));
    };
    if bytes.len() > 64 {
        return Err(Refusal::new("too_long", "At most 64 characters."));
    }
    if !bytes.iter().all(|&b| alphanumeric(b) || b == b'-') || !alphanumeric(first) || !alphanumeric(last) {
        return Err(Refusal::new(
            "invalid_key",
            "Only lower-case letters, digits and inner hyphens (a-z, 0-9, -).",
        ));
    }
    Ok(raw.to_owned())
}

/// A username: 1–64 of `a-z 0-9 . _ - @`. It is converted to lower case. It must not look like
/// a user id.
pub fn username(raw: &str) -> Result<String, Refusal> {
    let username = raw.trim().to_ascii_lowercase();
    if username.is_empty() {
        return Err(Refusal::new("required", "Must not be empty."));
    }
    if username.len() > 64 {
        return Err(Refusal::new("too_long", "At most 64 characters."));
    }
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-@".contains(&b);
    if !username.bytes().all(allowed) || !username.as_bytes()[0].is_ascii_alphanumeric() {
        return Err(Refusal::new(
            "invalid_username",
            "Only letters, digits and . _ - @, starting with a letter or digit.",
        ));
    }
    if username.starts_with(crate::ids::UserId::PREFIX) {
        return Err(Refusal::new("invalid_username", "Must not start with usr_."));
    }
    Ok(username)
}

/// An e-mail address. Only its shape is checked.
pub fn email(raw: &str) -> Result<String, Refusal> {
    let email = text(raw, 1, 254, false)?;
    let well_formed = email.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && !domain.contains('@')
            && !email.contains(char::is_whitespace)
    });
    if well_formed { Ok(email) } else { Err(Refusal::new("invalid_email", "Not an e-mail address.")) }
}

/// A password: 12–256 characters of any kind.
pub fn password(raw: &str) -> Result<(), Refusal> {
    match raw.chars().count() {
        0..12 => Err(Refusal::new("too_short", "At least 12 characters.")),
        12..=256 => Ok(()),
        _ => Err(Refusal::new("too_long", "At most 256 characters.")),
    }
}

/// The longest operation id, in bytes.
pub const OPERATION_ID: usize = 200;

/// The id of an operation in its system: 1–200 characters that an OAuth scope may contain (RFC
/// 6749 §3.3: printable ASCII except space, `"` and `\`).
pub fn operation_id(raw: &str) -> Result<String, Refusal> {
    if raw.is_empty() {
        return Err(Refusal::new("required", "Must not be empty."));
    }
    if raw.len() > OPERATION_ID {
        return Err(Refusal::new("too_long", "At most 200 characters."));
    }
    if raw.bytes().all(is_scope_byte) {
        Ok(raw.to_owned())
    } else {
        Err(Refusal::new(
            "invalid_operation_id",
            "Only printable ASCII without spaces, quotes and backslashes.",
        ))
    }
}

/// Whether a scope may contain this byte (RFC 6749 §3.3).
#[must_use]
pub fn is_scope_byte(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)
}

/// An address range: `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`. A single address is a range
/// of one. Host bits are cleared. IPv4-mapped addresses become IPv4 addresses, since callers
/// are compared by their canonical address.
pub fn address_range(raw: &str) -> Result<IpNet, Refusal> {
    let raw = raw.trim();
    let range = raw
        .parse::<IpNet>()
        .or_else(|_| raw.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| Refusal::new("invalid_address", "Not an IP address or CIDR range."))?;
    let IpAddr::V4(address) = range.addr().to_canonical() else { return Ok(range.trunc()) };
    let length = match range {
        IpNet::V4(_) => Some(range.prefix_len()),
        IpNet::V6(_) => range.prefix_len().checked_sub(96),
    };
    let range = length.and_then(|length| IpNet::new(IpAddr::V4(address), length).ok());
    range.map(|range| range.trunc()).ok_or_else(|| {
        Refusal::new("invalid_address", "A range of IPv4-mapped addresses has a prefix of 96 to 128.")
    })
}

/// A name that a certificate has: a DNS name, which is converted to lower case, or a URI such as
/// `spiffe://example.org/gateway`.
pub fn certificate_name(raw: &str) -> Result<String, Refusal> {
    let name = raw.trim();
    if name.is_empty() {
        return Err(Refusal::new("required", "Must not be empty."));
    }
    if name.len() > 253 {
        return Err(Refusal::new("too_long", "At most 253 characters."));
    }
    let is_uri = name.contains("://") && name.bytes().all(|b| b.is_ascii_graphic());
    let is_dns = name.split('.').all(|label| !label.is_empty())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    match (is_uri, is_dns) {
        (true, _) => Ok(name.to_owned()),
        (_, true) => Ok(name.to_ascii_lowercase()),
        _ => Err(Refusal::new(
            "invalid_certificate",
            "Not a DNS name, and not a URI such as spiffe://example.org/gateway.",
        )),
    }
}

/// The property `Default_Ignorable_Code_Point` of Unicode: the character is invisible.
#[cfg(feature = "server")]
fn is_ignorable(c: char) -> bool {
    use icu_properties::{CodePointSetData, props::DefaultIgnorableCodePoint};
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// The form in which names are compared: without invisible characters, NFKC, full Unicode case
/// folding, runs of white space as one space. Two names with the same key are the same name.
#[cfg(feature = "server")]
#[must_use]
pub fn name_key(name: &str) -> String {
    use caseless::Caseless as _;
    use unicode_normalization::UnicodeNormalization as _;
    let seen = name.chars().filter(|&c| !is_ignorable(c));
    // NFKC_Casefold: folding can undo normalisation and the reverse (Unicode §3.13, D146).
    let folded: String = seen.nfkd().default_case_fold().nfkd().default_case_fold().nfkc().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The form in which look-alike names are equal: the skeleton of UTS #39 §4, folded. It is
/// folded last, since `PayPaI` looks like `PayPal` and `paypai` does not.
#[cfg(feature = "server")]
#[must_use]
pub fn skeleton(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    // Characters that are equal in the name key are equal here, too.
    let composed: String = name.nfkc().collect();
    name_key(&unicode_security::skeleton(&composed).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T: std::fmt::Debug>(parsed: Result<T, Refusal>) -> &'static str {
        parsed.expect_err("must be refused").code
    }

    #[test]
    fn names_are_trimmed_and_bounded() {
        assert_eq!(name("  billing \u{3000} robot ").as_deref(), Ok("billing robot"));
        assert_eq!(code(name(" \u{3000} ")), "required");
        assert_eq!(code(name(&"x".repeat(101))), "too_long");
        assert!(name(&"名".repeat(100)).is_ok());
        assert_eq!(code(name("a\u{0}b")), "control_character");
    }

    #[test]
    fn keys_can_stand_in_urls_and_scopes() {
        assert!(key("a").is_ok() && key("site-7").is_ok());
        for wrong in ["-a", "a-", "A", "a_b", "a/b", "ä", "a b", "a:b"] {
            assert_eq!(code(key(wrong)), "invalid_key", "{wrong}");
        }
    }

    #[test]
    fn a_username_is_no_user_id() {
        assert_eq!(username(" Ada.L ").as_deref(), Ok("ada.l"));
        assert_eq!(code(username("usr_x")), "invalid_username");
        assert_eq!(code(username("ada lovelace")), "invalid_username");
    }

    #[test]
    fn a_name_has_no_bidirectional_controls() {
        for bidi in ['\u{61c}', '\u{200e}', '\u{200f}', '\u{202e}', '\u{2066}', '\u{2069}'] {
            assert_eq!(code(name(&format!("alpha{bidi}only"))), "bidirectional_control");
        }
        assert_eq!(name("שלום").as_deref(), Ok("שלום"));
    }

    #[test]
    fn an_address_range_is_truncated_to_its_network() {
        assert_eq!(address_range("192.0.2.77/24").map(|r| r.to_string()).as_deref(), Ok("192.0.2.0/24"));
        assert_eq!(address_range("::1").map(|r| r.to_string()).as_deref(), Ok("::1/128"));
        assert_eq!(code(address_range("192.0.2.0/33")), "invalid_address");
        for (mapped, range) in [
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:10.1.2.3", "10.1.2.3/32"),
            ("::ffff:0:0/96", "0.0.0.0/0"),
        ] {
            assert_eq!(address_range(mapped).map(|r| r.to_string()).as_deref(), Ok(range), "{mapped}");
        }
        assert_eq!(code(address_range("::ffff:10.0.0.0/95")), "invalid_address");
    }

    #[cfg(feature = "server")]
    #[test]
    fn names_that_look_alike_have_one_key() {
        assert_eq!(name_key("Straße"), name_key("STRASSE"));
        assert_eq!(name_key("Ｆｕｌｌ  width"), name_key("full WIDTH"));
        assert_eq!(name_key("\u{1e9b}\u{0323}"), name_key("\u{1e69}"));
        assert_ne!(name_key("ab"), name_key("a b"));
        for unseen in ['\u{200b}', '\u{200d}', '\u{ad}', '\u{fe0f}', '\u{3164}', '\u{e0041}'] {
            assert_eq!(name_key(&format!("alpha{unseen} only{unseen}")), name_key("alpha only"));
            assert_eq!(code(name(&format!("{unseen} {unseen}"))), "required");
        }
    }

    #[cfg(feature = "server")]
    #[test]
    fn names_that_look_alike_have_one_skeleton() {
        for (one, other) in [
            ("alpha 1", "alpha l"),
            ("PayPaI", "paypal"),
            ("Robot 0", "robot O"),
            ("modern", "modem"),
            ("cape", "\u{441}\u{430}\u{440}\u{435}"),
            ("Ｆｕｌｌ width", "FuII width"),
        ] {
            assert_ne!(name_key(one), name_key(other), "{one} {other}");
            assert_eq!(skeleton(one), skeleton(other), "{one} {other}");
        }
        for (one, other) in [("alpha 1", "alpha 2"), ("ab", "a b"), ("漢字", "汉字"), ("e", "é")] {
            assert_ne!(skeleton(one), skeleton(other), "{one} {other}");
        }
    }

    #[cfg(feature = "server")]
    proptest::proptest! {
        #[test]
        fn a_name_key_is_its_own_key(raw in "\\PC{0,40}") {
            let key = name_key(&raw);
            proptest::prop_assert_eq!(name_key(&key), key);
        }

        #[test]
        fn no_input_panics_a_parser(raw in ".{0,300}") {
            let _ = (name(&raw), description(&raw), key(&raw), username(&raw), email(&raw));
            let _ = (operation_id(&raw), address_range(&raw));
        }
    }
}
