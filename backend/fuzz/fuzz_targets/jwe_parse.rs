//! Whatever is sent as a sealed message is refused or understood, never a panic;
//! what is understood has a header that names a key.
#![no_main]

use latchkey::crypto::jwe::{MAX_LENGTH, Sealed};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(sealed) = Sealed::parse(text) {
        assert!(text.len() <= MAX_LENGTH);
        assert_eq!(text.matches('.').count(), 4);
        assert_eq!(Sealed::parse(text), Ok(sealed));
    }
});
