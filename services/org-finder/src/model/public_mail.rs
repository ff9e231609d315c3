//! Public mail domains, where anybody can have an address: they never say which organization somebody belongs to.
//!
//! The list is data, kept in `data/` with its source and licence. A domain below a listed one is not public by that: a provider
//! that sells domains is listed itself, and so are the sub-domains where it gives addresses away.

use std::sync::LazyLock;

/// Sorted, one domain a line.
const LISTED: &str = include_str!("../../data/public_mail_domains.txt");
/// Listed, but each belongs to one organization.
const NOT_PUBLIC: &str = include_str!("../../data/not_public_mail_domains.txt");

static DOMAINS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let not_public: Vec<_> = entries(NOT_PUBLIC).collect();
    let mut domains: Vec<_> = entries(LISTED).filter(|domain| not_public.binary_search(domain).is_err()).collect();
    domains.sort_unstable();
    domains
});

/// The entries of such a file: its lines, without comments.
pub(super) fn entries(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Whether anybody can have an address at this domain, which is in lower case and ASCII.
pub fn is_public(domain: &str) -> bool {
    DOMAINS.binary_search(&domain).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_providers_are_public() {
        for domain in ["gmail.com", "outlook.com", "gmx.de", "yandex.ru", "orange.fr", "uol.com.br", "proton.me"] {
            assert!(is_public(domain), "{domain}");
        }
    }

    #[test]
    fn organizations_are_not() {
        for domain in ["unican.es", "nus.edu.sg", "example.org", "fhvr.berlin.de", "mail.gmail.com.example"] {
            assert!(!is_public(domain), "{domain}");
        }
    }

    #[test]
    fn the_files_are_sorted_lower_case_ascii_and_every_correction_corrects_something() {
        let listed: Vec<_> = entries(LISTED).collect();
        assert!(listed.is_sorted() && listed.len() > 10_000);
        assert!(listed.iter().all(|d| d.is_ascii() && !d.contains(char::is_uppercase) && !d.contains(' ')));
        let corrections: Vec<_> = entries(NOT_PUBLIC).collect();
        assert!(corrections.is_sorted());
        assert!(corrections.iter().all(|domain| listed.binary_search(domain).is_ok()));
    }
}
