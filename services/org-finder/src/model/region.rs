//! Countries, regions and their subdivisions: the codes of ISO 3166-1 and 3166-2, as the `rust_iso3166` crate has them from
//! Debian's iso-codes. The one validator of every way in.

use rust_iso3166::{iso3166_2, iso3166_3};

/// Codes that people write for a country that has another one.
const MEANT: [(&str, &str); 2] = [("UK", "GB"), ("EL", "GR")];

/// Why a text is no country or region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadRegion {
    /// This one may be meant.
    Meant(&'static str),
    /// Set aside by ISO for private use: `XX`, `XK`, `ZZ`.
    Private,
    /// The country of this name, which is no more.
    Former(&'static str),
    /// Nothing is known under it.
    Unknown,
}

impl BadRegion {
    /// The remedy, for people.
    pub fn remedy(&self) -> String {
        match self {
            Self::Meant(code) => format!("is no code of ISO 3166-1 alpha-2; {code} may be meant"),
            Self::Private => {
                "is set aside by ISO 3166-1 for private use and stands for no country or region; give the code of \
                the country whose law the organization is under, such as SE"
                    .to_owned()
            }
            Self::Former(name) => format!("was the code of {name}; give the code of a present country, such as SE"),
            Self::Unknown => {
                "is no country or region of ISO 3166-1; give its alpha-2 code, such as SE or BR".to_owned()
            }
        }
    }
}

/// The alpha-2 code of a country or region; the text must be it, in capitals.
pub fn code(text: &str) -> Result<&'static str, BadRegion> {
    if let Some(country) = rust_iso3166::from_alpha2(text) {
        return Ok(country.alpha2);
    }
    let capitals = text.trim().to_ascii_uppercase();
    let meant = MEANT.iter().find(|(written, _)| *written == capitals).map(|(_, meant)| *meant);
    let same = || rust_iso3166::from_alpha2(&capitals).or_else(|| rust_iso3166::from_alpha3(&capitals));
    Err(match meant.or_else(|| same().map(|country| country.alpha2)) {
        Some(code) => BadRegion::Meant(code),
        None if is_private(&capitals) => BadRegion::Private,
        None => former(&capitals).map_or(BadRegion::Unknown, BadRegion::Former),
    })
}

/// The name of a country that had this code last.
fn former(code: &str) -> Option<&'static str> {
    iso3166_3::ALL
        .iter()
        .filter(|gone| gone.former.alpha2 == code)
        .max_by_key(|gone| gone.validity)
        .map(|gone| gone.name)
}

/// AA, QM to QZ, XA to XZ and ZZ.
fn is_private(code: &str) -> bool {
    matches!(code.as_bytes(), [b'A', b'A'] | [b'Q', b'M'..=b'Z'] | [b'X', b'A'..=b'Z'] | [b'Z', b'Z'])
}

/// A state or province of a country: a code of ISO 3166-2 in capitals, or a name as it was given. None for what looks like a code
/// and is none of this country.
pub fn subdivision(country: &str, text: &str) -> Option<String> {
    if !looks_like_a_code(text) {
        return Some(text.to_owned());
    }
    let code = text.to_ascii_uppercase();
    iso3166_2::from_code(&code).filter(|known| known.country_code == country).map(|known| known.code.to_owned())
}

/// `SE-M`, `us-ca`, `FR-75C`.
fn looks_like_a_code(text: &str) -> bool {
    let Some((country, part)) = text.split_once('-') else { return false };
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_alphabetic())
        && (1..=3).contains(&part.len())
        && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_iso_3166_1() {
        for good in ["SE", "BR", "TW", "AX", "SS"] {
            assert_eq!(code(good), Ok(good));
        }
        for (bad, why) in [
            ("XX", BadRegion::Private),
            ("XK", BadRegion::Private),
            ("ZZ", BadRegion::Private),
            ("QO", BadRegion::Private),
            ("UK", BadRegion::Meant("GB")),
            ("EL", BadRegion::Meant("GR")),
            ("se", BadRegion::Meant("SE")),
            ("SWE", BadRegion::Meant("SE")),
            ("DD", BadRegion::Former("German Democratic Republic")),
            ("", BadRegion::Unknown),
            ("QA1", BadRegion::Unknown),
            ("EU", BadRegion::Unknown),
            ("\u{1F1F8}\u{1F1EA}", BadRegion::Unknown),
        ] {
            assert_eq!(code(bad), Err(why.clone()), "{bad}");
            assert!(!why.remedy().is_empty());
        }
    }

    #[test]
    fn a_subdivision_is_a_code_of_its_country_or_a_name() {
        for (country, text, kept) in [
            ("SE", "SE-M", Some("SE-M")),
            ("US", "us-ca", Some("US-CA")),
            ("SE", "Skåne", Some("Skåne")),
            ("CA", "Québec", Some("Québec")),
            ("SE", "SE-XX", None),
            ("SE", "NO-03", None),
        ] {
            assert_eq!(subdivision(country, text).as_deref(), kept, "{text}");
        }
    }
}
