//! Which language a caller gets: the weights of RFC 9110 (12.4.2, 12.5.4) and the lookup of RFC 4647 (3.4).
//!
//! The negotiation that comes with Fluent knows neither weights nor this lookup.

use std::cmp::Reverse;

use crate::Locale;

/// More ranges than this are not looked at: nobody speaks so many languages, and the header is anybody's.
const MOST_RANGES: usize = 32;
/// Longer ranges are not looked at: RFC 5646 (4.4.1) makes 35 characters enough for any sensible tag.
const LONGEST_RANGE: usize = 64;
/// The longest subtag (RFC 5646, 2.1).
const LONGEST_SUBTAG: usize = 8;
/// The weight 1.
const FULL: u16 = 1000;

/// A language range and how much it is wanted, in thousandths.
struct Wish {
    range: String,
    weight: u16,
}

pub(crate) fn choose<'a>(values: impl IntoIterator<Item = &'a str>) -> Locale {
    let parts = values.into_iter().flat_map(|value| value.split(',')).take(MOST_RANGES);
    let (mut wanted, refused): (Vec<_>, Vec<_>) = parts.filter_map(wish).partition(|wish| wish.weight > 0);
    let refused: Vec<_> = refused.iter().filter_map(|wish| lookup(&wish.range)).collect();
    let allowed = |locale: &Locale| !refused.contains(locale);
    // Stable: of equal wishes the first named is first.
    wanted.sort_by_key(|wish| Reverse(wish.weight));
    let found = wanted.iter().filter_map(|wish| lookup(&wish.range)).find(allowed);
    // `*` asks for the default too.
    found.or_else(|| Locale::ALL.into_iter().find(allowed)).unwrap_or_default()
}

/// One part of the header; none if it is not well-formed.
fn wish(part: &str) -> Option<Wish> {
    let mut words = part.split(';').map(str::trim);
    let range = words.next().filter(|range| range.len() <= LONGEST_RANGE)?;
    // Not of the standard, but what programs send that read it from the environment: `pt_BR`.
    let range = range.replace('_', "-");
    let weight = words.find_map(|word| word.strip_prefix("q=").or_else(|| word.strip_prefix("Q=")));
    let weight = weight.map_or(Some(FULL), thousandths)?;
    range.split('-').all(is_subtag).then_some(Wish { range, weight })
}

fn is_subtag(subtag: &str) -> bool {
    let plain = subtag.bytes().all(|byte| byte.is_ascii_alphanumeric());
    subtag == "*" || ((1..=LONGEST_SUBTAG).contains(&subtag.len()) && plain)
}

/// A weight: 0 to 1, at most three digits after the point.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    match (whole, fraction) {
        ("0", _) => Some(fraction),
        ("1", 0) => Some(FULL),
        _ => None,
    }
}

/// The language of a range, or of what is left of it when it is cut short from its end, subtag by subtag.
fn lookup(range: &str) -> Option<Locale> {
    let mut rest = range;
    loop {
        let found = Locale::ALL.into_iter().find(|locale| answers(*locale, rest));
        if found.is_some() {
            return found;
        }
        (rest, _) = rest.rsplit_once('-')?;
        // A single letter begins an extension and means nothing without what followed it.
        if let Some((before, last)) = rest.rsplit_once('-')
            && last.len() == 1
        {
            rest = before;
        }
    }
}

/// The Portuguese of Brazil is the only one there is, so it stands for Portuguese as such.
fn answers(locale: Locale, range: &str) -> bool {
    let also = match locale {
        Locale::BrazilianPortuguese => Some("pt"),
        Locale::English | Locale::French | Locale::Swedish | Locale::German => None,
    };
    locale.tag().eq_ignore_ascii_case(range) || also.is_some_and(|also| also.eq_ignore_ascii_case(range))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &str) -> &'static str {
        choose([accept]).tag()
    }

    #[test]
    fn a_range_is_cut_short_until_it_fits() {
        for (accept, tag) in [
            ("sv", "sv"),
            ("sv-FI", "sv"),
            ("DE-at", "de"),
            ("de-CH-1996", "de"),
            ("de-Latn-DE-1996-a-extend1-x-phonebk", "de"),
            ("fr-x-private", "fr"),
            ("pt", "pt-BR"),
            ("pt-BR", "pt-BR"),
            ("pt-PT", "pt-BR"),
            ("pt_PT", "pt-BR"),
            ("de-*-AT", "de"),
            ("deu", "en"),
            ("d", "en"),
            ("i-klingon", "en"),
            ("x-de", "en"),
        ] {
            assert_eq!(chosen(accept), tag, "{accept}");
        }
    }

    #[test]
    fn the_range_wanted_most_is_tried_first_and_in_full() {
        for (accept, tag) in [
            ("fr-CH, fr;q=0.9, en;q=0.8", "fr"),
            ("ja, de;q=0.3, sv;q=0.7", "sv"),
            ("de;q=0.5,fr;q=0.500,sv;q=0.499", "de"),
            ("de-AT, sv", "de"),
            ("sv ; q=0.1 , de;Q=0.2", "de"),
            ("en;q=0.001, de;q=1.000", "de"),
            ("ja, zh-Hant-TW", "en"),
        ] {
            assert_eq!(chosen(accept), tag, "{accept}");
        }
    }

    #[test]
    fn any_language_is_the_default_one_and_comes_last() {
        for (accept, tag) in [("*", "en"), ("*, de;q=0.1", "de"), ("ja, *;q=0.5", "en"), ("*-CH", "en")] {
            assert_eq!(chosen(accept), tag, "{accept}");
        }
    }

    #[test]
    fn what_is_refused_is_not_given() {
        for (accept, tag) in [
            ("de;q=0, sv;q=0.1", "sv"),
            ("de;q=0.000, de", "en"),
            ("en;q=0, *", "fr"),
            ("en-GB;q=0", "fr"),
            ("*;q=0", "en"),
            ("en;q=0, fr;q=0, sv;q=0, de;q=0, pt;q=0", "en"),
        ] {
            assert_eq!(chosen(accept), tag, "{accept}");
        }
    }

    #[test]
    fn what_is_not_well_formed_is_passed_over() {
        for accept in [
            "",
            ",",
            ";",
            ";q=1",
            "q=1",
            "de;q=nonsense",
            "de;q=1.5",
            "de;q=-1",
            "de;q=0.1234",
            "de;q=",
            "de;q=.5",
            "d e",
            "de-",
            "-de",
            "de--AT",
            "de-verylongsubtag",
            "dé",
            "de\u{0}",
            "de.UTF-8",
        ] {
            assert_eq!(chosen(accept), "en", "{accept}");
            assert_eq!(chosen(&format!("{accept}, sv;q=0.1")), "sv", "{accept}");
        }
        assert_eq!(chosen("de;level=1"), "de");
    }

    #[test]
    fn a_header_without_end_is_read_to_a_limit() {
        assert_eq!(chosen(&format!("{}de", "ja,".repeat(MOST_RANGES - 1))), "de");
        assert_eq!(chosen(&format!("{}de", "ja,".repeat(MOST_RANGES))), "en");
        assert_eq!(chosen(&format!("de{}, sv", "-a".repeat(100_000))), "sv");
        assert_eq!(chosen(&"de-AT;".repeat(100_000)), "de");
    }

    #[test]
    fn several_headers_are_one() {
        assert_eq!(choose(["ja, de;q=0.1", "sv;q=0.2"]), Locale::Swedish);
        assert_eq!(choose([]), Locale::English);
    }
}
