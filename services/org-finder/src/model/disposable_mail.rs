//! Throw-away mail domains, where addresses are made for one use: they never say which organization somebody belongs to.
//!
//! The list is data, kept in `data/` with its source and licence. What takes mail for a listed domain takes it for every name below
//! it, so those are throw-away too.

use std::sync::LazyLock;

use super::public_mail::entries;

/// Sorted, one domain a line.
const LISTED: &str = include_str!("../../data/disposable_mail_domains.txt");

static DOMAINS: LazyLock<Vec<&'static str>> = LazyLock::new(|| entries(LISTED).collect());

/// Whether addresses at this domain, which is in lower case and ASCII, or at its parents down to `registered`, are thrown away.
pub fn is_disposable(domain: &str, registered: &str) -> bool {
    let parents = std::iter::successors(Some(domain), |child| child.split_once('.').map(|(_, parent)| parent));
    parents.take_while(|parent| parent.len() >= registered.len()).any(|parent| DOMAINS.binary_search(&parent).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_throw_away_domain_is_one_with_all_names_below_it() {
        for domain in ["mailinator.com", "yopmail.com", "guerrillamail.com"] {
            assert!(is_disposable(domain, domain), "{domain}");
            assert!(is_disposable(&format!("a.b.{domain}"), domain), "{domain}");
        }
        for domain in ["example.org", "mailinator.com.example", "unican.es"] {
            assert!(!is_disposable(domain, domain), "{domain}");
        }
    }

    #[test]
    fn the_file_is_sorted_lower_case_ascii() {
        let listed: Vec<_> = entries(LISTED).collect();
        assert!(listed.is_sorted() && listed.len() > 5_000);
        assert!(listed.iter().all(|d| d.is_ascii() && !d.contains(char::is_uppercase) && !d.contains(' ')));
    }
}
