//! Names of organizations made comparable: the same company written twice, with and without accents, capitals or punctuation.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The name in lower case, without accents and punctuation, its words separated by single spaces. Never empty: a name of
/// nothing but punctuation stays as it is, in lower case.
pub fn normalize(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    let folded = name.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase);
    for letter in folded {
        match latin(letter) {
            Some(letters) => text.push_str(letters),
            None if letter.is_alphanumeric() => text.push(letter),
            // An apostrophe joins: O'Neill is ONeill, not O Neill.
            None if matches!(letter, '\'' | '’' | 'ʼ') => {}
            None => text.push(' '),
        }
    }
    let words: Vec<_> = text.split_whitespace().collect();
    if words.is_empty() { name.trim().to_lowercase() } else { words.join(" ") }
}

/// Latin letters that Unicode does not take apart.
fn latin(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'þ' => "th",
        'ħ' => "h",
        'ı' => "i",
        '&' => " and ",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::normalize;

    proptest! {
        #[test]
        fn normalizing_any_name_twice_changes_nothing(name in any::<String>()) {
            let once = normalize(&name);
            prop_assert_eq!(normalize(&once), once);
        }

        #[test]
        fn capitals_and_accents_never_matter(name in "[A-Za-zÀ-žΑ-ωА-я ]{1,40}") {
            prop_assert_eq!(normalize(&name.to_uppercase()), normalize(&normalize(&name).to_uppercase()));
        }
    }

    #[test]
    fn accents_capitals_and_punctuation_do_not_matter() {
        for (written, normalized) in [
            ("Université de Liège", "universite de liege"),
            ("  ACME,   Inc. ", "acme inc"),
            ("Smith&Sons", "smith and sons"),
            ("O'Neill’s", "oneills"),
            ("Straße Øst Łódź", "strasse ost lodz"),
            ("Ａｃｍｅ", "acme"),
            ("İstanbul", "istanbul"),
            ("東京大学", "東京大学"),
            ("!!!", "!!!"),
        ] {
            assert_eq!(normalize(written), normalized, "{written}");
        }
    }

    #[test]
    fn normalizing_twice_changes_nothing() {
        for name in ["Smith & Sons", "Ünï–cødé (Group)", "...", "A  B"] {
            assert_eq!(normalize(&normalize(name)), normalize(name), "{name}");
        }
    }
}
