//! How misspelt words are recognised: two words that differ by few letters have something in common when some are left out of each.

use super::keys::of_bytes;
use super::words::is_dense;

/// Only so many letters of a word are varied; the others may differ as they like until the words are compared.
const VARIED: usize = 10;
/// Shorter texts are not looked for inside words.
pub const LEAST_INSIDE: usize = 3;
/// The longest text that is looked for inside words.
const LONGEST_INSIDE: usize = 16;

/// How many letters of a word may be wrong.
pub fn tolerance(letters: usize) -> usize {
    match letters {
        0..=2 => 0,
        3..=5 => 1,
        6..=11 => 2,
        12.. => 3,
    }
}

/// Whether a word can be misspelt: in a number each digit counts, and pairs of letters of a script without spaces are not words.
pub fn is_spelt(word: &str) -> bool {
    !word.chars().any(|letter| letter.is_numeric() || is_dense(letter)) && word.chars().count() > 2
}

/// The keys of what is left of the beginning of a word when letters are left out; none of a word that cannot be misspelt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// One letter at most: what a word has in common with one that differs by one letter.
    pub near: Vec<i64>,
    /// Two letters, of a word that is not short.
    pub far: Vec<i64>,
}

impl Keys {
    /// Those of this word, each once.
    pub fn of(word: &str) -> Self {
        if !is_spelt(word) {
            return Self::default();
        }
        let letters: Vec<char> = word.chars().take(VARIED).collect();
        let mut near = vec![key_without(&letters, &[])];
        near.extend((0..letters.len()).map(|place| key_without(&letters, &[place])));
        let mut far = Vec::new();
        if word.chars().count() >= 7 {
            let pairs =
                (0..letters.len()).flat_map(|first| (first + 1..letters.len()).map(move |second| [first, second]));
            far.extend(pairs.map(|places| key_without(&letters, &places)));
        }
        for keys in [&mut near, &mut far] {
            keys.sort_unstable();
            // Of two equal letters beside each other either may be left out.
            keys.dedup();
        }
        Self { near, far }
    }

    /// All of them.
    pub fn all(self) -> impl Iterator<Item = i64> {
        self.near.into_iter().chain(self.far)
    }
}

/// The key of what is left without the letters at these places. Not the key of a word: those lead to organizations.
fn key_without(letters: &[char], places: &[usize]) -> i64 {
    let left = letters.iter().enumerate().filter(|(place, _)| !places.contains(place));
    let left = left.flat_map(|(_, letter)| {
        let mut bytes = [0; 4];
        let length = letter.encode_utf8(&mut bytes).len();
        bytes.into_iter().take(length)
    });
    of_bytes("spelling ".bytes().chain(left))
}

/// A word from its second letter on, its third and so on, as long as they are long enough to be looked for.
pub fn tails(word: &str) -> Vec<String> {
    if word.chars().any(is_dense) {
        return Vec::new();
    }
    let letters: Vec<char> = word.chars().take(3 * LONGEST_INSIDE).collect();
    let starts = 1..(letters.len() + 1).saturating_sub(LEAST_INSIDE).max(1);
    starts.map(|start| letters[start..].iter().take(LONGEST_INSIDE).collect()).collect()
}

/// The first and the last text (not included) of those that begin so; as much of it as is stored.
pub fn range(beginning: &str) -> (String, String) {
    let beginning: String = beginning.chars().take(LONGEST_INSIDE).collect();
    let end = format!("{beginning}{}", char::MAX);
    (beginning, end)
}

/// Both parts of a word cut in two, wherever both are long enough to be words.
pub fn halves(word: &str) -> Vec<(String, String)> {
    let letters: Vec<char> = word.chars().take(32).collect();
    if letters.len() < 2 * LEAST_INSIDE || !is_spelt(word) {
        return Vec::new();
    }
    let cuts = LEAST_INSIDE..=letters.len() - LEAST_INSIDE;
    cuts.map(|cut| (letters[..cut].iter().collect(), letters[cut..].iter().collect())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meet(a: &str, b: &str) -> bool {
        let b: Vec<_> = Keys::of(b).all().collect();
        Keys::of(a).all().any(|key| b.contains(&key))
    }

    #[test]
    fn words_that_differ_by_few_letters_meet() {
        for (a, b) in [
            ("uppsala", "upsala"),
            ("uppsala", "upspala"),
            ("salamanca", "slamanac"),
            ("university", "univxrsity"),
            ("universitaet", "universitat"),
            ("lund", "lnud"),
            ("acme", "acm"),
        ] {
            assert!(meet(a, b), "{a} {b}");
        }
        for (a, b) in [("uppsala", "stockholm"), ("lund", "bonn"), ("2024", "2025"), ("東京", "京都")] {
            assert!(!meet(a, b), "{a} {b}");
        }
    }

    #[test]
    fn a_word_has_a_limited_number_of_keys() {
        let count = |word: &str| (Keys::of(word).near.len(), Keys::of(word).far.len());
        assert_eq!(count("abcdefghijklmnopqrstuvwxyz"), (1 + 10, 45));
        assert_eq!(count(&"a".repeat(10_000)), (2, 1));
        assert_eq!(count("abcdef"), (1 + 6, 0));
        assert_eq!([count("ab"), count("a1b2c3")], [(0, 0); 2]);
    }

    #[test]
    fn words_that_differ_by_one_letter_meet_by_their_near_keys() {
        for (a, b) in [("uppsala", "upsala"), ("upsala", "uppsala"), ("salamanca", "salmaanca"), ("lund", "lunt")] {
            let b = Keys::of(b).near;
            assert!(Keys::of(a).near.iter().any(|key| b.contains(key)), "{a} {b:?}");
        }
    }

    #[test]
    fn tails_are_what_is_inside() {
        assert_eq!(tails("telia"), ["elia", "lia"]);
        assert_eq!(tails("abc"), [""; 0]);
        assert_eq!(tails(""), [""; 0]);
        assert_eq!(tails(&"a".repeat(200)).len(), 45);
        assert_eq!(range("bank"), ("bank".to_owned(), format!("bank{}", char::MAX)));
        assert_eq!(halves("abcdefg").len(), 2);
    }
}
