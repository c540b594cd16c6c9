//! Fuzzy search by name. We make the grams ourselves, so that both engines find the same.

use std::collections::BTreeSet;

/// The 2-grams and 3-grams of a folded name. Each character is its code point in hexadecimal,
/// which any index accepts.
#[must_use]
pub(super) fn grams(name_key: &str) -> BTreeSet<String> {
    let characters: Vec<char> = name_key.chars().collect();
    let mut found = BTreeSet::new();
    for length in [2, 3] {
        for window in characters.windows(length) {
            let written: Vec<String> = window.iter().map(|&c| format!("{:x}", u32::from(c))).collect();
            found.insert(written.join("x"));
        }
    }
    found
}

/// The similarity of two folded names: the share of common 2-grams (Dice), from 0 to 1.
#[must_use]
pub(super) fn similarity(one: &str, other: &str) -> f64 {
    let pairs = |text: &str| -> BTreeSet<(char, char)> { text.chars().zip(text.chars().skip(1)).collect() };
    let (one, other) = (pairs(one), pairs(other));
    if one.is_empty() || other.is_empty() {
        return 0.0;
    }
    let common = u32::try_from(one.intersection(&other).count()).unwrap_or(u32::MAX);
    let all = u32::try_from(one.len() + other.len()).unwrap_or(u32::MAX);
    2.0 * f64::from(common) / f64::from(all)
}

/// Whether a text is long enough to search for with typos: four characters, or three if each
/// carries more.
#[must_use]
pub(super) fn may_have_typos(q: &str) -> bool {
    let length = q.chars().count();
    length >= 4 || (length == 3 && q.chars().any(|c| u32::from(c) >= 0x2e80))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_holds_the_grams_of_its_parts() {
        let name = grams("billing robot");
        assert!(grams("ling ro").is_subset(&name));
        assert!(!grams("linger").is_subset(&name));
        assert!(grams("a").is_empty());
    }

    #[test]
    fn a_typo_is_more_alike_than_another_name() {
        assert!(similarity("billing", "biling") > 0.7);
        assert!(similarity("billing", "export") < 0.2);
        assert!(may_have_typos("计费机") && !may_have_typos("abc"));
    }
}
