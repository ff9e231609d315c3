//! The languages of the suite.

use std::fmt;

use crate::negotiate;

/// A language in which every text exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Locale {
    /// English, which everybody gets who asks for none of the others.
    #[default]
    English,
    /// French.
    French,
    /// Swedish.
    Swedish,
    /// German.
    German,
    /// Portuguese as it is written in Brazil; also for those who ask for Portuguese of another country.
    BrazilianPortuguese,
}

impl Locale {
    /// Every language, the default first.
    pub const ALL: [Self; 5] = [Self::English, Self::French, Self::Swedish, Self::German, Self::BrazilianPortuguese];

    /// The BCP 47 tag: `en`, `fr`, `sv`, `de`, `pt-BR`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
            Self::Swedish => "sv",
            Self::German => "de",
            Self::BrazilianPortuguese => "pt-BR",
        }
    }

    /// The language for whoever sends these `accept-language` values (`sv-FI, en;q=0.5`): weighed as RFC 9110 says, looked up as
    /// RFC 4647 says. English if none fits. Whatever is no language range is passed over.
    pub fn negotiate<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        negotiate::choose(values)
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}
