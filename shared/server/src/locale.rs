//! The languages of the suite, and which of them a caller gets.

/// Every language in which texts exist, the default first.
pub const LOCALES: [&str; 5] = ["en", "fr", "sv", "de", "pt-BR"];

/// The best language for an `accept-language` value (RFC 9110: `sv, en;q=0.5`): the one wanted most, of equals the first named.
/// A language without its region or with another one counts as the same language. English if none fits.
pub fn choose(accept: &str) -> &'static str {
    let mut best = (0.0, LOCALES[0]);
    for part in accept.split(',') {
        let mut words = part.split(';');
        let tag = words.next().unwrap_or_default().trim();
        let weight = words.find_map(|word| word.trim().strip_prefix("q=")?.parse::<f32>().ok());
        let weight = weight.unwrap_or(1.0);
        if let Some(locale) = known(tag).filter(|_| weight > best.0) {
            best = (weight, locale);
        }
    }
    best.1
}

fn known(tag: &str) -> Option<&'static str> {
    let language = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    LOCALES.into_iter().find(|locale| language(locale) == language(tag))
}

#[cfg(test)]
mod tests {
    use super::choose;

    #[test]
    fn the_one_wanted_most_wins() {
        for (accept, locale) in [
            ("", "en"),
            ("*", "en"),
            ("ja", "en"),
            ("sv", "sv"),
            ("fr-CH, fr;q=0.9, en;q=0.8", "fr"),
            ("ja, de;q=0.3, sv;q=0.7", "sv"),
            ("pt", "pt-BR"),
            ("pt_PT", "pt-BR"),
            ("de;q=0, sv;q=0.1", "sv"),
            ("DE-at;q=nonsense", "de"),
        ] {
            assert_eq!(choose(accept), locale, "{accept}");
        }
    }
}
