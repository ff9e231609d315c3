//! Mail addresses as the directory of people keeps them.

use unicode_normalization::UnicodeNormalization as _;

use super::domain;

/// An address in its one spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The whole address in lower case, its domain in ASCII. A `+tag` is kept: it is another address.
    pub email: String,
    /// What stands after the last `@`.
    pub domain: String,
}

/// The longest address that SMTP carries, in octets (RFC 5321, 4.5.3.1.3).
const LONGEST: usize = 254;

impl Address {
    /// Reads an address; none if its domain is no domain name, if it is too long in its one spelling, or has what nobody sees.
    pub fn parse(text: &str) -> Option<Self> {
        let (local, host) = text.trim().rsplit_once('@')?;
        let (local, domain) = (local_part(local)?, domain::canonical(host).ok()?);
        let email = format!("{local}@{domain}");
        (email.len() <= LONGEST).then_some(Self { email, domain })
    }
}

/// The one spelling of what stands before the last `@`: lower case, composed (NFC), without quotes that it does not need.
fn local_part(text: &str) -> Option<String> {
    let folded: String = text.nfc().flat_map(char::to_lowercase).nfc().collect();
    let quoted = folded.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    match quoted {
        _ if text.is_empty() || text.chars().any(is_unseen) => None,
        Some(bare) if is_atom(bare) => Some(bare.to_owned()),
        Some(_) => Some(folded),
        None if folded.contains(NEEDS_QUOTES) => None,
        None => Some(folded),
    }
}

/// Control characters, and what has no width or turns the direction of the text: nobody types them, and two addresses would look the same.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// What may stand in a local part between quotes only.
const NEEDS_QUOTES: [char; 13] = [' ', '"', '(', ')', ',', ':', ';', '<', '>', '@', '[', '\\', ']'];

/// Whether quotes around it say nothing.
fn is_atom(text: &str) -> bool {
    !text.contains(NEEDS_QUOTES) && text.split('.').all(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Address;

    /// Local parts and domains as people and programs write them, right or wrong.
    fn written() -> impl Strategy<Value = String> {
        let local = prop_oneof![
            "[A-Za-z0-9.+'_-]{1,20}",
            "\"[ -~]{0,12}\"",
            "[a-zA-ZÀ-ÿΑ-ωА-яİßſ\u{300}-\u{304}.]{1,8}",
            any::<String>()
        ];
        let label = "[a-zA-Z0-9À-ÿΑ-ωА-яİßſ-]{1,8}";
        let domain = prop::collection::vec(label, 1..4).prop_map(|labels| labels.join("."));
        (local, domain, prop_oneof!["", ".", "\u{3002}"])
            .prop_map(|(local, domain, dot)| format!("{local}@{domain}{dot}"))
    }

    #[test]
    fn an_address_has_one_spelling() {
        for (written, email, domain) in [
            ("Anna.Berg+orders@Example.ORG.", "anna.berg+orders@example.org", "example.org"),
            ("a@BÜCHER.example", "a@xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("\"a@b\"@example.org", "\"a@b\"@example.org", "example.org"),
            ("\"Anna\"@example.org", "anna@example.org", "example.org"),
            ("\"anna berg\"@example.org", "\"anna berg\"@example.org", "example.org"),
            ("\"a..b\"@example.org", "\"a..b\"@example.org", "example.org"),
            // An E and its accent, apart and together.
            ("E\u{301}va@example.org", "\u{e9}va@example.org", "example.org"),
            ("o'neill@example\u{3002}org", "o'neill@example.org", "example.org"),
        ] {
            let address = Address::parse(written).expect("it is one");
            assert_eq!((address.email.as_str(), address.domain.as_str()), (email, domain));
        }
        let refused = [
            "",
            "anna",
            "@example.org",
            "anna@localhost",
            "anna@[192.0.2.1]",
            "anna@192.0.2.1",
            "an na@example.org",
            "a@b@example.org",
            "an\0na@example.org",
            "an\u{200f}na@example.org",
            "\"an\u{202e}na\"@example.org",
            "anna@exam\u{200f}ple.org",
        ];
        for written in refused {
            assert_eq!(Address::parse(written), None, "{written:?}");
        }
    }

    #[test]
    fn an_address_has_at_most_254_octets_in_its_one_spelling() {
        let of = |octets: usize| format!("{}@example.org", "a".repeat(octets - "@example.org".len()));
        assert!(Address::parse(&of(254)).is_some());
        assert_eq!(Address::parse(&of(255)), None);
        // Few letters, but in ASCII each label is longer.
        assert_eq!(Address::parse(&format!("{}@{}.example", "a".repeat(64), ["\u{fc}"; 30].join("."))), None);
    }

    proptest! {
        #[test]
        fn the_one_spelling_of_an_address_is_its_own(text in written()) {
            if let Some(address) = Address::parse(&text) {
                prop_assert_eq!(Address::parse(&address.email), Some(address.clone()));
                prop_assert_eq!(address.email.rsplit_once('@').map(|(_, domain)| domain), Some(address.domain.as_str()));
                prop_assert!(address.email.len() <= 254);
            }
        }
    }
}
