//! The checks of what a text is: an e-mail address, a UUID, a host name, a URI, one of a list.

use email_address::{EmailAddress, Options};
use regex::Regex;

use super::{Path, Violation, check::rule};

/// The longest address that SMTP carries (RFC 5321, 4.5.3.1.3: a path of 256 octets with its angle brackets).
const LONGEST_EMAIL: usize = 254;
/// The longest host name (RFC 1035, 2.3.4).
const LONGEST_HOSTNAME: usize = 253;
const LONGEST_LABEL: usize = 63;

/// An e-mail address as RFC 5321 writes it: also quoted local parts and internationalised ones, no display name, no
/// IP address for a domain, at most 254 octets.
pub fn email(value: &str, path: &Path, out: &mut Vec<Violation>) -> bool {
    let description = || "is not an e-mail address: give one such as name@example.com".to_owned();
    rule(is_email(value), "string.email", description, path, out)
}

fn is_email(value: &str) -> bool {
    let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
    value.len() <= LONGEST_EMAIL
        // The parser lets them pass beyond ASCII; nobody's mail needs them, and logs, headers and readers' eyes break.
        && !value.chars().any(|letter| letter.is_control() || is_unseen(letter))
        && EmailAddress::parse_with_options(value, options).is_ok()
}

/// Has no width, or turns the direction of the text around it: two addresses would look the same.
fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// A UUID in its hyphenated form, of either case.
pub fn uuid(value: &str, path: &Path, out: &mut Vec<Violation>) -> bool {
    let description = || "is not a UUID: give one such as 123e4567-e89b-42d3-a456-426614174000".to_owned();
    rule(is_uuid(value), "string.uuid", description, path, out)
}

fn is_uuid(value: &str) -> bool {
    value.len() == 36
        && value.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A host name of letters, digits and hyphens (internationalised ones in their `xn--` form), at most 253 octets.
pub fn hostname(value: &str, path: &Path, out: &mut Vec<Violation>) -> bool {
    let description = || "is not a host name: give one such as mail.example.com".to_owned();
    rule(is_hostname(value), "string.hostname", description, path, out)
}

fn is_hostname(value: &str) -> bool {
    let name = value.strip_suffix('.').unwrap_or(value);
    let label = |label: &str| {
        (1..=LONGEST_LABEL).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // A last label of digits is an IPv4 address.
    let address = name.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    name.len() <= LONGEST_HOSTNAME && name.split('.').all(label) && !address
}

/// An absolute URI: a scheme, a colon, and only what RFC 3986 lets stand in one. What a scheme demands beyond that
/// is for the code that uses it.
pub fn uri(value: &str, path: &Path, out: &mut Vec<Violation>) -> bool {
    let description = || "is not a URI: give one such as https://example.com/path".to_owned();
    rule(is_uri(value), "string.uri", description, path, out)
}

fn is_uri(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once(':') else {
        return false;
    };
    let scheme_holds = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let host = rest.strip_prefix("//").is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#']));
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
    scheme_holds
        && !rest.is_empty()
        && (host || !web)
        && rest.bytes().all(legal)
        && rest.bytes().filter(|b| *b == b'#').count() <= 1
        && escapes_hold(rest)
}

/// Every `%` is followed by two hexadecimal digits.
fn escapes_hold(text: &str) -> bool {
    text.split('%').skip(1).all(|after| {
        let digits = after.as_bytes();
        digits.len() >= 2 && digits[..2].iter().all(u8::is_ascii_hexdigit)
    })
}

/// Begins with `wanted`.
pub fn prefix(value: &str, wanted: &str, path: &Path, out: &mut Vec<Violation>) -> bool {
    let description = || format!("does not begin with `{wanted}`: begin it so");
    rule(value.starts_with(wanted), "string.prefix", description, path, out)
}

/// Is one of the texts.
pub fn one_of(value: &str, allowed: &[&str], path: &Path, out: &mut Vec<Violation>) -> bool {
    let description = || format!("is none of the values taken here: give one of {}", allowed.join(", "));
    rule(allowed.contains(&value), "string.in", description, path, out)
}

/// Matches the pattern; `remedy` describes what is wrong otherwise.
pub fn matches(value: &str, pattern: &Regex, remedy: &str, path: &Path, out: &mut Vec<Violation>) -> bool {
    rule(pattern.is_match(value), "string.pattern", || remedy.to_owned(), path, out)
}
