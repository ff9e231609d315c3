//! How misspelt words are recognised: two words that differ by few letters have something in common when some are left out of each.

use super::keys::key;
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

/// The keys of what is left of the beginning of a word when up to two letters are left out, one of a short word; none of a word that
/// cannot be misspelt.
pub fn keys(word: &str) -> Vec<i64> {
    if !is_spelt(word) {
        return Vec::new();
    }
    let letters: Vec<char> = word.chars().take(VARIED).collect();
    let two = word.chars().count() >= 7;
    let mut keys = vec![key_without(&letters, &[])];
    for first in 0..letters.len() {
        keys.push(key_without(&letters, &[first]));
        if two {
            keys.extend((first + 1..letters.len()).map(|second| key_without(&letters, &[first, second])));
        }
    }
    keys.sort_unstable();
    // Of two equal letters beside each other either may be left out.
    keys.dedup();
    keys
}

/// The key of what is left without the letters at these places. Not the key of a word: those lead to organizations.
fn key_without(letters: &[char], places: &[usize]) -> i64 {
    let left = letters.iter().enumerate().filter(|(place, _)| !places.contains(place));
    key(&"spelling ".chars().chain(left.map(|(_, letter)| *letter)).collect::<String>())
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
        let b = keys(b);
        keys(a).iter().any(|key| b.contains(key))
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
        assert_eq!(keys("abcdefghijklmnopqrstuvwxyz").len(), 1 + 10 + 45);
        assert_eq!(keys(&"a".repeat(10_000)).len(), 3);
        assert_eq!(keys("ab").len() + keys("a1b2c3").len(), 0);
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
