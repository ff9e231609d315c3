//! Set-up links: the token in a welcome mail that lets its contact in, once.
//!
//! The token is `v1.<link id>.<proof>`; the proof is an HMAC over what the link's row says. It is never stored: who can read the
//! database cannot open a link, and an altered token is found without the database's help.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use dialtone_ids::OrderId;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::words::words;

words!(/// What became of a link.
    LinkState, {
    Open = "OPEN",
    Used = "USED",
    Replaced = "REPLACED",
});

/// A link as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupLink {
    pub id: Uuid,
    pub order: OrderId,
    pub contact_email: String,
    pub state: LinkState,
    pub expires: DateTime<Utc>,
    pub created: DateTime<Utc>,
}

/// The key of the proofs; every replica has the same.
#[derive(Clone)]
pub struct LinkKey(hmac::Key);

/// A token as it was sent: which link it claims to be, and its proof.
pub struct Presented {
    pub link: Uuid,
    proof: Vec<u8>,
}

/// Reads a token; none if it has not the form of one.
pub fn read(token: &str) -> Option<Presented> {
    let (link, proof) = token.strip_prefix("v1.")?.split_once('.')?;
    let id = Uuid::try_parse(link).ok()?;
    // A UUID can be written in many ways, a token in one.
    let canonical = id.to_string() == link;
    canonical.then(|| URL_SAFE_NO_PAD.decode(proof).ok()).flatten().map(|proof| Presented { link: id, proof })
}

impl LinkKey {
    /// The key made of a configured secret.
    pub fn new(secret: &SecretString) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes()))
    }

    /// The token of a link.
    pub fn token(&self, link: &SetupLink) -> String {
        let proof = hmac::sign(&self.0, said(link).as_bytes());
        format!("v1.{}.{}", link.id, URL_SAFE_NO_PAD.encode(proof))
    }

    /// Whether what was presented is this link's own token. Takes the same time whatever is wrong.
    pub fn proves(&self, presented: &Presented, link: &SetupLink) -> bool {
        hmac::verify(&self.0, said(link).as_bytes(), &presented.proof).is_ok()
    }
}

/// What the proof is over. The id has a fixed length and the expiry no `|`, so no two links say the same.
fn said(link: &SetupLink) -> String {
    format!("setup-link|{}|{}|{}", link.id, link.expires.timestamp(), link.contact_email)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> SetupLink {
        SetupLink {
            id: Uuid::now_v7(),
            order: OrderId::new(),
            contact_email: "nina@example.org".into(),
            state: LinkState::Open,
            expires: Utc::now(),
            created: Utc::now(),
        }
    }

    #[test]
    fn only_its_own_token_proves_a_link() {
        let key = LinkKey::new(&"one".into());
        let (link, other) = (link(), link());
        let presented = read(&key.token(&link)).expect("a token reads back");
        assert_eq!(presented.link, link.id);
        assert!(key.proves(&presented, &link));
        assert!(!key.proves(&presented, &other));
        assert!(!key.proves(&presented, &SetupLink { contact_email: "eve@example.org".into(), ..link.clone() }));
        assert!(!LinkKey::new(&"two".into()).proves(&presented, &link));
    }

    #[test]
    fn no_altered_token_proves_anything() {
        let key = LinkKey::new(&"one".into());
        let link = link();
        let token = key.token(&link);
        for at in 0..token.len() {
            let mut altered = token.clone().into_bytes();
            altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).expect("ASCII");
            let accepted = read(&altered).is_some_and(|seen| seen.link == link.id && key.proves(&seen, &link));
            assert!(!accepted, "altered at {at}");
        }
    }
}
