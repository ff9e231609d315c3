//! Wrappers that keep personal data and credentials out of logs.

use std::fmt;

/// Holds a value that may pass through a log or a `Debug` output unseen: both show `[redacted]`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Redacted<T>(pub T);

impl<T> fmt::Display for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<T> fmt::Debug for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Shows an e-mail address without the person: `…@contoso.example`. What has no `@` shows nothing of itself.
#[derive(Clone, Copy)]
pub struct MailDomain<'a>(pub &'a str);

impl fmt::Display for MailDomain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.rsplit_once('@') {
            Some((_, domain)) => write!(f, "…@{domain}"),
            None => f.write_str("[redacted]"),
        }
    }
}

impl fmt::Debug for MailDomain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_output_shows_the_value() {
        let token = Redacted("eyJhbGciOi");
        assert_eq!(format!("{token} {token:?}"), "[redacted] [redacted]");
        let mail = MailDomain("ada@contoso.example");
        assert_eq!(format!("{mail} {mail:?}"), "…@contoso.example …@contoso.example");
        assert_eq!(MailDomain("ada").to_string(), "[redacted]");
    }
}
