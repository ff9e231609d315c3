//! Mail addresses as the directory of people keeps them.

use super::domain;

/// An address in its one spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The whole address in lower case, its domain in ASCII. A `+tag` is kept: it is another address.
    pub email: String,
    /// What stands after the last `@`.
    pub domain: String,
}

impl Address {
    /// Reads an address; none if its domain is no domain name.
    pub fn parse(text: &str) -> Option<Self> {
        let (local, host) = text.trim().rsplit_once('@').filter(|(local, _)| !local.is_empty())?;
        let domain = domain::canonical(host).ok()?;
        Some(Self { email: format!("{}@{domain}", local.to_lowercase()), domain })
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn an_address_has_one_spelling() {
        for (written, email, domain) in [
            ("Anna.Berg+orders@Example.ORG.", "anna.berg+orders@example.org", "example.org"),
            ("a@BÜCHER.example", "a@xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("\"a@b\"@example.org", "\"a@b\"@example.org", "example.org"),
        ] {
            let address = Address::parse(written).expect("it is one");
            assert_eq!((address.email.as_str(), address.domain.as_str()), (email, domain));
        }
        for written in ["", "anna", "@example.org", "anna@localhost", "anna@[192.0.2.1]", "anna@192.0.2.1"] {
            assert_eq!(Address::parse(written), None, "{written}");
        }
    }
}
