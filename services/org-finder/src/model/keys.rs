//! Numbers by which names are found in the index: of a word, of two words, of a word in a country, of all words of a name, with and
//! without those that say nothing.
//!
//! A key of several things is the exclusive or of theirs, so it does not depend on their order, and the database can make it as well.
//! Two things may have the same key; whoever is found by a key is compared by its name.

use super::words::{light, telling, words};

/// The form of the index that these functions make; a greater number makes a job write every name anew.
pub const FORM: i16 = 2;

/// Pairs are made of the first words only, or long names would fill the index.
pub const PAIRED: usize = 8;

/// The key of a text: FNV-1a, its bits mixed well, because keys are combined.
pub fn key(text: &str) -> i64 {
    of_bytes(text.bytes())
}

/// The key of a text that is nowhere in one piece.
pub fn of_bytes(text: impl Iterator<Item = u8>) -> i64 {
    let hash =
        text.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    (hash ^ (hash >> 33)).cast_signed()
}

/// What is said of an organization beside its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trait<'a> {
    /// Its country, by its code.
    Country(&'a str),
    /// It has the role PARTNER. There are few; nearly all have the other role, so that has no key.
    Partner,
}

/// The key of a trait, which goes with the key of a word. No word has a space.
pub fn of_trait(of: Trait<'_>) -> i64 {
    match of {
        Trait::Country(code) => key(&format!("country {code}")),
        Trait::Partner => key("role partner"),
    }
}

/// The key of names that have just these telling words, in any order; each is given once.
pub fn of_all(words: impl IntoIterator<Item = i64>) -> i64 {
    words.into_iter().fold(key("all words"), |all, word| all ^ word)
}

/// The key of names that have just these words, in any order, light ones among them; each is given once. Of any number of namesakes
/// with other legal forms it finds the one that is meant.
pub fn of_whole(words: impl IntoIterator<Item = i64>) -> i64 {
    words.into_iter().fold(key("whole name"), |all, word| all ^ word)
}

/// Every key by which an organization is found, each once.
pub fn of_organization(normalized_name: &str, region_code: &str, partner: bool) -> Vec<i64> {
    let words = words(normalized_name);
    let whole = of_whole(light(&words).into_iter().chain(telling(&words)).map(key));
    let words: Vec<i64> = telling(&words).into_iter().map(key).collect();
    let mut keys = vec![of_all(words.iter().copied()), whole];
    for (place, word) in words.iter().enumerate() {
        keys.extend([*word, word ^ of_trait(Trait::Country(region_code))]);
        if partner {
            keys.push(word ^ of_trait(Trait::Partner));
        }
        if place < PAIRED {
            keys.extend(words[..place].iter().map(|other| other ^ word));
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_do_not_change() {
        // They are stored: another function is another form of the index.
        assert_eq!((key(""), key("university")), (-1_166_397_803_181_037_274, -5_616_915_316_071_240_353));
    }

    #[test]
    fn order_does_not_matter_and_a_legal_form_changes_one_key() {
        let keys = of_organization("universite de liege", "BE", false);
        assert_eq!(keys, of_organization("liege universite de", "BE", false));
        // Two words, each in the country, the pair, all of them, and the whole name.
        assert_eq!(keys.len(), 7);
        let other: Vec<_> = of_organization("liege universite sa", "BE", false);
        assert_eq!(keys.iter().filter(|key| !other.contains(key)).count(), 1, "the whole name");
        assert_ne!(keys, of_organization("liege universite", "FR", false));
        assert_eq!(of_organization("liege universite", "BE", true).len(), 9);
    }

    #[test]
    fn a_long_name_has_a_limited_number_of_keys() {
        let long: Vec<_> = (0..500).map(|n| format!("word{n}")).collect();
        assert_eq!(of_organization(&long.join(" "), "SE", true).len(), 2 + 24 * 3 + 8 * 7 / 2);
    }
}
