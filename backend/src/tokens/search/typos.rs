//! Names that contain the words of a text with typing errors.

/// A bit for each letter and digit; other characters share the rest.
fn bit(character: char) -> u64 {
    let place = match character {
        'a'..='z' => u32::from(character) - u32::from('a'),
        '0'..='9' => 26 + u32::from(character) - u32::from('0'),
        other => 36 + u32::from(other) % 28,
    };
    1 << place
}

/// Which characters a name has.
#[must_use]
pub(super) fn characters(name: &str) -> u64 {
    name.chars().fold(0, |set, character| set | bit(character))
}

/// How many errors a word may have: none in short words, which would be like too many others.
fn allowed(word: &[char]) -> usize {
    match word.len() {
        0..3 => 0,
        // Three characters say more in Chinese.
        3 => usize::from(word.iter().any(|&character| u32::from(character) >= 0x2e80)),
        4..8 => 1,
        _ => 2,
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
    words: Vec<Vec<char>>,
    characters: u64,
    allowed: usize,
}

impl Misspelt {
    /// `None` if names that contain the text as it is are all that can be found.
    pub(super) fn of(text: &str) -> Option<Self> {
        let words: Vec<Vec<char>> = text.split_whitespace().map(|word| word.chars().collect()).collect();
        let allowed = words.iter().map(|word| allowed(word)).sum();
        let characters = words.iter().flatten().fold(0, |set, &character| set | bit(character));
        (allowed > 0 || words.len() > 1).then_some(Self { words, characters, allowed })
    }

    /// Whether a name with these characters may be alike. An error hides one character at most.
    pub(super) fn may_be_like(&self, characters: u64) -> bool {
        (self.characters & !characters).count_ones() as usize <= self.allowed
    }

    /// How alike a name is; `None` if a word is not in it.
    pub(super) fn difference(&self, name: &str) -> Option<Difference> {
        let name: Vec<char> = name.chars().collect();
        let mut errors = 0;
        for word in &self.words {
            let found = errors_in(word, &name);
            if found > allowed(word) {
                return None;
            }
            errors += found;
        }
        Some(Difference { errors, length: name.len() })
    }
}

/// The fewest errors with which a word is a part of a text: characters that are missing, added,
/// replaced, or swapped with their neighbour (Sellers' algorithm).
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
    }
}
