//! Names that contain the words of a text with typing errors.

use std::collections::BTreeMap;

/// How many characters are compared at once: a bit for each.
const AT_ONCE: usize = 64;
/// A word may have fewer errors than this.
const LEVELS: usize = 3;

/// A bit for each letter. Other characters share these bits and the rest.
fn bit(character: char) -> u32 {
    1 << (u32::from(character) % u32::BITS)
}

/// Which characters a name has.
#[must_use]
pub(super) fn characters(name: &str) -> u32 {
    name.chars().fold(0, |set, character| set | bit(character))
}

/// How many errors a word may have: none in short words, which would be like too many others.
fn allowed(word: &[char]) -> usize {
    match word.len() {
        0..3 => 0,
        // Three characters say more in Chinese.
        3 => usize::from(word.iter().any(|&character| u32::from(character) >= 0x2e80)),
        4..8 => 1,
        _ => LEVELS - 1,
    }
}

/// How alike a name is: fewer errors first, then shorter names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Difference {
    errors: usize,
    length: usize,
}

/// A text that may have typing errors. The order of its words does not matter.
pub(super) struct Misspelt {
    /// The characters of each word, and how many errors it may have.
    words: Vec<(u32, usize)>,
    patterns: Vec<Pattern>,
}

impl Misspelt {
    /// `None` if names that contain the text as it is are all that can be found.
    pub(super) fn of(text: &str) -> Option<Self> {
        let words: Vec<Vec<char>> = text.split_whitespace().flat_map(parts).collect();
        if words.len() < 2 && words.iter().all(|word| allowed(word) == 0) {
            return None;
        }
        let mut patterns: Vec<Pattern> = Vec::new();
        for word in &words {
            match patterns.last_mut() {
                Some(last) if last.length + word.len() <= AT_ONCE => last.add(word),
                _ => patterns.push(Pattern::of(word)),
            }
        }
        let characters = |word: &Vec<char>| word.iter().fold(0, |set, &character| set | bit(character));
        let words = words.iter().map(|word| (characters(word), allowed(word))).collect();
        Some(Self { words, patterns })
    }

    /// Whether a name with these characters may be alike. An error hides one character at most.
    pub(super) fn may_be_like(&self, characters: u32) -> bool {
        self.words.iter().all(|&(wanted, allowed)| {
            // Each step takes one away.
            let missing = (0..allowed).fold(wanted & !characters, |left, _| left & left.wrapping_sub(1));
            missing == 0
        })
    }

    /// How alike a name is; `None` if a word is not in it.
    pub(super) fn difference(&self, name: &str) -> Option<Difference> {
        let mut errors = 0;
        for pattern in &self.patterns {
            errors += pattern.errors_in(name)?;
        }
        Some(Difference { errors, length: name.chars().count() })
    }
}

/// A word as it is compared: whole, or in parts of about the same length if it is very long.
/// Each part may have errors, like a word.
fn parts(word: &str) -> Vec<Vec<char>> {
    let word: Vec<char> = word.chars().collect();
    let count = word.len().div_ceil(AT_ONCE);
    word.chunks(word.len().div_ceil(count)).map(<[char]>::to_vec).collect()
}

/// Words one after the other, with a bit for each of their characters.
///
/// This is the automaton of Wu and Manber (1992), with transpositions. Its state is a row of bits
/// for each number of errors: a bit is set if the word up to this character ends here in the
/// name, with so many errors at most. All words take their steps together. A bit that leaves a
/// word on the left enters the next word at its first character. This changes nothing, since a
/// word may begin anywhere in a name.
struct Pattern {
    length: usize,
    /// The first character of each word.
    firsts: u64,
    /// The last character of each word, and how many errors the word may have.
    lasts: Vec<(u64, usize)>,
    /// Where each character is.
    ascii: [u64; 128],
    others: BTreeMap<char, u64>,
}

impl Pattern {
    fn of(word: &[char]) -> Self {
        let mut pattern =
            Self { length: 0, firsts: 0, lasts: Vec::new(), ascii: [0; 128], others: BTreeMap::new() };
        pattern.add(word);
        pattern
    }

    fn add(&mut self, word: &[char]) {
        self.firsts |= 1 << self.length;
        for (bit, &character) in (self.length..).zip(word) {
            let places = match self.ascii.get_mut(character as usize) {
                Some(places) => places,
                None => self.others.entry(character).or_default(),
            };
            *places |= 1 << bit;
        }
        self.length += word.len();
        self.lasts.push((1 << (self.length - 1), allowed(word)));
    }

    fn places(&self, character: char) -> u64 {
        match self.ascii.get(character as usize) {
            Some(places) => *places,
            None => self.others.get(&character).copied().unwrap_or_default(),
        }
    }

    /// The fewest errors with which all words are parts of a name: characters that are missing,
    /// added, replaced, or swapped with their neighbour. `None` if a word has too many.
    fn errors_in(&self, name: &str) -> Option<usize> {
        // Most texts allow few errors, so there are fewer rows.
        let is_allowed_one = self.lasts.iter().all(|&(_, allowed)| allowed < 2);
        if is_allowed_one { self.fewest::<2>(name) } else { self.fewest::<LEVELS>(name) }
    }

    fn fewest<const N: usize>(&self, name: &str) -> Option<usize> {
        let seen = self.walk::<N>(name);
        let fewest =
            |&(last, allowed): &(u64, usize)| seen[..=allowed].iter().position(|row| row & last != 0);
        self.lasts.iter().map(fewest).sum()
    }

    /// The characters with which words end in a name, for each number of errors below `N`.
    fn walk<const N: usize>(&self, name: &str) -> [u64; N] {
        let mut rows = [0; N];
        for errors in 1..N {
            rows[errors] = rows[errors - 1] << 1 | self.firsts;
        }
        // Where the second one of two swapped characters was just now, so that the first may follow.
        let mut halves = [0; N];
        let mut seen = rows;
        for character in name.chars() {
            let places = self.places(character);
            let after_halves = places << 1 & !self.firsts;
            let last = rows;
            let next = last.map(|row| row << 1 | self.firsts);
            rows[0] = next[0] & places;
            for errors in 1..N {
                let missing = rows[errors - 1] << 1;
                let (replaced, added) = (next[errors - 1], last[errors - 1]);
                let swapped = halves[errors - 1] & after_halves;
                rows[errors] = (next[errors] & places) | missing | replaced | added | swapped;
            }
            halves = next.map(|row| row << 1 & places);
            for (seen, row) in seen.iter_mut().zip(rows) {
                *seen |= row;
            }
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same as [`Pattern::errors_in`] for one word, in the plain way: Sellers' algorithm with
    /// transpositions.
    fn errors_in(word: &[char], text: &[char]) -> usize {
        // `last[i]`: the errors with which the first `i` characters of the word end here in the text.
        let mut last: Vec<usize> = (0..=word.len()).collect();
        let (mut before, mut next) = (vec![0; last.len()], vec![0; last.len()]);
        let mut fewest = word.len();
        for (at, &character) in text.iter().enumerate() {
            // The word may begin anywhere: `next[0]` is always 0.
            for (i, &wanted) in word.iter().enumerate() {
                let replaced = last[i] + usize::from(wanted != character);
                let mut errors = replaced.min(last[i + 1] + 1).min(next[i] + 1);
                if at > 0 && i > 0 && wanted == text[at - 1] && word[i - 1] == character {
                    errors = errors.min(before[i - 1] + 1);
                }
                next[i + 1] = errors;
            }
            fewest = fewest.min(next[word.len()]);
            std::mem::swap(&mut before, &mut last);
            std::mem::swap(&mut last, &mut next);
        }
        fewest
    }

    fn difference(text: &str, name: &str) -> Option<Difference> {
        let misspelt = Misspelt::of(text).expect("may have errors");
        let difference = misspelt.difference(name);
        assert!(difference.is_none() || misspelt.may_be_like(characters(name)), "{text} {name}");
        difference
    }

    #[test]
    fn words_are_found_with_few_errors() {
        for (text, name) in [
            ("alhpa", "alpha 2"),
            ("harbuor robot", "harbour robot"),
            ("robot billing", "billing robot 17"),
            ("biling", "export of billing"),
            ("billingrobot", "billing robot"),
            ("telemetrrry", "telemetry reader"),
            ("计费机气人", "计费机器人"),
            ("计费器", "计费机器人"),
        ] {
            assert!(difference(text, name).is_some(), "{text} {name}");
        }
        for (text, name) in [("billing", "export"), ("robot bill", "robot"), ("alpha", "alfred hitch")] {
            assert_eq!(difference(text, name), None, "{text} {name}");
        }
        assert!(difference("billing", "billing robot of the north") < difference("billing", "biling"));
        assert!(difference("harbuor", "harbour") < difference("harbuor", "harbour of the north"));
        assert!(
            Misspelt::of("abc").is_none() && Misspelt::of("计费").is_none() && Misspelt::of(" ").is_none()
        );
    }

    #[test]
    fn a_very_long_word_may_have_errors_in_each_of_its_parts() {
        let name: String = ('!'..='p').collect();
        assert_eq!(name.len(), 80);
        let swapped = |places: &[usize]| {
            let mut word: Vec<char> = name.chars().collect();
            for &place in places {
                word.swap(place, place + 1);
            }
            difference(&word.into_iter().collect::<String>(), &name).map(|difference| difference.errors)
        };
        assert_eq!(swapped(&[2, 20, 50, 77]), Some(4));
        assert_eq!(swapped(&[2, 10, 20]), None);
        // Halves are compared, so an error where they meet counts in both.
        assert_eq!(swapped(&[2, 39]), Some(3));
    }

    proptest! {
        #[test]
        fn each_error_counts_once(name in "[a-d]{6,20}", cut in 0_usize..6, kind in 0..4, place in 0_usize..6) {
            let mut word: Vec<char> = name.chars().skip(cut.min(name.len() - 6)).take(6).collect();
            prop_assert_eq!(errors_in(&word, &name.chars().collect::<Vec<_>>()), 0);
            match kind {
                0 => drop(word.remove(place)),
                1 => word.insert(place, 'x'),
                2 => word[place] = 'x',
                _ => word.swap(place, (place + 1) % 6),
            }
            let most = if kind == 3 && place == 5 { 4 } else { 1 };
            prop_assert!(errors_in(&word, &name.chars().collect::<Vec<_>>()) <= most);
        }

        #[test]
        fn words_are_compared_as_by_the_plain_algorithm(
            name in "[a-c费计 ]{0,60}",
            cuts in prop::collection::vec((0_usize..60, 1_usize..40), 1..6),
            errors in prop::collection::vec((any::<prop::sample::Index>(), "[a-c费ä]{0,2}"), 0..6),
        ) {
            let name: Vec<char> = name.chars().collect();
            let parts: Vec<String> = cuts
                .iter()
                .map(|(start, length)| name.iter().skip(*start).take(*length).collect())
                .collect();
            let mut text: Vec<char> = parts.join(" ").chars().collect();
            for (place, instead) in errors {
                let place = place.index(text.len() + 1);
                text.splice(place..(place + 1).min(text.len()), instead.chars());
            }
            let text: String = text.into_iter().collect();
            let errors = text.split_whitespace().map(|word| {
                let word: Vec<char> = word.chars().collect();
                Some(errors_in(&word, &name)).filter(|errors| *errors <= allowed(&word))
            });
            let expected: Option<usize> = errors.sum();
            let expected = expected.map(|errors| Difference { errors, length: name.len() });
            if let Some(misspelt) = Misspelt::of(&text) {
                let name: String = name.into_iter().collect();
                prop_assert_eq!(misspelt.difference(&name), expected);
                prop_assert!(expected.is_none() || misspelt.may_be_like(characters(&name)));
            }
        }
    }
}
